//! Wakes the workers when there may be something to do.

use tokio::sync::Notify;

/// Rung when there may be something to do.
#[derive(Default)]
pub(crate) struct WorkerWakeups {
    pub(crate) inbox: Notify,
    pub(crate) outbox: Notify,
}
