//! What came with signed requests and may come only once.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// What was seen of signed requests. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SignedRequests: Send + Sync {
    /// Takes down what may come only once from this client, until then. False where it came before: of any
    /// number at once, on any number of replicas, one is told true.
    async fn take_once(&self, client: &str, once: &str, until: DateTime<Utc>) -> StoreResult<bool>;

    /// Forgets what was to be remembered until before that; how many.
    async fn forget_taken(&self, before: DateTime<Utc>) -> StoreResult<usize>;
}
