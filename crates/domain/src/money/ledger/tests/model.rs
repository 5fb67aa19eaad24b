//! The simplest correct ledger: lists and maps, with every sum computed on demand.

use super::*;
use chrono::Datelike;
use std::collections::{BTreeMap, HashMap};

/// One order to the ledger.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Posts, holds or files a transfer, as its status says.
    Send(Box<PostTransfer>),
    /// Posts a transfer that was filed.
    Confirm { id: TransferId, limits: Limits, day: NaiveDate },
    /// Ends a hold.
    End { id: TransferId, end: HoldEnd },
    /// Reverses a transfer.
    Reverse { original: TransferId, command: Box<ReverseTransfer> },
}

/// The answer to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptAnswer {
    Done(TransferId),
    Refused(Refusal),
    DoneBefore(TransferId),
    RefusedBefore(Refusal),
    KeyReused,
}

/// A transfer of the model.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) asked: Transfer,
    pub(super) status: TransferStatus,
    given_back: i64,
}

/// What a user sent in a currency, and on which day.
struct Sent {
    transfer: TransferId,
    owner: Option<UserId>,
    currency: Currency,
    day: NaiveDate,
    minor: i64,
}

/// The model of the ledger.
#[derive(Default)]
pub(super) struct Model {
    accounts: HashMap<WalletId, (Option<UserId>, Currency)>,
    balances: HashMap<WalletId, i64>,
    pub(super) transfers: BTreeMap<TransferId, Kept>,
    sent: Vec<Sent>,
    named: Vec<(UserId, Destination, DateTime<Utc>)>,
    answers: HashMap<IdempotencyKey, (Fingerprint, Result<TransferId, Refusal>)>,
}

impl Model {
    pub(super) fn new() -> Self {
        let all = accounts();
        Self {
            accounts: all.iter().map(|account| (account.id, (account.owner, account.currency))).collect(),
            balances: all.iter().map(|account| (account.id, account.posted)).collect(),
            ..Self::default()
        }
    }

    pub(super) fn posted(&self, id: WalletId) -> i64 {
        self.balances[&id]
    }

    pub(super) fn held(&self, id: WalletId) -> i64 {
        let live = |kept: &&Kept| kept.status == TransferStatus::Processing && kept.asked.from == id;
        self.transfers.values().filter(live).map(|kept| kept.asked.amount.minor).sum()
    }

    pub(super) fn answer(&mut self, order: &Order) -> ScriptAnswer {
        match order {
            Order::Send(command) => self.once(&command.key, command.fingerprint, |model| model.send(command)),
            Order::Confirm { id, limits, day } => match self.confirm(*id, *limits, *day) {
                Ok(()) => ScriptAnswer::Done(*id),
                Err(refusal) => ScriptAnswer::Refused(refusal),
            },
            Order::End { id, end } => {
                match end {
                    HoldEnd::Captured => self.move_money(*id),
                    HoldEnd::Voided => {
                        self.become_status(*id, TransferStatus::Failed);
                        self.sent.retain(|sent| sent.transfer != *id);
                    }
                }
                ScriptAnswer::Done(*id)
            }
            Order::Reverse { original, command } => {
                self.once(&command.key, command.fingerprint, |model| model.reverse(*original, command))
            }
        }
    }

    /// Whether some of it can be reversed.
    pub(super) fn is_reversible(&self, id: TransferId) -> bool {
        let kept = &self.transfers[&id];
        let has_moved = matches!(kept.status, TransferStatus::Completed | TransferStatus::Reversed);
        let ends = [kept.asked.from, kept.asked.to];
        let among_people = ends.iter().all(|end| self.accounts[end].0.is_some());
        has_moved && among_people && kept.asked.reverses.is_none()
    }

    fn once(
        &mut self,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        act: impl FnOnce(&mut Self) -> Result<TransferId, Refusal>,
    ) -> ScriptAnswer {
        match self.answers.get(key) {
            Some((first, _)) if *first != fingerprint => return ScriptAnswer::KeyReused,
            Some((_, Ok(id))) => return ScriptAnswer::DoneBefore(*id),
            Some((_, Err(refusal))) => return ScriptAnswer::RefusedBefore(*refusal),
            None => {}
        }
        let answer = act(self);
        if !matches!(
            answer,
            Err(Refusal::SameAccount
                | Refusal::NoSuchAccount
                | Refusal::CurrencyMismatch
                | Refusal::NotReversible)
        ) {
            self.answers.insert(key.clone(), (fingerprint, answer));
        }
        answer.map_or_else(ScriptAnswer::Refused, ScriptAnswer::Done)
    }

    fn send(&mut self, command: &PostTransfer) -> Result<TransferId, Refusal> {
        let asked = command.transfer.clone();
        self.judge(&asked, command.limits, command.day)?;
        let (id, status) = (asked.id, asked.status);
        if matches!(status, TransferStatus::Completed | TransferStatus::Processing) {
            self.count_as_sent(&asked, command.day);
        }
        self.transfers.insert(id, Kept { asked, status, given_back: 0 });
        if status == TransferStatus::Completed {
            self.move_money(id);
        }
        Ok(id)
    }

