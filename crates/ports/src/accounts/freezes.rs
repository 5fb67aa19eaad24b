//! The freeze of a person, and its end.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::freeze::Freeze,
    ids::{UserId, VerificationId},
    message::Channel,
    operations::audit::Actor,
};

/// A freeze to begin.
#[derive(Clone, Debug)]
pub struct FreezeRequest {
    /// The user to freeze.
    pub user: UserId,
    /// The channel on which it was ordered; `None` for the API and the console. The user is told on another one.
    pub ordered_on: Option<Channel>,
    /// Why, in the words of who ordered it. It goes into the audit row.
    pub reason: Option<String>,
    /// The key of the effect that orders it. A repeated key changes nothing, also after the freeze was lifted.
    pub key: Option<String>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// What allows the owner to lift a freeze.
#[derive(Clone)]
pub struct LiftProof {
    /// The approved challenge to the user's e-mail address. It is used up.
    pub verification: VerificationId,
    /// The password hash that was checked. If the stored one differs by now, nothing is lifted.
    pub seen_password: String,
}

/// A freeze to lift.
#[derive(Clone)]
pub struct LiftRequest {
    /// The user whose freeze ends.
    pub user: UserId,
    /// The owner's proof; `None` when staff lift it.
    pub proof: Option<LiftProof>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of lifting a freeze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifted {
    /// The user is not frozen; their state after the call.
    Done(Freeze),
    /// The code or the password proves nothing any more.
    NoProof,
    /// There is no such user.
    NoSuchUser,
}

/// Freezes of users. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Freezes: Send + Sync {
    /// Freezes a user: stops all money out of their wallets, unbinds their chats, cancels their transfers that
    /// wait for a code or an approval. Returns the state after it, which is the same when they were frozen
    /// before. `None`: there is no such user.
    async fn freeze(&self, request: &FreezeRequest, now: DateTime<Utc>) -> StoreResult<Option<Freeze>>;

    /// Lifts a freeze.
    async fn lift(&self, request: &LiftRequest, now: DateTime<Utc>) -> StoreResult<Lifted>;

    /// Whether a user is frozen. `None`: there is no such user.
    async fn find_freeze(&self, user: UserId) -> StoreResult<Option<Freeze>>;
}
