//! The fold itself: what is loaded under the lock, what is decided, what must be written.

use super::{
    AccountKind, Decision, Entry, Hold, HoldEnd, LedgerAccount, Outcome, PostTransfer, Refusal,
    ReverseTransfer,
};
use crate::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency,
        account_number::AccountNumber,
        clearing::DepositSource,
        folio::Folio,
        limits::{LimitExceeded, Limits, Spent},
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::idempotency::{self, Fingerprint, IdempotencyKey, Seen},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A payee that a payer named for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeSeen {
    /// The payer who named it.
    pub payer: UserId,
    /// The destination that they named.
    pub destination: Destination,
    /// When it was named.
    pub at: DateTime<Utc>,
}

/// What the fold reads and collects. A store fills the first five fields under its lock, and writes the
/// others, all of them or none.
#[derive(Clone, Debug, Default)]
pub struct PostingBatch {
    /// The accounts of the commands, and all accounts of a payer with limits on spending.
    pub accounts: HashMap<WalletId, LedgerAccount>,
    /// The stored outcomes under the commands' keys.
    pub outcomes: HashMap<IdempotencyKey, (Fingerprint, Outcome)>,
    /// When the payers first named their payees, if there is a cool-off.
    pub payees: HashMap<(UserId, String), DateTime<Utc>>,
    /// What the phone numbers and the CLABEs of ours among the commands' destinations mean now, by canonical
    /// number and currency of the money. `None`: nobody.
    pub recipients: HashMap<(String, Currency), Option<WalletId>>,
    /// Folios that are taken, of those that the commands drew and of those that come next.
    pub folios: HashSet<Folio>,
    /// The accounts whose rows have changed.
    pub changed: BTreeSet<WalletId>,
    /// New transfers, in order.
    pub new_transfers: Vec<Transfer>,
    /// New entries, in order.
    pub new_entries: Vec<Entry>,
    /// New holds, in order.
    pub new_holds: Vec<Hold>,
    /// Holds that ended, and how.
    pub ended_holds: Vec<(TransferId, HoldEnd)>,
    /// New outcomes under their keys.
    pub new_outcomes: Vec<(IdempotencyKey, Fingerprint, Outcome)>,
    /// New payees, in order.
    pub new_payees: Vec<PayeeSeen>,
}

impl PostingBatch {
    /// Decides one command and changes the accounts by it.
    pub fn decide(&mut self, command: &PostTransfer) -> Decision {
        let keys: Vec<_> = command.keys().collect();
        self.once(&keys, command.fingerprint, |batch| {
            let transfer = &command.transfer;
            batch.check(transfer, command.limits, command.day, transfer.created_at)?;
            match transfer.status {
                TransferStatus::Completed => batch.post(transfer, command.day)?,
                TransferStatus::Processing => batch.hold(transfer, command.day)?,
                _ => {}
            }
            let transfer = batch.named(transfer.clone());
            batch.new_transfers.push(transfer.clone());
            Ok(transfer)
        })
    }

    /// The transfer under a folio that no other transfer has.
    fn named(&mut self, mut transfer: Transfer) -> Transfer {
        while !self.folios.insert(transfer.folio) {
            transfer.folio = transfer.folio.next();
        }
        transfer
    }

    /// Posts a transfer that was filed before, after its step-up. All checks run again, because the balances
    /// have changed.
    pub fn post_filed(
        &mut self,
        transfer: &Transfer,
        limits: Limits,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        self.check(transfer, limits, day, now)?;
        self.post(transfer, day)
    }

    /// Holds the money of a transfer that was filed before, after its step-up, for an outside bank to carry it out.
    /// All checks run again.
    pub fn hold_filed(
        &mut self,
        transfer: &Transfer,
        limits: Limits,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        self.check(transfer, limits, day, now)?;
        self.hold(transfer, day)
    }

    /// Posts a transfer whose hold was released before it was known that the bank paid it. Only the balance counts:
    /// the money has left.
    pub fn post_late(&mut self, transfer: &Transfer, day: NaiveDate) -> Result<(), Refusal> {
        let (from, to) = (self.account(transfer.from)?, self.account(transfer.to)?);
        Self::check_balances(from, to, transfer.amount.minor)?;
        self.post(transfer, day)
    }

