//! Wakes the workers when there may be work.

use chrono::{DateTime, Utc};
use ports::operations::WorkKind;
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// The most times that are remembered. Work beyond them is found when the database is asked.
const TIMES_MAX: usize = 10_000;

/// Signals to workers that there may be work.
#[derive(Default)]
pub(crate) struct WorkerWakeups {
    pub(crate) inbox: Wakeup,
    pub(crate) outbox: Wakeup,
    pub(crate) fallbacks: Wakeup,
    pub(crate) alerts: Wakeup,
    pub(crate) payments: Wakeup,
    pub(crate) prices: Wakeup,
    pub(crate) audit_seals: Wakeup,
    pub(crate) expiry: Wakeup,
    pub(crate) exports: Wakeup,
}

impl WorkerWakeups {
    pub(crate) const fn of(&self, kind: WorkKind) -> &Wakeup {
        match kind {
            WorkKind::Turns => &self.inbox,
            WorkKind::Messages => &self.outbox,
            WorkKind::Fallbacks => &self.fallbacks,
            WorkKind::Alerts => &self.alerts,
            WorkKind::Prices => &self.prices,
            WorkKind::AuditSeals => &self.audit_seals,
            WorkKind::Expiry => &self.expiry,
            WorkKind::Exports => &self.exports,
        }
    }
}

/// Wakes one worker, now or at the times that it was told.
#[derive(Default)]
pub(crate) struct Wakeup {
    now: Notify,
    /// A time was added that may be earlier than all others.
    earlier: Notify,
    times: Mutex<BTreeSet<Instant>>,
}

impl Wakeup {
    /// Wakes the worker, or lets its next wait end at once.
    pub(crate) fn notify_one(&self) {
        self.now.notify_one();
    }

    /// Wakes it when the time has come.
    pub(crate) fn notify_at(&self, at: DateTime<Utc>, now: DateTime<Utc>) {
        // Rounded up: before its time nothing is due.
        let wait = at.signed_duration_since(now).to_std().unwrap_or(Duration::ZERO);
        if wait.is_zero() {
            return self.notify_one();
        }
        let Some(at) = Instant::now().checked_add(wait.saturating_add(Duration::from_millis(1))) else {
            return;
        };
        let mut times = self.lock();
        if times.len() < TIMES_MAX {
            times.insert(at);
            drop(times);
            self.earlier.notify_one();
        }
    }

    /// Waits for a wake-up.
    pub(crate) async fn notified(&self) {
        loop {
            let next = self.lock().first().copied();
            let time = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.now.notified() => return,
                () = self.earlier.notified() => {}
                () = time => {
                    let now = Instant::now();
                    self.lock().retain(|at| *at > now);
                    return;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Instant>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::pin::pin;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    #[tokio::test]
    async fn a_worker_is_woken_at_the_earliest_time_also_when_it_is_told_while_it_waits() {
        let wakeup = Wakeup::default();
        wakeup.notify_at(at(3_600_000), at(0));
        let mut waiting = pin!(wakeup.notified());
        assert!((&mut waiting).now_or_never().is_none());
        wakeup.notify_at(at(5), at(0));
        waiting.await;
        assert!(wakeup.notified().now_or_never().is_none(), "each time once");
    }

    #[tokio::test]
    async fn what_is_due_already_wakes_at_once() {
        let wakeup = Wakeup::default();
        wakeup.notify_at(at(0), at(1));
        assert!(wakeup.notified().now_or_never().is_some());
    }
}
