//! Apply retention: delete what was kept long enough, category by category, in small batches, by one replica at a time.

use crate::{error_chain::describe, kernel::Kernel};
use chrono::{DateTime, Duration, Utc};
use domain::operations::retention::{RetentionCategory, RetentionPolicy};
use ports::{
    operations::{Leases, Retention, RetentionPosition},
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;
use uuid::Uuid;

/// The lease of the process that applies retention.
const LEASE: &str = "retention";
/// How long the lease is held; each batch takes it anew. Longer than any batch and the pause after it.
const LEASE_FOR: Duration = Duration::seconds(30);

/// How fast a backlog is worked off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Rows of one batch, at most [`RETENTION_BATCH_MAX`](ports::operations::RETENTION_BATCH_MAX).
    pub batch: u32,
    /// The pause after each batch, so that others get to the database.
    pub pause: std::time::Duration,
}

impl Default for Pace {
    /// Slow enough that nobody notices: 1,000 rows a second.
    fn default() -> Self {
        Self { batch: 100, pause: std::time::Duration::from_millis(100) }
    }
}

/// What became of one category.
#[derive(Debug)]
pub struct CategoryReport {
    /// The category.
    pub category: RetentionCategory,
    /// Rows that were deleted, also if it failed in the end.
    pub deleted: u64,
    /// How old the oldest row is that is left; `None`: none is left, or they have no age.
    pub oldest: Option<Duration>,
    /// Why it ended early.
    pub failure: Option<StoreError>,
}

/// What a run did.
#[derive(Debug)]
pub enum RetentionRun {
    /// Another process applies retention now.
    Elsewhere,
    /// It was told to stop, or lost its lease; the next run goes on. What was done until then.
    Stopped(Vec<CategoryReport>),
    /// All categories were worked off, as far as they could be.
    Done(Vec<CategoryReport>),
}

/// Deletes what was kept long enough.
pub struct ApplyRetention {
    store: Arc<dyn Retention>,
    leases: Arc<dyn Leases>,
    kernel: Kernel,
    policy: RetentionPolicy,
    holder: Uuid,
}

/// Why a category ended.
enum End {
    /// Nothing old is left.
    Done,
    /// The process stops, or another one has the lease.
    Stopped,
    /// The store failed.
    Failed(StoreError),
}

impl ApplyRetention {
    /// Builds the use case. `holder` is the process.
    #[must_use]
    pub fn new(
        store: Arc<dyn Retention>,
        leases: Arc<dyn Leases>,
        kernel: Kernel,
        policy: RetentionPolicy,
        holder: Uuid,
    ) -> Self {
        Self { store, leases, kernel, policy, holder }
    }

    /// How long a category is kept.
    #[must_use]
    pub const fn term(&self, category: RetentionCategory) -> Duration {
        self.policy.term(category)
    }

    /// Works off all categories, if no other process does. A category that fails stops no other. `pause` waits, and
    /// returns false if the process stops.
    #[tracing::instrument(name = "retention", level = "debug", skip_all)]
    pub async fn run<F>(
        &self,
        pace: Pace,
        mut pause: impl FnMut(std::time::Duration) -> F,
    ) -> StoreResult<RetentionRun>
    where
        F: Future<Output = bool>,
    {
        if !self.hold().await? {
            return Ok(RetentionRun::Elsewhere);
        }
        let started = self.kernel.now();
        let mut reports = Vec::with_capacity(RetentionCategory::ALL.len());
        for category in RetentionCategory::ALL {
            let mut deleted = 0_u64;
            let end = self.work_off(category, started, pace, &mut pause, &mut deleted).await;
            let (failure, is_stopped) = match end {
                End::Done => (None, false),
                End::Stopped => (None, true),
                End::Failed(failure) => {
                    let error = describe(&failure);
                    tracing::error!(category = category.name(), error, "retention of a category failed");
                    (Some(failure), false)
                }
            };
            let oldest = self.oldest(category, started).await;
            reports.push(CategoryReport { category, deleted, oldest, failure });
            if is_stopped {
                self.leases.release_lease(LEASE, self.holder).await?;
                return Ok(RetentionRun::Stopped(reports));
            }
        }
        self.leases.release_lease(LEASE, self.holder).await?;
        Ok(RetentionRun::Done(reports))
    }

    /// Counts what a run would delete, and changes nothing.
    pub async fn look(&self) -> StoreResult<Vec<(RetentionCategory, u64)>> {
        let now = self.kernel.now();
        let mut found = Vec::with_capacity(RetentionCategory::ALL.len());
        for category in RetentionCategory::ALL {
            found.push((category, self.store.count_old(category, self.policy.cut_off(category, now)).await?));
        }
        Ok(found)
    }

    /// Deletes batch by batch until the category is worked off.
    async fn work_off<F>(
        &self,
        category: RetentionCategory,
        started: DateTime<Utc>,
        pace: Pace,
        pause: &mut impl FnMut(std::time::Duration) -> F,
        deleted: &mut u64,
    ) -> End
    where
        F: Future<Output = bool>,
    {
        let before = self.policy.cut_off(category, started);
        let mut from = RetentionPosition::default();
        loop {
            match self.hold().await {
                Ok(true) => {}
                Ok(false) => return End::Stopped,
                Err(failure) => return End::Failed(failure),
            }
            let batch = match self.store.delete_old(category, from, before, pace.batch).await {
                Ok(batch) => batch,
                Err(failure) => return End::Failed(failure),
            };
            *deleted = deleted.saturating_add(u64::from(batch.deleted));
            // Others only wait for what is deleted, not for a look.
            let rest = if batch.deleted > 0 { pace.pause } else { std::time::Duration::ZERO };
            if !pause(rest).await {
                return End::Stopped;
            }
            match batch.next {
                Some(next) => from = next,
                None => return End::Done,
            }
        }
    }

    /// Takes the lease, or extends it.
    async fn hold(&self) -> StoreResult<bool> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(LEASE_FOR).unwrap_or(now);
        self.leases.hold_lease(LEASE, self.holder, now, until).await
    }

    /// The age of the oldest row. It is told, not decided by: a failure tells nothing.
    async fn oldest(&self, category: RetentionCategory, now: DateTime<Utc>) -> Option<Duration> {
        let oldest = self.store.oldest(category).await.ok().flatten()?;
        Some(now.signed_duration_since(oldest).max(Duration::zero()))
    }
}

#[cfg(test)]
mod tests;