    /// Reverses `original`, in whole or in part, by a transfer in the other direction. The caller has locked
    /// `original`, so that concurrent reversals never add up to more than its amount.
    ///
    /// A reversal takes money from the payee, so a frozen payee refuses it. The cool-off after a freeze does
    /// not: it is about payments that the person orders. Money that comes back to a frozen payer is welcome.
    pub fn reverse(&mut self, command: &ReverseTransfer, original: &mut Transfer) -> Decision {
        self.once(&[&command.key], command.fingerprint, |batch| {
            let minor = command.minor.unwrap_or(original.left_to_reverse());
            batch.check_reversal(original, minor)?;
            let reversal = command.transfer_back(original, minor, batch.owner_of(original.to));
            batch.post_entries(&reversal)?;
            let reversal = batch.named(reversal);
            original.reversed_minor = original.reversed_minor.saturating_add(minor);
            if original.left_to_reverse() == 0 {
                original.status = TransferStatus::Reversed;
            }
            batch.new_transfers.push(reversal.clone());
            Ok(reversal)
        })
    }

    /// The person here who was paid by another person with that transfer, or by a deposit; `None` if it did not
    /// move money, or moved it between one person's wallets, to the outside or from an outside bank, or gave it
    /// back.
    #[must_use]
    pub fn paid_person(&self, transfer: &Transfer) -> Option<UserId> {
        let (payer, payee) = (self.owner_of(transfer.from), self.owner_of(transfer.to)?);
        let moved = transfer.status == TransferStatus::Completed && transfer.reverses.is_none();
        let by_another = payer.is_some_and(|payer| payer != payee) || transfer.deposit_source().is_some();
        (moved && by_another).then_some(payee)
    }

    /// Answers known keys as before. Otherwise decides, and stores an outcome that must not change later. Of two
    /// keys both must be known, or both free.
    fn once(
        &mut self,
        keys: &[&IdempotencyKey],
        fingerprint: Fingerprint,
        decide: impl FnOnce(&mut Self) -> Result<Transfer, Refusal>,
    ) -> Decision {
        let known: Vec<_> = keys.iter().filter_map(|key| self.outcomes.get(*key)).collect();
        if let Some((stored, outcome)) = known.first() {
            // A request with a fingerprint has one outcome under all its keys.
            let is_whole = known.len() == keys.len() && known.iter().all(|(_, other)| other == outcome);
            return match idempotency::compare(*stored, outcome.clone(), fingerprint) {
                Seen::Replay(outcome) if is_whole => Decision::Replayed(outcome),
                Seen::Replay(_) | Seen::Reused => Decision::KeyReused,
            };
        }
        let outcome = match decide(self) {
            Ok(transfer) => Outcome::Accepted(Box::new(transfer)),
            Err(refusal) => Outcome::Refused(refusal),
        };
        let is_kept = match &outcome {
            Outcome::Accepted(_) => true,
            Outcome::Refused(refusal) => refusal.is_remembered(),
        };
        for key in keys.iter().copied().filter(|_| is_kept) {
            self.outcomes.insert(key.clone(), (fingerprint, outcome.clone()));
            self.new_outcomes.push((key.clone(), fingerprint, outcome.clone()));
        }
        Decision::Decided(outcome)
    }

    /// Every check of a transfer. It changes nothing, except that it stores a payee who is named for the
    /// first time.
    fn check(
        &mut self,
        transfer: &Transfer,
        limits: Limits,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if transfer.amount.minor <= 0 {
            return Err(Refusal::AmountNotPositive);
        }
        if transfer.from == transfer.to {
            return Err(Refusal::SameAccount);
        }
        let from = self.account(transfer.from)?;
        let to = self.account(transfer.to)?;
        from.outgoing.check(now)?;
        if from.currency != transfer.amount.currency || from.currency != to.currency {
            return Err(Refusal::CurrencyMismatch);
        }
        self.check_recipient(transfer)?;
        if from.kind == AccountKind::Person {
            let spent = if limits.count_spending() { self.spent_by(from, day) } else { Spent::default() };
            limits.check(spent, transfer.amount).map_err(|limit| Refusal::LimitExceeded { limit })?;
        } else if transfer.deposit_source().is_some() {
            limits.check_deposit(transfer.amount).map_err(|limit| Refusal::LimitExceeded { limit })?;
        }
        Self::check_balances(from, to, transfer.amount.minor)?;
        if from.kind == AccountKind::Person && from.owner != to.owner {
            self.check_payee(transfer, limits, now)?;
        }
        Ok(())
    }

