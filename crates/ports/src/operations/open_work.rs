//! Which queues have work: told by the transaction that queued it, and asked for now and then.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::{collections::BTreeSet, sync::Arc};

/// A queue, or another kind of work that waits in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkKind {
    /// Messages and timers of the inbox.
    Turns,
    /// Messages of the outbox.
    Messages,
    /// Codes that may go to their next fallback channel.
    Fallbacks,
    /// Alerts.
    Alerts,
    /// Prices to ask for.
    Prices,
    /// Audit rows that are not sealed.
    AuditSeals,
    /// Transfers and codes whose time is over.
    Expiry,
    /// Copies of their data that people asked for.
    Exports,
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Turns,
        Self::Messages,
        Self::Fallbacks,
        Self::Alerts,
        Self::Prices,
        Self::AuditSeals,
        Self::Expiry,
        Self::Exports,
    ];
}

/// Is told that there is work of a kind, and from when on.
pub type Wake = Arc<dyn Fn(WorkKind, DateTime<Utc>) + Send + Sync>;

/// What waits in the database for a worker.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OpenWork: Send + Sync {
    /// The kinds of work that are due and that no worker has: one question about all queues.
    async fn open_work(&self, now: DateTime<Utc>) -> StoreResult<BTreeSet<WorkKind>>;

    /// Calls `wake` after each commit of this process that left work to a worker. What another process queued, and what a
    /// process left that has died, is found by `open_work`. Only the first call counts.
    fn on_queued(&self, wake: Wake);
}