    fn confirm(&mut self, id: TransferId, limits: Limits, day: NaiveDate) -> Result<(), Refusal> {
        let asked = self.transfers[&id].asked.clone();
        let judged = self.judge(&asked, limits, day);
        if judged.is_ok() {
            self.count_as_sent(&asked, day);
            self.move_money(id);
        } else {
            self.become_status(id, TransferStatus::Failed);
        }
        judged
    }

    fn reverse(&mut self, original: TransferId, command: &ReverseTransfer) -> Result<TransferId, Refusal> {
        let kept = self.transfers[&original].clone();
        let (payer, payee) = (kept.asked.from, kept.asked.to);
        if !self.is_reversible(original) {
            return Err(Refusal::NotReversible);
        }
        let left = kept.asked.amount.minor - kept.given_back;
        let minor = command.minor.unwrap_or(left);
        if !(1..=left).contains(&minor) {
            return Err(LEFT_TO_REVERSE);
        }
        if self.posted(payee) - self.held(payee) < minor {
            return Err(Refusal::InsufficientFunds);
        }
        let asked = Transfer {
            id: command.id,
            from: payee,
            to: payer,
            amount: Money::new(minor, kept.asked.amount.currency),
            reverses: Some(original),
            ..kept.asked
        };
        self.transfers.insert(command.id, Kept { asked, status: TransferStatus::Completed, given_back: 0 });
        self.move_money(command.id);
        let kept = self.transfers.get_mut(&original).unwrap();
        kept.given_back += minor;
        if kept.given_back == kept.asked.amount.minor {
            kept.status = TransferStatus::Reversed;
        }
        Ok(command.id)
    }

    fn judge(&mut self, asked: &Transfer, limits: Limits, day: NaiveDate) -> Result<(), Refusal> {
        if asked.from == asked.to {
            return Err(Refusal::SameAccount);
        }
        let (Some(from), Some(to)) = (self.accounts.get(&asked.from), self.accounts.get(&asked.to)) else {
            return Err(Refusal::NoSuchAccount);
        };
        let ((payer, currency), (payee, other)) = (*from, *to);
        if [currency, other] != [asked.amount.currency; 2] {
            return Err(Refusal::CurrencyMismatch);
        }
        if payer.is_none() {
            return Ok(());
        }
        let minor = asked.amount.minor;
        if currency == limits.currency {
            let in_month = |sent: &&Sent| sent.day.with_day(1) == day.with_day(1);
            let all: Vec<_> =
                self.sent.iter().filter(|s| s.owner == payer && s.currency == currency).collect();
            let month: i64 = all.iter().copied().filter(in_month).map(|sent| sent.minor).sum();
            let today: i64 = all.iter().filter(|sent| sent.day == day).map(|sent| sent.minor).sum();
            let mxn = |minor| Money::new(minor, limits.currency);
            let exceeded: [fn(_) -> _; 3] = [
                |figures| LimitExceeded::PerTransfer { figures },
                |figures| LimitExceeded::PerDay { figures },
                |figures| LimitExceeded::PerMonth { figures },
            ];
            let sums = [(limits.per_transfer, 0), (limits.per_day, today), (limits.per_month, month)];
            for ((limit, before), exceeded) in sums.into_iter().zip(exceeded) {
                if limit != 0 && before + minor > limit {
                    let left = mxn((limit - before).max(0));
                    let limit = exceeded(Some(LimitFigures { limit: mxn(limit), left }));
                    return Err(Refusal::LimitExceeded { limit });
                }
            }
        }
        if self.posted(asked.from) - self.held(asked.from) < minor {
            return Err(Refusal::InsufficientFunds);
        }
        if payer == payee {
            return Ok(());
        }
        let known = self.named.iter().find(|(by, whom, _)| Some(*by) == payer && *whom == asked.destination);
        let first_named = known.map_or(asked.created_at, |(_, _, at)| *at);
        if known.is_none() {
            self.named.push((payer.unwrap(), asked.destination.clone(), asked.created_at));
        }
        let payable_at = first_named + limits.new_payee_cooloff;
        if asked.created_at >= payable_at {
            Ok(())
        } else {
            Err(Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { payable_at } })
        }
    }

    fn count_as_sent(&mut self, asked: &Transfer, day: NaiveDate) {
        let (owner, currency) = self.accounts[&asked.from];
        self.sent.push(Sent { transfer: asked.id, owner, currency, day, minor: asked.amount.minor });
    }

    fn move_money(&mut self, id: TransferId) {
        let asked = self.transfers[&id].asked.clone();
        for (account, minor) in [(asked.from, -asked.amount.minor), (asked.to, asked.amount.minor)] {
            *self.balances.get_mut(&account).unwrap() += minor;
        }
        self.become_status(id, TransferStatus::Completed);
    }

    fn become_status(&mut self, id: TransferId, status: TransferStatus) {
        self.transfers.get_mut(&id).unwrap().status = status;
    }
}
