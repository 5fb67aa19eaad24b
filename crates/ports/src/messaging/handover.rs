//! Hands work to the free workers of this process, right after the transaction that leased it to them. What no worker is
//! free for waits in the database, where it is leased later.

/// A worker that is free for one piece of work. Dropped without any, it is free again.
pub type Slot<T> = Box<dyn FnOnce(T) + Send>;

/// The workers of this process for one kind of work.
pub trait Handover<T>: Send + Sync {
    /// Reserves up to `count` workers that are free now.
    fn reserve(&self, count: usize) -> Vec<Slot<T>>;
}

/// No workers: everything waits in the database.
pub struct NoWorkers;

impl<T> Handover<T> for NoWorkers {
    fn reserve(&self, _count: usize) -> Vec<Slot<T>> {
        Vec::new()
    }
}
