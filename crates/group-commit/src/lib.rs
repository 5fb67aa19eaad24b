//! Group commit: many callers, one transaction.
//!
//! One writer takes whatever has queued while its last commit ran and commits it together. There is no
//! timer: a single request that finds the writer idle goes at once. The queue is bounded, and who finds
//! it full is told so at once.
//!
//! A commit that fails is tried once more whole, so what is committed must be safe to repeat: that also
//! settles a commit whose reply was lost. If it fails again because of what is in it, it is halved until
//! the culprit stands alone, and everybody else's work goes through.

use futures_util::future::BoxFuture;
use std::sync::Arc;
use thiserror::Error;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

/// A failure of a commit.
pub trait CommitFault: Send + Sync + 'static {
    /// Whether the work itself may be at fault, so that others' may go through without it. A database
    /// that is out of reach is nobody's fault.
    fn blames_the_work(&self) -> bool;
}

/// Why nothing was committed for a caller, or nobody knows.
#[derive(Debug, Error)]
pub enum GroupError<E> {
    /// More is queued than can be done soon; nothing was begun.
    #[error("the queue is full")]
    Full,
    /// The writer has ended.
    #[error("the writer has ended")]
    Ended,
    /// The commit failed, for this caller alone or for all that went with it.
    #[error("the commit failed")]
    Failed(Arc<E>),
}

/// How much is taken at once.
#[derive(Clone, Copy, Debug)]
pub struct GroupSize {
    /// Callers that may wait.
    pub queue_max: usize,
    /// Items in one commit; a single caller's may be more.
    pub batch_max: usize,
}

/// Commits items: one answer for each, in order, or none at all.
type Commit<I, O, E> = Box<dyn Fn(Vec<I>) -> BoxFuture<'static, Result<Vec<O>, E>> + Send + Sync>;
type Answer<O, E> = Result<Vec<O>, GroupError<E>>;

struct Job<I, O, E> {
    items: Vec<I>,
    answer: oneshot::Sender<Answer<O, E>>,
}

/// The way to a writer. Clones lead to the same one; it ends with the last of them.
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

    /// Commits one caller's items, all of them or none, along with others'.
    ///
    /// # Errors
    /// When the queue is full or the commit failed. A caller who goes away changes nothing: what is
    /// queued is committed.
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

/// Commits the batch, or the halves of it that can be committed.
async fn commit_all<I: Clone, O, E: CommitFault>(batch: Vec<Job<I, O, E>>, commit: &Commit<I, O, E>) {
    let mut open = vec![batch];
    while let Some(mut jobs) = open.pop() {
        match commit_twice(&jobs, commit).await {
            Ok(outcomes) => answer(jobs, outcomes),
            Err(fault) if jobs.len() > 1 && fault.blames_the_work() => {
                let rest = jobs.split_off(jobs.len().div_ceil(2));
                // The older half first: a caller's requests stay in the order he made them.
                open.push(rest);
                open.push(jobs);
            }
            Err(fault) => {
                let fault = Arc::new(fault);
                for job in jobs {
                    // A caller who went away needs no answer.
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
        Err(_) => {
            tracing::warn!(callers = jobs.len(), "a commit failed and is tried again");
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
