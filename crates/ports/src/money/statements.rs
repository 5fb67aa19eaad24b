//! What one person sent and received, over all their wallets.

use super::EntryView;
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{UserId, WalletId},
    money::{Money, account_number::AccountNumber, transfer::Transfer},
};

/// Whether money comes into a wallet or leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Money comes in: the amount is positive.
    In,
    /// Money leaves: the amount is negative.
    Out,
}

/// A period, the accounts that were paid in it, and the amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentFilter {
    /// The first instant; `None` for no lower bound.
    pub from: Option<DateTime<Utc>>,
    /// The first instant after the period; `None` for no upper bound.
    pub until: Option<DateTime<Utc>>,
    /// Only what was sent to one of these accounts, as the payer wrote them; `None` for all.
    pub accounts: Option<Vec<AccountNumber>>,
    /// Only what is exactly this positive amount, whichever way it went; `None` for all.
    pub amount: Option<Money>,
}

/// Which entries of a person to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEntryFilter {
    /// The period, the accounts and the amount. With accounts, only what was sent to them is read: money that comes in, or
    /// comes back, names no account.
    pub sent: SentFilter,
    /// Only money that comes in, or only money that leaves; `None` for both.
    pub direction: Option<Direction>,
    /// The most entries to read, at most 200.
    pub limit: i64,
}

/// An entry of one of a person's wallets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEntry {
    /// The wallet that it belongs to.
    pub wallet: WalletId,
    /// The entry, with its transfer.
    pub entry: EntryView,
    /// True if the money moved between two wallets of the person. Such a transfer has two entries.
    pub is_own_move: bool,
}

/// A transfer that a person sent to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTransfer {
    /// The transfer in its present form.
    pub transfer: Transfer,
    /// When its money moved; `None` while it is under way.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A person's own figures. Every method is one reading transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Statements: Send + Sync {
    /// The entries of all the person's wallets, newest first.
    async fn own_entries(&self, user: UserId, filter: &OwnEntryFilter) -> StoreResult<Vec<OwnEntry>>;

    /// The sum that the person sent to others and did not get back, for each currency in which it is not zero, by
    /// the currency's code. A transfer counts in the period in which its money moved, less what was reversed of it
    /// until now. Moves between own wallets don't count.
    async fn spent_sum(&self, user: UserId, filter: &SentFilter) -> StoreResult<Vec<Money>>;

    /// The newest transfers that the person sent to others and that are completed, reversed or under way; at most
    /// `count`, newest first. The period counts from when they were requested.
    async fn last_sent(
        &self,
        user: UserId,
        filter: &SentFilter,
        count: i64,
    ) -> StoreResult<Vec<SentTransfer>>;

    /// When the person last asked to send that amount to that account, from `since` on. A transfer that was
    /// canceled, refused or given back does not count.
    async fn last_alike(
        &self,
        user: UserId,
        amount: Money,
        account: &AccountNumber,
        since: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>>;
}
