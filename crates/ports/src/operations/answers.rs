//! Answers kept under the caller's key, for requests whose effect is a message and not a transfer.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::idempotency::{Fingerprint, IdempotencyKey};

/// What a key means for the request that comes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has it: the work is the claimer's.
    Fresh,
    /// Another request with this key is being worked on.
    UnderWay,
    /// Done before, with this answer.
    Answered(String),
    /// Another request stands under this key.
    Reused,
}

/// Answers by key. A transfer's outcome is kept with the transfer itself, by
/// [`Ledger`](crate::money::Ledger).
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Takes the key for the request with this fingerprint. A claim made before `lapsed` that was
    /// neither answered nor released is anybody's again: its claimer is gone.
    async fn claim(
        &self,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        lapsed: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> StoreResult<Claim>;

    /// Keeps the answer; it is given from now on.
    async fn keep(&self, key: &IdempotencyKey, answer: &str) -> StoreResult<()>;

    /// Nothing was sent: the key is free again. An answer that was kept stays.
    async fn release(&self, key: &IdempotencyKey) -> StoreResult<()>;
}
