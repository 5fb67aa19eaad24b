//! The double-entry ledger as a pure fold: books in, decisions and entries out.
//!
//! A store locks the accounts, reads what stands under the keys, folds its batch of commands through
//! [`PostingBatch::decide`] in order of arrival, and writes what [`PostingBatch`] collected in the same transaction.
//! Debits and credits of a transfer are always made together, so every currency sums to zero.

mod books;
mod moves;

use crate::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        limits::{Limits, Spending},
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::books::{PayeeSeen, PostingBatch};
pub use crate::money::refusal::Refusal;

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
pub struct LedgerAccount {
    /// Its id; a wallet's own.
    pub id: WalletId,
    /// Of which kind.
    pub kind: AccountKind,
    /// Whose; nobody's where it is a clearing account.
    pub owner: Option<UserId>,
    /// What it is kept in.
    pub currency: Currency,
    /// Posted balance in minor units.
    pub posted: i64,
    /// Reserved of it by live holds.
    pub held: i64,
    /// Number of its newest entry.
    pub version: i64,
    /// What went out of it lately.
    pub spending: Spending,
}

impl LedgerAccount {
    /// The outside's account of a currency. It is the same everywhere and keeps no balance, so that
    /// nobody has to lock or even read its row.
    #[must_use]
    pub fn clearing(currency: Currency) -> Self {
        Self {
            id: clearing_account(currency),
            kind: AccountKind::Clearing,
            owner: None,
            currency,
            posted: 0,
            held: 0,
            version: 0,
            spending: Spending::default(),
        }
    }

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

/// Money set aside for a transfer under way, until it is captured or voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The transfer.
    pub transfer: TransferId,
    /// The account whose available balance it lowers.
    pub account: WalletId,
    /// How much, in minor units.
    pub minor: i64,
    /// The calendar day on which it was counted as spent.
    pub day: NaiveDate,
}

/// How a hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// The money has gone: the entries are posted.
    Captured,
    /// The money stays: it is available again.
    Voided,
}

/// A request to move money, complete: the fold needs nothing else.
#[derive(Clone, Debug)]
pub struct PostTransfer {
    /// The transfer as asked. Its status says what it becomes when accepted: `Completed` posts it,
    /// `Processing` holds the money, `PendingVerification` files it for later.
    pub transfer: Transfer,
    /// The caller's key; where he gave none, one that only this request has.
    pub key: IdempotencyKey,
    /// Over the fields the caller supplied.
    pub fingerprint: Fingerprint,
    /// The limits of the owner.
    pub limits: Limits,
    /// The calendar day on which it counts against them.
    pub day: NaiveDate,
}

/// A request to give a completed transfer back, in whole or in part.
#[derive(Clone, Debug)]
pub struct ReverseTransfer {
    /// The reversal's own id.
    pub id: TransferId,
    /// Who asks.
    pub caller: String,
    /// How much, in minor units; `None` for all that is left.
    pub minor: Option<i64>,
    /// Why, in the caller's words.
    pub reason: String,
    /// The caller's key; where he gave none, one that only this request has.
    pub key: IdempotencyKey,
    /// Over the fields the caller supplied.
    pub fingerprint: Fingerprint,
    /// When.
    pub at: DateTime<Utc>,
}

impl ReverseTransfer {
    /// The transfer that gives `minor` units of `original` back: from its payee, who owns the money now, to its payer.
    #[must_use]
    pub fn transfer_back(&self, original: &Transfer, minor: i64, payee: Option<UserId>) -> Transfer {
        Transfer {
            id: self.id,
            caller: self.caller.clone(),
            client_tx_id: None,
            owner: payee.unwrap_or(original.owner),
            from: original.to,
            to: original.from,
            destination: Destination::Wallet { id: original.from, found_by: None },
            amount: Money::new(minor, original.amount.currency),
            concept: Some(self.reason.clone()).filter(|reason| !reason.is_empty()),
            status: TransferStatus::Completed,
            verification: None,
            reverses: Some(original.id),
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: self.at,
        }
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "as", rename_all = "snake_case")]
pub enum Outcome {
    /// Accepted: posted, held or filed, as its status says.
    Accepted(Box<Transfer>),
    /// Refused; no money moved.
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

#[cfg(test)]
mod tests;
