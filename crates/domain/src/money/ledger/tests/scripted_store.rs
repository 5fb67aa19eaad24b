//! The fold with a minimal store around it: rows read, rows written, statuses kept.

use super::{
    model::{Order, ScriptAnswer},
    *,
};
use std::collections::{BTreeMap, HashMap};

/// The rows of the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) accounts: HashMap<WalletId, LedgerAccount>,
    pub(super) outcomes: HashMap<IdempotencyKey, (Fingerprint, Outcome)>,
    pub(super) payees: HashMap<(UserId, String), DateTime<Utc>>,
    pub(super) entries: Vec<Entry>,
    pub(super) holds: Vec<Hold>,
    pub(super) ends: Vec<(TransferId, HoldEnd)>,
    pub(super) made: Vec<Transfer>,
}

impl Rows {
    fn load(&self) -> PostingBatch {
        PostingBatch {
            accounts: self.accounts.clone(),
            outcomes: self.outcomes.clone(),
            payees: self.payees.clone(),
            ..PostingBatch::default()
        }
    }

    /// Writes what is new in the batch, and nothing else.
    fn write(&mut self, batch: &PostingBatch) {
        self.accounts.extend(batch.changed.iter().map(|id| (*id, batch.accounts[id])));
        for (key, fingerprint, outcome) in batch.new_outcomes.iter().cloned() {
            assert_eq!(self.outcomes.insert(key, (fingerprint, outcome)), None, "a second row under a key");
        }
        for seen in &batch.new_payees {
            let row = self.payees.insert((seen.payer, seen.destination.canonical()), seen.at);
            assert_eq!(row, None, "a payee is new only once");
        }
        self.entries.extend(&batch.new_entries);
        self.holds.extend(&batch.new_holds);
        self.ends.extend(&batch.ended_holds);
        self.made.extend(batch.new_transfers.iter().cloned());
    }
}

/// A store that writes after every order, or keeps all orders in one batch.
pub(super) struct ScriptedStore {
    rows: Rows,
    batch: PostingBatch,
    writes_each: bool,
    /// The transfers with their present status.
    pub(super) transfers: BTreeMap<TransferId, Transfer>,
    /// The holds that have not ended.
    live: BTreeMap<TransferId, Hold>,
    /// The first outcomes under their keys.
    first: HashMap<IdempotencyKey, Outcome>,
}

impl ScriptedStore {
    pub(super) fn new(writes_each: bool) -> Self {
        let rows = Rows { accounts: batch().accounts, ..Rows::default() };
        let batch = rows.load();
        let (transfers, live, first) = Default::default();
        Self { rows, batch, writes_each, transfers, live, first }
    }

    /// The rows after writing the present batch.
    pub(super) fn rows(&self) -> Rows {
        let mut rows = self.rows.clone();
        rows.write(&self.batch);
        rows
    }

    pub(super) fn account(&self, id: WalletId) -> LedgerAccount {
        self.batch.accounts[&id]
    }

    pub(super) fn answer(&mut self, order: &Order) -> ScriptAnswer {
        let answer = match order {
            Order::Send(command) => {
                let decision = self.batch.decide(command);
                self.note(&command.key, decision)
            }
            Order::Confirm { id, limits, day } => {
                let transfer = self.transfers.get_mut(id).unwrap();
                let posted = self.batch.post_filed(transfer, *limits, *day, transfer.created_at);
                let next = if posted.is_ok() { TransferStatus::Completed } else { TransferStatus::Failed };
                transfer.become_status(next).unwrap();
                posted.map_or_else(ScriptAnswer::Refused, |()| ScriptAnswer::Done(*id))
            }
            Order::End { id, end } => {
                let (hold, transfer) = (self.live.remove(id).unwrap(), self.transfers.get_mut(id).unwrap());
                let (ended, next) = match end {
                    HoldEnd::Captured => (self.batch.capture(&hold, transfer), TransferStatus::Completed),
                    HoldEnd::Voided => (self.batch.void(&hold), TransferStatus::Failed),
                };
                transfer.become_status(next).unwrap();
                ended.map_or_else(ScriptAnswer::Refused, |()| ScriptAnswer::Done(*id))
            }
            Order::Reverse { original, command } => {
                let original = self.transfers.get_mut(original).unwrap();
                let decision = self.batch.reverse(command, original);
                self.note(&command.key, decision)
            }
        };
        if self.writes_each {
            self.rows = self.rows();
            self.batch = self.rows.load();
        }
        answer
    }