    /// A number that means a wallet here must still mean the wallet that the money enters. A phone number never
    /// means an account outside.
    fn check_recipient(&self, transfer: &Transfer) -> Result<(), Refusal> {
        let Some(number) = transfer.destination.number() else { return Ok(()) };
        let key = (number.canonical().to_owned(), transfer.amount.currency);
        let found = match self.recipients.get(&key) {
            Some(wallet) => *wallet == Some(transfer.to),
            None => !matches!(number, AccountNumber::Phone(_)),
        };
        if found { Ok(()) } else { Err(Refusal::RecipientNotFound) }
    }

    fn check_balances(from: LedgerAccount, to: LedgerAccount, minor: i64) -> Result<(), Refusal> {
        if from.kind == AccountKind::Person && from.available() < minor {
            return Err(Refusal::InsufficientFunds);
        }
        if to.kind == AccountKind::Person && to.posted.checked_add(minor).is_none() {
            // A balance that would overflow an i64 is refused.
            return Err(Refusal::LimitExceeded { limit: LimitExceeded::PerTransfer { figures: None } });
        }
        Ok(())
    }

    /// The spending over all the payer's accounts in the currency: several wallets share one limit.
    fn spent_by(&self, payer: LedgerAccount, day: NaiveDate) -> Spent {
        let own = self.accounts.values().filter(|account| {
            account.id == payer.id || (account.owner == payer.owner && account.currency == payer.currency)
        });
        own.map(|account| account.spending.as_of(day)).fold(Spent::default(), Spent::and)
    }

    /// A payee must wait for the cool-off, from the first time they were named, in this request or before.
    fn check_payee(
        &mut self,
        transfer: &Transfer,
        limits: Limits,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let first_seen = self.see_payee(transfer);
        let payable_at = limits.payable_at(first_seen);
        // Requests of one batch may have times out of order. Without a cool-off this doesn't matter.
        if limits.new_payee_cooloff > Duration::zero() && now < payable_at {
            return Err(Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { payable_at } });
        }
        Ok(())
    }

    /// When the payer first named this payee; if they never did, the time of this request.
    fn see_payee(&mut self, transfer: &Transfer) -> DateTime<Utc> {
        let payee = (transfer.owner, transfer.destination.canonical());
        *self.payees.entry(payee).or_insert_with(|| {
            self.new_payees.push(PayeeSeen {
                payer: transfer.owner,
                destination: transfer.destination.clone(),
                at: transfer.created_at,
            });
            transfer.created_at
        })
    }

    fn check_reversal(&self, original: &Transfer, minor: i64) -> Result<(), Refusal> {
        let settled = matches!(original.status, TransferStatus::Completed | TransferStatus::Reversed);
        let (payee, payer) = (self.account(original.to)?, self.account(original.from)?);
        // What a deposit brought in goes back where it came from.
        let was_brought = DepositSource::of_account(payer.id, payer.currency).is_some();
        let stayed_here =
            payee.kind == AccountKind::Person && (payer.kind == AccountKind::Person || was_brought);
        if !settled || !stayed_here || original.reverses.is_some() {
            return Err(Refusal::NotReversible);
        }
        if payee.outgoing.is_frozen {
            return Err(Refusal::Frozen);
        }
        if minor <= 0 || minor > original.left_to_reverse() {
            return Err(Refusal::LimitExceeded { limit: LimitExceeded::LeftToReverse });
        }
        Self::check_balances(payee, payer, minor)
    }

    pub(super) fn account(&self, id: WalletId) -> Result<LedgerAccount, Refusal> {
        self.accounts.get(&id).copied().ok_or(Refusal::NoSuchAccount)
    }

    fn owner_of(&self, id: WalletId) -> Option<UserId> {
        self.accounts.get(&id).and_then(|account| account.owner)
    }
}
