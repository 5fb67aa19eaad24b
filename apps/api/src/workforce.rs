//! The workers of this process for one queue: so many at once, and what is handed to them.

use ports::messaging::{Handover, Slot};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Work, with the right of one worker to do it. The worker is free again when the right is dropped.
pub(crate) type Handed<T> = (T, OwnedSemaphorePermit);

/// Hands leased work to the workers of this process, as long as they take it. There is never more work under way than
/// there are workers.
pub(crate) struct Workforce<T> {
    free: Arc<Semaphore>,
    give: mpsc::Sender<Handed<T>>,
    taken: Mutex<Option<mpsc::Receiver<Handed<T>>>>,
    is_open: AtomicBool,
}

impl<T: Send + 'static> Workforce<T> {
    pub(crate) fn new(workers: usize) -> Self {
        // Each worker is given one piece of work at a time, so the channel has room for all.
        let (give, taken) = mpsc::channel(workers.max(1));
        Self {
            free: Arc::new(Semaphore::new(workers)),
            give,
            taken: Mutex::new(Some(taken)),
            is_open: AtomicBool::new(false),
        }
    }

    /// From now on work is taken over. `None`: it is already.
    pub(crate) fn open(&self) -> Option<mpsc::Receiver<Handed<T>>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.is_open.store(taken.is_some(), Ordering::Release);
        taken
    }

    /// From now on nothing is taken over; what comes waits in the database.
    pub(crate) fn close(&self) {
        self.is_open.store(false, Ordering::Release);
    }

    /// Waits until a worker is free, and reserves it with up to `most - 1` others.
    pub(crate) async fn wait_for(&self, most: usize) -> Vec<Slot<T>> {
        let Ok(first) = self.free.clone().acquire_owned().await else { return Vec::new() };
        let mut slots = vec![self.slot(first)];
        while slots.len() < most
            && let Ok(permit) = self.free.clone().try_acquire_owned()
        {
            slots.push(self.slot(permit));
        }
        slots
    }

    fn slot(&self, permit: OwnedSemaphorePermit) -> Slot<T> {
        let give = self.give.clone();
        Box::new(move |work| {
            if give.try_send((work, permit)).is_err() {
                tracing::warn!("work was handed to workers that have stopped; its lease ends by itself");
            }
        })
    }
}

impl<T: Send + 'static> Handover<T> for Workforce<T> {
    fn reserve(&self, count: usize) -> Vec<Slot<T>> {
        if !self.is_open.load(Ordering::Acquire) {
            return Vec::new();
        }
        let permits = (0..count).map_while(|_| self.free.clone().try_acquire_owned().ok());
        permits.map(|permit| self.slot(permit)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_is_reserved_before_work_is_taken_or_after_it_is_not_any_more() {
        let workers = Workforce::<u8>::new(2);
        assert_eq!(workers.reserve(1).len(), 0);
        let taken = workers.open();
        assert!(taken.is_some() && workers.open().is_none(), "once");
        assert_eq!(workers.reserve(9).len(), 2);
        workers.close();
        assert_eq!(workers.reserve(1).len(), 0);
    }

    #[tokio::test]
    async fn a_worker_is_free_again_when_its_work_is_done_or_when_it_got_none() {
        let workers = Workforce::<u8>::new(1);
        let mut taken = workers.open().unwrap();
        let slot = workers.reserve(1).pop().unwrap();
        assert!(workers.reserve(1).is_empty(), "there is one worker");
        slot(7);
        let (work, permit) = taken.recv().await.unwrap();
        assert_eq!((work, workers.reserve(1).len()), (7, 0), "it works");
        drop(permit);
        drop(workers.reserve(1));
        assert_eq!(workers.wait_for(9).await.len(), 1);
    }
}
