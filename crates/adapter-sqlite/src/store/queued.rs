//! Tells the workers of this process what a transaction left to them, once it is committed.

use chrono::{DateTime, Utc};
use ports::operations::{Wake, WorkKind};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

/// The most times that one transaction tells. What it leaves beyond them is found later.
const TIMES_MAX: usize = 1_000;

type Times = BTreeSet<(WorkKind, DateTime<Utc>)>;

tokio::task_local! {
    static QUEUED: RefCell<Times>;
}

/// Notes that this transaction leaves work of a kind, and from when on it is due.
pub(crate) fn note(kind: WorkKind, due_at: DateTime<Utc>) {
    let _outside = QUEUED.try_with(|queued| {
        let mut queued = queued.borrow_mut();
        if queued.len() < TIMES_MAX {
            queued.insert((kind, due_at));
        }
    });
}

/// Who is told. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct QueueSignals(Arc<OnceLock<Wake>>);

impl QueueSignals {
    /// Tells `wake` from now on, unless another is told already.
    pub(crate) fn tell_to(&self, wake: Wake) {
        let _told_already = self.0.set(wake);
    }

    pub(crate) fn tell(&self, kind: WorkKind, due_at: DateTime<Utc>) {
        if let Some(wake) = self.0.get() {
            wake(kind, due_at);
        }
    }

    /// Runs a transaction, and tells what it left.
    pub(crate) async fn noting<T, E>(&self, transaction: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let noted = async {
            let outcome = transaction.await;
            (outcome, QUEUED.try_with(RefCell::take).unwrap_or_default())
        };
        let (outcome, queued) = QUEUED.scope(RefCell::default(), noted).await;
        if outcome.is_ok() {
            for (kind, due_at) in queued {
                self.tell(kind, due_at);
            }
        }
        outcome
    }
}
