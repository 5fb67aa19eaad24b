//! Deleting what was kept long enough.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::retention::RetentionCategory;
use uuid::Uuid;

/// Most rows of one batch.
pub const RETENTION_BATCH_MAX: u32 = 1_000;

/// Where the deletion of a category goes on. The default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionPosition {
    /// Which of the category's tables, as the store counts them.
    pub part: usize,
    /// The last row that was looked at, where a table is looked through by its ids.
    pub after: Uuid,
}

/// What one batch did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionBatch {
    /// Rows that were deleted. None: the batch only looked.
    pub deleted: u32,
    /// Where to go on; `None`: the category is worked off.
    pub next: Option<RetentionPosition>,
}

/// Deletes old rows of a category, a batch at a time. Rows about a person under a legal hold, and about their contacts,
/// are spared by every category.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Retention: Send + Sync {
    /// Deletes at most `limit` rows (and no more than [`RETENTION_BATCH_MAX`]) from before `before`, with what belongs
    /// to them. It begins at `from`, and looks at a bounded number of rows.
    async fn delete_old(
        &self,
        category: RetentionCategory,
        from: RetentionPosition,
        before: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<RetentionBatch>;

    /// How many rows [`delete_old`](Self::delete_old) would delete. Changes nothing.
    async fn count_old(&self, category: RetentionCategory, before: DateTime<Utc>) -> StoreResult<u64>;

    /// From when the oldest row of a category is; `None`: there is none, or its rows have no age.
    async fn oldest(&self, category: RetentionCategory) -> StoreResult<Option<DateTime<Utc>>>;
}
