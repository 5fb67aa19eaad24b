//! The double-entry ledger as a pure fold: books in, decisions and entries out.
//!
//! A store locks the accounts, reads what stands under the keys, folds its batch of commands through
//! [`Books::decide`] in order of arrival, and writes what [`Books`] collected in the same transaction.
//! Debits and credits of a transfer are always made together, so every currency sums to zero.

use crate::{
    idempotency::{self, Fingerprint, IdempotencyKey, Seen},
    ids::{TransferId, UserId, WalletId},
    limits::{LimitExceeded, Limits, Spent},
    money::{Currency, Money},
    transfer::{Transfer, TransferStatus},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Whose account it is, which decides what it may owe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person's: never below zero, its entries numbered without a gap.
    Person,
    /// The outside world: hot, without a running balance, summed when asked.
    Clearing,
}

/// The clearing account of a currency: the outside's side of every transfer over the house's wall.
/// Its id is made of the currency's letters, so that every replica knows it.
#[must_use]
pub fn clearing_account(currency: Currency) -> WalletId {
    let mut bytes = *b"clearing-account";
    for (byte, letter) in bytes.iter_mut().skip(9).zip(currency.code().bytes()) {
        *byte = letter;
    }
    WalletId(uuid::Uuid::from_bytes(bytes))
}

/// An account as its row stands under the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id; a wallet's own.
    pub id: WalletId,
    /// Whose it is.
    pub kind: AccountKind,
    /// What it is kept in.
    pub currency: Currency,
    /// Posted balance in minor units.
    pub posted: i64,
    /// Reserved of it by live holds.
    pub held: i64,
    /// Number of its newest entry.
    pub version: i64,
}

impl Account {
    /// What can be spent: posted less held.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.posted.saturating_sub(self.held)
    }
}

/// One side of a posted transfer. Appended, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The transfer it belongs to.
    pub transfer: TransferId,
    /// The account it stands in.
    pub account: WalletId,
    /// Signed minor units: a debit is negative.
    pub minor: i64,
    /// The account's posted balance after it; none in a clearing account.
    pub balance_after: Option<i64>,
    /// Its number in the account; none in a clearing account.
    pub version: Option<i64>,
}

/// Why money does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// Less is available than asked for.
    InsufficientFunds,
    /// A limit stands in the way.
    LimitExceeded {
        /// Which.
        limit: LimitExceeded,
    },
    /// The two ends are kept in different currencies, or the amount is in a third.
    CurrencyMismatch,
    /// From and to are one account.
    SameAccount,
    /// One of the ends does not exist.
    NoSuchAccount,
}

impl Refusal {
    /// Whether the refusal hangs on the state of the books: then it is kept under its key and does
    /// not flip when money comes. The others say that the request itself is wrong.
    #[must_use]
    pub const fn is_remembered(self) -> bool {
        matches!(self, Self::InsufficientFunds | Self::LimitExceeded { .. })
    }
}

/// A request to move money, complete: the fold needs nothing else.
#[derive(Clone, Debug)]
pub struct PostTransfer {
    /// The transfer as asked. Its status says what it becomes when accepted: `Completed` posts it,
    /// `PendingVerification` files it for later.
    pub transfer: Transfer,
    /// The caller's key, where he gave one.
    pub key: Option<IdempotencyKey>,
    /// Over the fields the caller supplied.
    pub fingerprint: Fingerprint,
    /// The limits of the owner.
    pub limits: Limits,
    /// The calendar day on which it counts against them.
    pub day: NaiveDate,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "as", rename_all = "snake_case")]
pub enum Outcome {
    /// Accepted: posted or filed, as its status says.
    Accepted(Box<Transfer>),
    /// Refused; nothing changed.
    Refused(Refusal),
}

/// The fold's word on one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Decided now.
    Decided(Outcome),
    /// Decided before under the same key and fingerprint: the first outcome again.
    Replayed(Outcome),
    /// The key stands for another request.
    KeyReused,
}

/// What the fold reads and collects. A store fills the first four fields under its lock and writes
/// the rest.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// The accounts touched, as they stand.
    pub accounts: HashMap<WalletId, Account>,
    /// What stands under the keys asked for.
    pub outcomes: HashMap<IdempotencyKey, (Fingerprint, Outcome)>,
    /// What the owners have sent: in the day and month of the batch.
    pub spent: HashMap<(UserId, Currency, NaiveDate), Spent>,
    /// New transfers, in order.
    pub new_transfers: Vec<Transfer>,
    /// New entries, in order.
    pub new_entries: Vec<Entry>,
    /// New rows under keys.
    pub new_outcomes: Vec<(IdempotencyKey, Fingerprint, Outcome)>,
    /// Whose limit rows grew, by how much.
    pub new_spending: Vec<(UserId, Money, NaiveDate)>,
}

