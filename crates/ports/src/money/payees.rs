//! The payees of people: the accounts that they pay under a name.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{PayeeId, UserId},
    money::payees::Payee,
    operations::audit::Actor,
};

/// Payees, found by their owner or id. A payment under a name adds them, in the transaction that pays. Every
/// method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Payees: Send + Sync {
    /// A person's payees, the one paid last first; at most [`domain::money::payees::PAYEES_MAX`].
    async fn payees_of(&self, user: UserId) -> StoreResult<Vec<Payee>>;

    /// The payees of one person, or of all; those that were paid first last. `after` is a payee's id.
    async fn payees(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<Payee>>;

    /// The payee with that id.
    async fn find_payee(&self, id: PayeeId) -> StoreResult<Option<Payee>>;

    /// Gives a payee another name. `None`: there is no such payee.
    async fn rename_payee(
        &self,
        id: PayeeId,
        name: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Payee>>;

    /// Forgets the name of a payee, so that it is none any more. When the account was first paid stays known: its
    /// cool-off does not begin again. False: there is no such payee.
    async fn forget_payee(&self, id: PayeeId, actor: &Actor, now: DateTime<Utc>) -> StoreResult<bool>;
}
