//! The bytes of bodies whose sender has not proved who they are yet: bounded for the whole process, so that
//! nobody fills its memory with bodies that will be refused.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Most bytes of such bodies, in all connections together.
pub(crate) const IN_FLIGHT_MAX: usize = 64 * 1024 * 1024;

/// Counts the bytes.
#[derive(Debug)]
pub(crate) struct InFlight {
    held: AtomicUsize,
    most: usize,
}

/// There is no room for more bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

impl InFlight {
    pub(crate) fn new(most: usize) -> Self {
        Self { held: AtomicUsize::new(0), most }
    }
}

/// What one body holds. It is given back when this is dropped: when the sender has proved who they are, or when
/// the request has ended.
#[derive(Debug)]
pub(crate) struct Share {
    of: Arc<InFlight>,
    bytes: usize,
}

impl Share {
    pub(super) fn new(of: Arc<InFlight>) -> Self {
        Self { of, bytes: 0 }
    }

    /// Takes more bytes, before they are allocated.
    pub(super) fn grow(&mut self, by: usize) -> Result<(), NoRoom> {
        let within = |held: usize| held.checked_add(by).filter(|sum| *sum <= self.of.most);
        let took = self.of.held.fetch_update(Ordering::AcqRel, Ordering::Acquire, within);
        took.map_err(|_held| NoRoom)?;
        self.bytes = self.bytes.saturating_add(by);
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.held.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_makes_room() {
        let all = Arc::new(InFlight::new(100));
        let (mut one, mut other) = (Share::new(all.clone()), Share::new(all.clone()));
        assert_eq!(one.grow(60), Ok(()));
        assert_eq!(other.grow(41), Err(NoRoom));
        assert_eq!(other.grow(40), Ok(()));
        assert_eq!(one.grow(1), Err(NoRoom));
        drop(other);
        assert_eq!(one.grow(40), Ok(()));
        drop(one);
        assert_eq!(all.held.load(Ordering::Acquire), 0);
    }
}