    fn note(&mut self, key: &IdempotencyKey, decision: Decision) -> ScriptAnswer {
        match decision {
            Decision::Decided(outcome) => {
                self.first.insert(key.clone(), outcome.clone());
                match outcome {
                    Outcome::Accepted(transfer) => {
                        let id = transfer.id;
                        if transfer.status == TransferStatus::Processing {
                            self.live.insert(id, *self.batch.new_holds.last().unwrap());
                        }
                        assert_eq!(self.transfers.insert(id, *transfer), None, "two effects of one id");
                        ScriptAnswer::Done(id)
                    }
                    Outcome::Refused(refusal) => ScriptAnswer::Refused(refusal),
                }
            }
            Decision::CodeRefused(refusal) => panic!("the fold sends no codes: {refusal:?}"),
            Decision::Replayed(outcome) => {
                assert_eq!(self.first[key], outcome, "exactly the first answer again");
                match outcome {
                    Outcome::Accepted(transfer) => ScriptAnswer::DoneBefore(transfer.id),
                    Outcome::Refused(refusal) => ScriptAnswer::RefusedBefore(refusal),
                }
            }
            Decision::KeyReused => ScriptAnswer::KeyReused,
        }
    }

    /// The rules that hold after every order.
    pub(super) fn is_sound(&self) {
        let rows = self.rows();
        assert_eq!(rows.accounts, self.batch.accounts, "every change is marked as one");
        let mut sums: HashMap<Currency, i64> = HashMap::new();
        for entry in &rows.entries {
            *sums.entry(rows.accounts[&entry.account].currency).or_default() += entry.minor;
        }
        assert!(sums.values().all(|sum| *sum == 0), "debits are credits in each currency: {sums:?}");
        for account in rows.accounts.values() {
            match account.kind {
                AccountKind::Person => self.adds_up(&rows, account),
                AccountKind::Clearing => {
                    assert_eq!(
                        *account,
                        LedgerAccount::clearing(account.currency),
                        "the outside keeps nothing"
                    );
                    let mut own = rows.entries.iter().filter(|entry| entry.account == account.id);
                    assert!(own.all(|entry| (entry.balance_after, entry.version) == (None, None)));
                }
            }
        }
        for transfer in self.transfers.values() {
            self.is_posted_once(&rows, transfer);
        }
        let ids = |transfers: &[Transfer]| transfers.iter().map(|t| t.id).collect::<Vec<_>>();
        let mut made = ids(&rows.made);
        made.sort_unstable();
        assert_eq!(made, self.transfers.keys().copied().collect::<Vec<_>>(), "each is written down once");
        let effects = rows.outcomes.values().filter(|(_, outcome)| matches!(outcome, Outcome::Accepted(_)));
        assert_eq!(effects.count(), made.len(), "one effect for each key that has one");
    }

    fn adds_up(&self, rows: &Rows, account: &LedgerAccount) {
        assert!(account.held >= 0 && account.posted - account.held >= 0, "{account:?} owes");
        let live = self.live.values().filter(|hold| hold.account == account.id);
        assert_eq!(account.held, live.map(|hold| hold.minor).sum::<i64>(), "held is the sum of live holds");
        let (mut balance, mut version) = (OPENING, 0);
        for entry in rows.entries.iter().filter(|entry| entry.account == account.id) {
            (balance, version) = (balance + entry.minor, version + 1);
            assert_eq!((entry.balance_after, entry.version), (Some(balance), Some(version)));
        }
        assert_eq!((account.posted, account.version), (balance, version), "its entries lead to where it is");
    }

    fn is_posted_once(&self, rows: &Rows, transfer: &Transfer) {
        let has_moved = matches!(transfer.status, TransferStatus::Completed | TransferStatus::Reversed);
        let own = rows.entries.iter().filter(|entry| entry.transfer == transfer.id);
        let sides: Vec<_> = own.map(|entry| (entry.account, entry.minor)).collect();
        let minor = transfer.amount.minor;
        let expected = [(transfer.from, -minor), (transfer.to, minor)];
        assert_eq!(sides, if has_moved { expected.to_vec() } else { vec![] }, "{transfer:?}");
        let back = self.transfers.values().filter(|other| other.reverses == Some(transfer.id));
        let sum: i64 = back.map(|reversal| reversal.amount.minor).sum();
        assert_eq!(transfer.reversed_minor, sum);
        assert!(sum <= minor, "more came back than went: {transfer:?}");
        assert_eq!(transfer.status == TransferStatus::Reversed, sum == minor);
    }
}
