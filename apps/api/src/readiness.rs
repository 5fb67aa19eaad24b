//! Whether the server takes requests: what `/health/ready` answers, within a second whatever the database does.

use crate::stores::Stores;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, join4},
};
use ports::clock::Clock;
use serde::Serialize;
use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use utoipa::ToSchema;

/// Longest wait for the database.
const PATIENCE: Duration = Duration::from_millis(700);
/// Longest life of a look at the database. One that never ends would hold every later one back.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long an outcome is given to others who ask.
const FRESH: Duration = Duration::from_millis(500);

/// The outcome of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Check {
    /// It is as it must be.
    Ok,
    /// It is not, or it took too long.
    Failed,
    /// It could not be looked at.
    Unknown,
}

/// The outcomes of all checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Checks {
    /// The database answers.
    database: Check,
    /// A row can be written.
    writes: Check,
    /// The tables are those of this version.
    migrations: Check,
    /// Every key that stored rows need is set.
    keys: Check,
    /// The process is about to stop.
    draining: bool,
}

impl Checks {
    /// True if requests are taken.
    pub(crate) fn are_well(self) -> bool {
        let all = [self.database, self.writes, self.migrations, self.keys];
        !self.draining && all.iter().all(|check| *check == Check::Ok)
    }
}

/// What decides whether requests are taken.
pub(crate) struct Readiness {
    store: Arc<dyn Stores>,
    clock: Arc<dyn Clock>,
    /// The ids of the keys that are set.
    keys: Arc<[String]>,
    draining: AtomicBool,
    looks: [Look; 4],
}

impl Readiness {
    pub(crate) fn new(store: Arc<dyn Stores>, clock: Arc<dyn Clock>, keys: Vec<String>) -> Self {
        Self { store, clock, keys: keys.into(), draining: AtomicBool::new(false), looks: Default::default() }
    }

    /// From now on the server says that it is not ready.
    pub(crate) fn begin_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Looks at everything at once.
    pub(crate) async fn checks(&self) -> Checks {
        let [database, writes, migrations, keys] = &self.looks;
        let store = || self.store.clone();
        let now = self.clock.now();
        let (asked, wrote, migrated, opened) = join4(
            database.at(store(), |store| async move { store.ping().await.is_ok() }),
            writes.at(store(), move |store| async move { store.probe_write(now).await.is_ok() }),
            migrations.at(store(), |store| async move { store.schema().await.is_ok_and(|s| s.is_current()) }),
            keys.at((store(), self.keys.clone()), |(store, set)| async move {
                store.keys_in_use().await.is_ok_and(|used| used.iter().all(|key| set.contains(key)))
            }),
        )
        .await;
        // Without a database nobody knows.
        let known = |check: Option<bool>| match check {
            Some(true) => Check::Ok,
            Some(false) if asked == Some(true) => Check::Failed,
            _ => Check::Unknown,
        };
        let passed = |check: Option<bool>| if check == Some(true) { Check::Ok } else { Check::Failed };
        Checks {
            database: passed(asked),
            writes: passed(wrote),
            migrations: known(migrated),
            keys: known(opened),
            draining: self.draining.load(Ordering::Relaxed),
        }
    }
}

type Outcome = Shared<BoxFuture<'static, bool>>;

/// One check. Those who ask at the same time share it, so that a database that hangs is asked once.
struct Look {
    patience: Duration,
    last: Mutex<Option<(Instant, Outcome)>>,
}

impl Default for Look {
    fn default() -> Self {
        Self { patience: PATIENCE, last: Mutex::default() }
    }
}

impl Look {
    /// The outcome. None if it takes too long.
    async fn at<W, F>(&self, what: W, look: impl FnOnce(W) -> F) -> Option<bool>
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let outcome = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            match &*last {
                Some((begun, outcome)) if outcome.peek().is_none() || begun.elapsed() < FRESH => {
                    outcome.clone()
                }
                _ => {
                    let task = tokio::spawn(tokio::time::timeout(DEADLINE, look(what)));
                    let outcome = async move { matches!(task.await, Ok(Ok(true))) }.boxed().shared();
                    *last = Some((Instant::now(), outcome.clone()));
                    outcome
                }
            }
        };
        tokio::time::timeout(self.patience, outcome).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, future::pending};

    #[tokio::test]
    async fn a_check_that_hangs_is_asked_once_and_told_in_time() {
        let (look, asked) = (Look { patience: Duration::ZERO, ..Look::default() }, Cell::new(0));
        let hang = |()| {
            asked.set(asked.get() + 1);
            pending::<bool>()
        };
        assert_eq!(look.at((), hang).await, None);
        assert_eq!(look.at((), hang).await, None);
        assert_eq!(asked.get(), 1);
    }

    #[test]
    fn one_failed_check_or_a_drain_is_enough() {
        let well = Checks {
            database: Check::Ok,
            writes: Check::Ok,
            migrations: Check::Ok,
            keys: Check::Ok,
            draining: false,
        };
        assert!(well.are_well());
        assert!(!Checks { writes: Check::Failed, ..well }.are_well());
        assert!(!Checks { keys: Check::Unknown, ..well }.are_well());
        assert!(!Checks { draining: true, ..well }.are_well());
    }
}
