//! Random numbers that can be repeated: the same seed gives the same draws.

use application::kernel::Kernel;
use ports::{
    clock::Clock,
    ids_and_random::{IdGenerator, Random},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use uuid::Uuid;

/// Draws numbers by `SplitMix64`.
pub(crate) struct Chance(AtomicU64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn draw(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, and not including, the bound.
    pub(crate) fn below(&self, bound: i64) -> i64 {
        i64::try_from(self.draw() % u64::try_from(bound).unwrap()).unwrap()
    }
}

impl Random for Chance {
    fn fill(&self, buffer: &mut [u8]) {
        for bytes in buffer.chunks_mut(8) {
            bytes.copy_from_slice(&self.draw().to_be_bytes()[..bytes.len()]);
        }
    }
}

/// Ids in the order in which they are asked for.
#[derive(Default)]
pub(crate) struct Ids(AtomicU64);

impl IdGenerator for Ids {
    fn new_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1) << 64)
    }
}

/// The clock and the ids of a test, with random bytes from this seed.
pub(crate) fn kernel(clock: &Arc<impl Clock + 'static>, ids: &Arc<Ids>, seed: u64) -> Kernel {
    Kernel { clock: clock.clone(), ids: ids.clone(), random: Arc::new(Chance::of(seed)) }
}
