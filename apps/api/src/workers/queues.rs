//! The loops of the queues. Work comes two ways: handed over by the transaction that leased it to this process, or leased
//! here when a wake-up says that some waits. Both end with the same workers.

use super::awaited;
use crate::{
    wakeups::Wakeup,
    workforce::{Handed, Workforce},
};
use application::error_chain::describe;
use async_trait::async_trait;
use ports::store_error::StoreResult;
use std::sync::Arc;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

/// The most pieces of work that are leased in one transaction.
const LEASED_AT_ONCE: usize = 64;

/// A queue in the database, and the workers of this process that carry out what is in it.
#[async_trait]
pub(super) trait Queue: Send + Sync + 'static {
    /// What is leased.
    type Work: Send + 'static;

    /// Its name in the log.
    const NAME: &'static str;

    fn workers(&self) -> &Workforce<Self::Work>;

    /// Wakes the loop when work may wait.
    fn wakeup(&self) -> &Wakeup;

    /// Leases up to so many pieces of work. Fewer: no more are due.
    async fn lease(&self, count: usize) -> StoreResult<Vec<Self::Work>>;

    async fn carry_out(&self, work: Self::Work);
}

/// Works until it is told to stop, and ends what was begun.
pub(super) async fn run<Q: Queue>(queue: Arc<Q>, mut stopped: watch::Receiver<bool>) {
    let Some(handed) = queue.workers().open() else { return };
    let (close, closed) = watch::channel(false);
    let carrying = tokio::spawn(carry(queue.clone(), handed, closed));
    while awaited(queue.wakeup(), &mut stopped).await {
        drain(queue.as_ref(), &mut stopped).await;
    }
    queue.workers().close();
    close.send_replace(true);
    if carrying.await.is_err() {
        tracing::error!(queue = Q::NAME, "the loop of a queue panicked");
    }
}

/// Leases what is due, as workers become free, until nothing more is.
async fn drain<Q: Queue>(queue: &Q, stopped: &mut watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let slots = tokio::select! {
            slots = queue.workers().wait_for(LEASED_AT_ONCE) => slots,
            _ = stopped.changed() => return,
        };
        let asked = slots.len();
        match queue.lease(asked).await {
            Ok(leased) => {
                let found = leased.len();
                for (slot, work) in slots.into_iter().zip(leased) {
                    slot(work);
                }
                if found < asked {
                    return;
                }
            }
            Err(fault) => {
                // What waits is found when the database is asked again.
                tracing::error!(queue = Q::NAME, error = %describe(&fault), "nothing could be leased");
                return;
            }
        }
    }
}

async fn carry<Q: Queue>(
    queue: Arc<Q>,
    mut handed: mpsc::Receiver<Handed<Q::Work>>,
    mut closed: watch::Receiver<bool>,
) {
    let mut running = JoinSet::new();
    loop {
        let next = tokio::select! {
            next = handed.recv() => next,
            _ = closed.changed() => {
                handed.close();
                continue;
            }
        };
        let Some((work, permit)) = next else { break };
        while running.try_join_next().is_some() {}
        let queue = queue.clone();
        running.spawn(async move {
            queue.carry_out(work).await;
            drop(permit);
        });
    }
    while running.join_next().await.is_some() {}
}
