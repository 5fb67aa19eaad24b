//! Wakes the workers when there may be work.

use tokio::sync::Notify;

/// Signals to workers that there may be work.
#[derive(Default)]
pub(crate) struct WorkerWakeups {
    pub(crate) inbox: Notify,
    pub(crate) outbox: Notify,
    pub(crate) alerts: Notify,
    pub(crate) payments: Notify,
}
