//! Values of signed requests that are accepted only once.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// The values already seen in signed requests. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SignedRequests: Send + Sync {
    /// Stores a value that this client may use only once before `until`. False: it was used before. Of many
    /// requests at once, on any number of replicas, one gets true.
    async fn take_once(&self, client: &str, once: &str, until: DateTime<Utc>) -> StoreResult<bool>;
}