impl Books {
    /// Decides one command and changes the books by it.
    pub fn decide(&mut self, command: &PostTransfer) -> Decision {
        if let Some(key) = &command.key
            && let Some((fingerprint, outcome)) = self.outcomes.get(key)
        {
            return match idempotency::compare(*fingerprint, outcome.clone(), command.fingerprint) {
                Seen::Replay(outcome) => Decision::Replayed(outcome),
                Seen::Reused => Decision::KeyReused,
            };
        }
        let outcome = match self.accept(command) {
            Ok(transfer) => Outcome::Accepted(Box::new(transfer)),
            Err(refusal) => Outcome::Refused(refusal),
        };
        let remembered = match &outcome {
            Outcome::Accepted(_) => true,
            Outcome::Refused(refusal) => refusal.is_remembered(),
        };
        if let (Some(key), true) = (&command.key, remembered) {
            self.outcomes.insert(key.clone(), (command.fingerprint, outcome.clone()));
            self.new_outcomes.push((key.clone(), command.fingerprint, outcome.clone()));
        }
        Decision::Decided(outcome)
    }

    fn accept(&mut self, command: &PostTransfer) -> Result<Transfer, Refusal> {
        let transfer = &command.transfer;
        self.check(transfer, command.limits, command.day)?;
        if transfer.status == TransferStatus::Completed {
            self.post(transfer, command.day)?;
        }
        self.new_transfers.push(transfer.clone());
        Ok(transfer.clone())
    }

    /// Posts a transfer that was filed before, after its second step: the same checks again, since
    /// the books have moved on.
    pub fn post_filed(&mut self, transfer: &Transfer, limits: Limits, day: NaiveDate) -> Result<(), Refusal> {
        self.check(transfer, limits, day)?;
        self.post(transfer, day)
    }

    fn check(&self, transfer: &Transfer, limits: Limits, day: NaiveDate) -> Result<(), Refusal> {
        if transfer.from == transfer.to {
            return Err(Refusal::SameAccount);
        }
        let from = self.accounts.get(&transfer.from).ok_or(Refusal::NoSuchAccount)?;
        if from.currency != transfer.amount.currency {
            return Err(Refusal::CurrencyMismatch);
        }
        let to = self.accounts.get(&transfer.to).ok_or(Refusal::NoSuchAccount)?;
        if from.currency != to.currency {
            return Err(Refusal::CurrencyMismatch);
        }
        let key = (transfer.owner, transfer.amount.currency, day);
        let spent = self.spent.get(&key).copied().unwrap_or_default();
        limits.check(spent, transfer.amount).map_err(|limit| Refusal::LimitExceeded { limit })?;
        let after = from.available().checked_sub(transfer.amount.minor);
        if from.kind == AccountKind::Person && after.is_none_or(|left| left < 0) {
            return Err(Refusal::InsufficientFunds);
        }
        if to.kind == AccountKind::Person && to.posted.checked_add(transfer.amount.minor).is_none() {
            // Nobody owns ninety quadrillion; a balance that would overflow takes no more.
            return Err(Refusal::LimitExceeded { limit: LimitExceeded::PerTransfer });
        }
        Ok(())
    }

    fn post(&mut self, transfer: &Transfer, day: NaiveDate) -> Result<(), Refusal> {
        let minor = transfer.amount.minor;
        let debit = minor.checked_neg().ok_or(Refusal::InsufficientFunds)?;
        for (account, signed) in [(transfer.from, debit), (transfer.to, minor)] {
            let row = self.accounts.get_mut(&account).ok_or(Refusal::NoSuchAccount)?;
            let running = row.kind == AccountKind::Person;
            if running {
                row.posted = row.posted.checked_add(signed).ok_or(Refusal::InsufficientFunds)?;
                row.version = row.version.saturating_add(1);
            }
            self.new_entries.push(Entry {
                transfer: transfer.id,
                account,
                minor: signed,
                balance_after: running.then_some(row.posted),
                version: running.then_some(row.version),
            });
        }
        // What comes in from outside is nobody's spending.
        if self.accounts.get(&transfer.from).is_none_or(|from| from.kind == AccountKind::Clearing) {
            return Ok(());
        }
        let spent = self.spent.entry((transfer.owner, transfer.amount.currency, day)).or_default();
        spent.day = spent.day.saturating_add(minor);
        spent.month = spent.month.saturating_add(minor);
        self.new_spending.push((transfer.owner, transfer.amount, day));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
