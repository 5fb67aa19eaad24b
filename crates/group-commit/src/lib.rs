//! Group commit: many callers, one transaction.
//!
//! One writer takes all requests that queued during its last commit, and commits them together. There is no
//! timer: a request that finds the writer idle is committed at once. The queue is bounded, and a caller that
//! finds it full gets an error at once.
//!
//! A commit that fails is tried once more as a whole, so the work must be safe to repeat; this also settles a
//! commit whose reply was lost. If it fails again because of its content, the batch is halved until the
//! failing request is alone, and the work of all other callers is committed.

use futures_util::future::BoxFuture;
use std::sync::Arc;
use thiserror::Error;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

/// An error of a commit.
pub trait CommitFault: Send + Sync + 'static {
    /// True when the work itself may be the cause, so other work can be committed without it. False when the
    /// database can't be reached.
    fn blames_the_work(&self) -> bool;

    /// True when the work was not begun, because a wait for the database ended first. Then it is not tried
    /// again: the callers have waited long enough.
    fn began_nothing(&self) -> bool {
        false
    }
}

/// Why the items of a caller were not committed, or why that is unknown.
#[derive(Debug, Error)]
pub enum GroupError<E> {
    /// Too many callers wait; nothing was started.
    #[error("the queue is full")]
    Full,
    /// The writer task has ended.
    #[error("the writer has ended")]
    Ended,
    /// The commit failed, for this caller alone or for all callers in the batch.
    #[error("the commit failed")]
    Failed(Arc<E>),
}

/// Limits of the queue and of a commit.
#[derive(Clone, Copy, Debug)]
pub struct GroupSize {
    /// Most callers that may wait.
    pub queue_max: usize,
    /// Most items in one commit. The last caller added may exceed it, because a caller's items stay together.
    pub batch_max: usize,
}

/// Commits items. Returns one answer for each item, in order, or an error for all of them.
type Commit<I, O, E> = Box<dyn Fn(Vec<I>) -> BoxFuture<'static, Result<Vec<O>, E>> + Send + Sync>;
type Answer<O, E> = Result<Vec<O>, GroupError<E>>;

struct Job<I, O, E> {
    items: Vec<I>,
    answer: oneshot::Sender<Answer<O, E>>,
}

/// Handle of a writer. Clones share one writer, which ends when the last of them is dropped.
pub struct GroupCommit<I, O, E> {
    queue: mpsc::Sender<Job<I, O, E>>,
}

impl<I, O, E> Clone for GroupCommit<I, O, E> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<I, O, E> GroupCommit<I, O, E>
where
    I: Clone + Send + Sync + 'static,
    O: Send + 'static,
    E: CommitFault,
{
    /// Starts a writer as a task of `runtime`.
    pub fn start<C>(runtime: &Handle, size: GroupSize, commit: C) -> Self
    where
        C: Fn(Vec<I>) -> BoxFuture<'static, Result<Vec<O>, E>> + Send + Sync + 'static,
    {
        let (queue, jobs) = mpsc::channel(size.queue_max);
        runtime.spawn(write(jobs, size.batch_max, Box::new(commit)));
        Self { queue }
    }

    /// Commits the items of one caller, all of them or none, together with those of other callers.
    ///
    /// # Errors
    /// When the queue is full, the writer has ended, or the commit failed. A caller that stops waiting
    /// changes nothing: queued items are committed.
    pub async fn submit(&self, items: Vec<I>) -> Answer<O, E> {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send(Job { items, answer }) {
            Ok(()) => answered.await.unwrap_or(Err(GroupError::Ended)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(GroupError::Full),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(GroupError::Ended),
        }
    }
}

async fn write<I, O, E>(mut jobs: mpsc::Receiver<Job<I, O, E>>, batch_max: usize, commit: Commit<I, O, E>)
where
    I: Clone,
    E: CommitFault,
{
    while let Some(first) = jobs.recv().await {
        let mut size = first.items.len();
        let mut batch = vec![first];
        while size < batch_max
            && let Ok(job) = jobs.try_recv()
        {
            size = size.saturating_add(job.items.len());
            batch.push(job);
        }
        commit_all(batch, &commit).await;
    }
}

/// Commits the batch, or those parts of it that can be committed.
async fn commit_all<I: Clone, O, E: CommitFault>(batch: Vec<Job<I, O, E>>, commit: &Commit<I, O, E>) {
    let mut open = vec![batch];
    while let Some(mut jobs) = open.pop() {
        match commit_twice(&jobs, commit).await {
            Ok(outcomes) => answer(jobs, outcomes),
            Err(fault) if jobs.len() > 1 && fault.blames_the_work() => {
                let rest = jobs.split_off(jobs.len().div_ceil(2));
                // The older half is first, so the requests of a caller stay in order.
                open.push(rest);
                open.push(jobs);
            }
            Err(fault) => {
                let fault = Arc::new(fault);
                for job in jobs {
                    // A caller that stopped waiting needs no answer.
                    let _gone = job.answer.send(Err(GroupError::Failed(fault.clone())));
                }
            }
        }
    }
}

async fn commit_twice<I: Clone, O, E: CommitFault>(
    jobs: &[Job<I, O, E>],
    commit: &Commit<I, O, E>,
) -> Result<Vec<O>, E> {
    let items = || jobs.iter().flat_map(|job| job.items.iter().cloned()).collect::<Vec<_>>();
    match commit(items()).await {
        Err(fault) if fault.began_nothing() => Err(fault),
        Err(_) => {
            tracing::warn!(callers = jobs.len(), "commit failed; it is tried once more");
            commit(items()).await
        }
        done => done,
    }
}

fn answer<I, O, E>(jobs: Vec<Job<I, O, E>>, outcomes: Vec<O>) {
    let mut outcomes = outcomes.into_iter();
    for job in jobs {
        let own = outcomes.by_ref().take(job.items.len()).collect();
        let _gone = job.answer.send(Ok(own));
    }
}

#[cfg(test)]
mod tests;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
