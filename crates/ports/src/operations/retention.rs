//! Deleting what was kept long enough.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::retention::RetentionCategory;

/// Most rows of one batch.
pub const RETENTION_BATCH_MAX: u32 = 1_000;

/// Deletes old rows of a category, a batch at a time. Rows about a person under a legal hold, and about their contacts,
/// are spared by every category.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Retention: Send + Sync {
    /// Deletes at most `limit` rows (and no more than [`RETENTION_BATCH_MAX`]) from before `before`, the oldest first,
    /// with what belongs to them. Returns how many; none: there are no more.
    async fn delete_old(
        &self,
        category: RetentionCategory,
        before: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<u32>;

    /// How many rows [`delete_old`](Self::delete_old) would delete. Changes nothing.
    async fn count_old(&self, category: RetentionCategory, before: DateTime<Utc>) -> StoreResult<u64>;

    /// From when the oldest row of a category is; `None`: there is none, or its rows have no age.
    async fn oldest(&self, category: RetentionCategory) -> StoreResult<Option<DateTime<Utc>>>;
}
