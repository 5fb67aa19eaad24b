//! The double-entry ledger as a pure fold: accounts in, decisions and entries out.
//!
//! A store locks the accounts, loads the outcomes under the keys, folds its commands through
//! [`PostingBatch::decide`] in order of arrival, and writes what [`PostingBatch`] collected in the same
//! transaction. Debit and credit of a transfer are always made together, so every currency sums to zero.

mod batch;
mod postings;

use crate::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        clearing::is_clearing_account,
        folio::Folio,
        limits::{LimitExceeded, Limits, Spending},
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
    verification::SendRefusal,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use crate::money::clearing::clearing_account;
pub use crate::money::ledger::batch::{PayeeSeen, PostingBatch};
pub use crate::money::refusal::Refusal;

/// The kind of a ledger account, which decides whether its balance may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A wallet: never below zero; its entries are numbered without a gap.
    Person,
    /// A clearing account for everything outside the platform. It has no running balance; its entries are
    /// summed on demand.
    Clearing,
}

/// Whether money may leave a person's accounts. All accounts of a person have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// True while the person is frozen.
    pub is_frozen: bool,
    /// From when on money may leave again after the person unfroze themselves; `None` for no cool-off.
    pub payable_at: Option<DateTime<Utc>>,
}

impl Outgoing {
    /// Refuses a payment of a frozen person, and one within the cool-off after it.
    pub fn check(self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.payable_at {
            _ if self.is_frozen => Err(Refusal::Frozen),
            Some(payable_at) if now < payable_at => {
                Err(Refusal::LimitExceeded { limit: LimitExceeded::Unfrozen { payable_at } })
            }
            _ => Ok(()),
        }
    }
}

/// A ledger account as loaded under the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerAccount {
    /// The account's id, which is the wallet's id.
    pub id: WalletId,
    /// Wallet or clearing account.
    pub kind: AccountKind,
    /// The user who owns it; `None` for a clearing account.
    pub owner: Option<UserId>,
    /// The currency of its balance.
    pub currency: Currency,
    /// The posted balance in minor units.
    pub posted: i64,
    /// The sum of its open holds, in minor units.
    pub held: i64,
    /// The number of its newest entry.
    pub version: i64,
    /// What was sent from it in the present day and month.
    pub spending: Spending,
    /// Whether money may leave it.
    pub outgoing: Outgoing,
}

impl LedgerAccount {
    /// The clearing account of a currency, for off-us transfers. It is the same on every replica and keeps no
    /// balance, so its row is never locked or read.
    #[must_use]
    pub fn clearing(currency: Currency) -> Self {
        Self::clearing_of(clearing_account(currency), currency)
    }

    /// The clearing account with that id in that currency: of off-us transfers, or of a source of deposits.
    /// `None`: the id is no clearing account's.
    #[must_use]
    pub fn find_clearing(id: WalletId, currency: Currency) -> Option<Self> {
        is_clearing_account(id, currency).then(|| Self::clearing_of(id, currency))
    }

    fn clearing_of(id: WalletId, currency: Currency) -> Self {
        Self {
            id,
            kind: AccountKind::Clearing,
            owner: None,
            currency,
            posted: 0,
            held: 0,
            version: 0,
            spending: Spending::default(),
            outgoing: Outgoing::default(),
        }
    }

    /// The available balance in minor units: posted less held.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.posted.saturating_sub(self.held)
    }
}

/// One side of a posted transfer. Entries are appended, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The transfer it belongs to.
    pub transfer: TransferId,
    /// The account it belongs to.
    pub account: WalletId,
    /// Signed minor units: a debit is negative.
    pub minor: i64,
    /// The account's posted balance after it; `None` in a clearing account.
    pub balance_after: Option<i64>,
    /// Its number in the account; `None` in a clearing account.
    pub version: Option<i64>,
}

/// Money set aside for a transfer, until it is captured or voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The transfer that it is for.
    pub transfer: TransferId,
    /// The account whose available balance it lowers.
    pub account: WalletId,
    /// The amount in minor units.
    pub minor: i64,
    /// The calendar day on which it was counted as spent.
    pub day: NaiveDate,
}

/// How a hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// The money has left: the entries are posted.
    Captured,
    /// The money stays: it is available again.
    Voided,
}

/// A transfer to decide. It has everything that the fold needs.
#[derive(Clone, Debug)]
pub struct PostTransfer {
    /// The transfer as requested. Its status says what it becomes when accepted: `Completed` posts it,
    /// `Processing` holds the money, `PendingVerification` files it for later.
    pub transfer: Transfer,
    /// The idempotency key. If the request has none, a key that no other request has.
    pub key: IdempotencyKey,
    /// A second idempotency key of a request that has two. Both bind: the request is decided if both are free,
    /// and answered as before if both belong to it.
    pub second_key: Option<IdempotencyKey>,
    /// The fingerprint of the fields that were sent.
    pub fingerprint: Fingerprint,
    /// The limits of the owner. For a deposit, its own limit stands in `per_transfer`.
    pub limits: Limits,
    /// The calendar day that the amount counts for.
    pub day: NaiveDate,
}

impl PostTransfer {
    /// The keys of the request: one or two.
    pub fn keys(&self) -> impl Iterator<Item = &IdempotencyKey> {
        std::iter::once(&self.key).chain(self.second_key.as_ref().filter(|second| **second != self.key))
    }
}

/// A reversal of a completed transfer to decide, in whole or in part.
#[derive(Clone, Debug)]
pub struct ReverseTransfer {
    /// The reversal's own id.
    pub id: TransferId,
    /// The reversal's own folio.
    pub folio: Folio,
    /// The principal that asks.
    pub caller: Principal,
    /// The amount in minor units; `None` for all that is left.
    pub minor: Option<i64>,
    /// The reason, in the caller's words.
    pub reason: String,
    /// The idempotency key. If the request has none, a key that no other request has.
    pub key: IdempotencyKey,
    /// The fingerprint of the fields that were sent.
    pub fingerprint: Fingerprint,
    /// When it was requested.
    pub at: DateTime<Utc>,
}

impl ReverseTransfer {
    /// The transfer that gives `minor` units of `original` back: from its payee, who owns the money now, to
    /// its payer.
    #[must_use]
    pub fn transfer_back(&self, original: &Transfer, minor: i64, payee: Option<UserId>) -> Transfer {
        Transfer {
            id: self.id,
            folio: self.folio,
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

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "as", rename_all = "snake_case")]
pub enum Outcome {
    /// Accepted: posted, held or filed, as the transfer's status says.
    Accepted(Box<Transfer>),
    /// Refused; no money moved.
    Refused(Refusal),
}

/// The fold's decision on one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The outcome is decided now.
    Decided(Outcome),
    /// It was decided before under the same key and fingerprint: the first outcome again.
    Replayed(Outcome),
    /// The key belongs to a request with another fingerprint.
    KeyReused,
    /// The transfer needs a step-up code, and none may be sent at present. Nothing is stored under the key.
    CodeRefused(SendRefusal),
}

#[cfg(test)]
mod tests;
