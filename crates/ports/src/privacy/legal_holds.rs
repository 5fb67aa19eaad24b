//! Legal holds: a person's data must stay as it is, because of a trial or an order.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ids::UserId, operations::audit::Actor};

/// A hold on a person's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalHold {
    /// The person.
    pub user: UserId,
    /// Why, in the words of who ordered it.
    pub reason: String,
    /// Who ordered it.
    pub held_by: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The outcome of holding or releasing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldChanged {
    /// It is as asked for.
    Done,
    /// It was so before.
    Unchanged,
    /// There is no such person.
    NoSuchPerson,
    /// Their erasure has begun, and ends in any case.
    ErasureBegan,
}

/// Holds on people's data. Every method is one transaction, with its audit row.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LegalHolds: Send + Sync {
    /// Holds a person's data: it is neither erased nor deleted by age.
    async fn hold_data(
        &self,
        user: UserId,
        reason: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldChanged>;

    /// Ends a hold.
    async fn release_data(&self, user: UserId, actor: &Actor, now: DateTime<Utc>)
    -> StoreResult<HoldChanged>;

    /// A person's hold, if there is one.
    async fn find_legal_hold(&self, user: UserId) -> StoreResult<Option<LegalHold>>;
}
