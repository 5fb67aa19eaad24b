//! Work that one process at a time does.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Decides which process does a piece of work. Each method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes the lease of this name, or extends it, until `until`. `holder` is the process. False: another process
    /// holds it and its time has not come at `now`.
    async fn hold_lease(
        &self,
        name: &str,
        holder: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// Gives the lease back, so that another process need not wait for its end. Does nothing for a lease that
    /// another process holds.
    async fn release_lease(&self, name: &str, holder: Uuid) -> StoreResult<()>;
}
