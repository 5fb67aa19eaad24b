//! Responses stored under an idempotency key, for requests that send a message. Transfers store their own.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::idempotency::{Fingerprint, IdempotencyKey};

/// What an idempotency key means for the request that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The key is new: this request does the work.
    Fresh,
    /// Another request with this key is in progress.
    UnderWay,
    /// Done before, with this response.
    Answered(String),
    /// The key belongs to a request with another fingerprint.
    Reused,
}

/// Responses by idempotency key. The outcome of a transfer is stored with the transfer itself, by
/// [`Ledger`](crate::money::Ledger).
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims the key for the request with this fingerprint. A claim that was made before `claimed_before`,
    /// and was neither answered nor released, can be claimed again: its process is gone.
    async fn claim(
        &self,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        claimed_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> StoreResult<Claim>;

    /// Stores the response, which answers the key from now on.
    async fn keep(&self, key: &IdempotencyKey, answer: &str) -> StoreResult<()>;

    /// Frees the key after a request that sent nothing. A stored response stays.
    async fn release(&self, key: &IdempotencyKey) -> StoreResult<()>;
}
