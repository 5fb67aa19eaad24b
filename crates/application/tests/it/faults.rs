//! Stores and providers of which one call goes wrong: the n-th, whichever it is.

use ports::store_error::{StoreError, StoreResult};
use std::{
    future::{Future, pending},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The store does nothing, and says so.
    Refused,
    /// The store does it, and its reply is lost.
    Lost,
    /// The process ends before the call.
    DiedBefore,
    /// The process ends after it.
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

/// Which call goes wrong, and how. Calls are counted over all ports.
pub(crate) struct Plan {
    fault: Option<(Fault, usize)>,
    calls: AtomicUsize,
    hit: Mutex<Option<&'static str>>,
    /// Rung when the process has died: what it was at is to be dropped.
    pub(crate) death: Notify,
}

impl Plan {
    pub(crate) fn new(fault: Option<(Fault, usize)>) -> Self {
        Self { fault, calls: AtomicUsize::new(0), hit: Mutex::new(None), death: Notify::new() }
    }

    /// The call that went wrong.
    pub(crate) fn hit(&self) -> Option<&'static str> {
        *self.hit.lock().unwrap()
    }

    /// The fault, if it is this call's.
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

    /// A call of a store.
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

    /// A call of a provider. Its own failures are others' to try: here the process may end at it.
    pub(crate) async fn provider<T>(&self, name: &'static str, call: impl Future<Output = T>) -> T {
        let is_mortal = self.fault.is_some_and(|(fault, _)| fault.is_death());
        let Some(fault) = is_mortal.then(|| self.due(name)).flatten() else { return call.await };
        if fault.is_after() {
            call.await;
        }
        self.die().await
    }
}
