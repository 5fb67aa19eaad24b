//! Ids in tests: counted, so that they sort in the order in which they were made.

use domain::money::folio::Folio;
use ports::ids_and_random::IdGenerator;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

static OF_THE_PROCESS: CountedIds = CountedIds(AtomicU64::new(0));

/// Ids in the order in which they are asked for. Two generators make the same ids.
#[derive(Default)]
pub struct CountedIds(AtomicU64);

impl IdGenerator for CountedIds {
    fn new_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1) << 64)
    }
}

/// An id that no other test of this process has, and that sorts after those before it.
#[must_use]
pub fn id() -> Uuid {
    OF_THE_PROCESS.new_id()
}

/// A folio that no other transfer of this process has drawn.
#[must_use]
pub fn folio() -> Folio {
    Folio::of_random(id().as_u64_pair().0)
}
