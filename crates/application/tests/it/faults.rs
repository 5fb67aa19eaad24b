//! Stores and providers in which one call fails: the n-th, whichever it is.

use ports::store_error::{StoreError, StoreResult};
use std::{
    future::{Future, pending},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The store does nothing, and says so.
    Refused,
    /// The store does its work, and its reply is lost.
    Lost,
    /// The process ends before the call.
    DiedBefore,
    /// The process ends after the call.
    DiedAfter,
}

impl Fault {
    const fn is_death(self) -> bool {
        matches!(self, Self::DiedBefore | Self::DiedAfter)
    }

    const fn is_after(self) -> bool {
        matches!(self, Self::Lost | Self::DiedAfter)
    }
}

/// Which call fails, and how. Calls are counted over all ports.
pub(crate) struct Plan {
    fault: Option<(Fault, usize)>,
    calls: AtomicUsize,
    hit: Mutex<Option<&'static str>>,
    /// Notified when the process has died: the work in progress must be dropped.
    pub(crate) death: Notify,
}

impl Plan {
    pub(crate) fn new(fault: Option<(Fault, usize)>) -> Self {
        Self { fault, calls: AtomicUsize::new(0), hit: Mutex::new(None), death: Notify::new() }
    }

    /// The name of the call that failed. `None`: no call has failed yet.
    pub(crate) fn hit(&self) -> Option<&'static str> {
        *self.hit.lock().unwrap()
    }

    /// The fault, if it belongs to this call.
    fn due(&self, call: &'static str) -> Option<Fault> {
        let (fault, at) = self.fault?;
        let is_due = self.calls.fetch_add(1, Ordering::Relaxed) == at;
        is_due.then(|| {
            *self.hit.lock().unwrap() = Some(call);
            fault
        })
    }

    async fn die<T>(&self) -> T {
        self.death.notify_one();
        pending().await
    }

    /// Runs a call of a store by the plan.
    pub(crate) async fn store<T>(
        &self,
        name: &'static str,
        call: impl Future<Output = StoreResult<T>>,
    ) -> StoreResult<T> {
        let Some(fault) = self.due(name) else { return call.await };
        if fault.is_after() {
            call.await?;
        }
        if fault.is_death() {
            return self.die().await;
        }
        Err(StoreError::Unavailable("planned".into()))
    }

    /// Runs a call of a provider. Faults of providers are tested elsewhere; here only the process may end at
    /// the call.
    pub(crate) async fn provider<T>(&self, name: &'static str, call: impl Future<Output = T>) -> T {
        let is_mortal = self.fault.is_some_and(|(fault, _)| fault.is_death());
        let Some(fault) = is_mortal.then(|| self.due(name)).flatten() else { return call.await };
        if fault.is_after() {
            call.await;
        }
        self.die().await
    }
}
