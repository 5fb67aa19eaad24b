//! Randomness in tests, which is the same in every run.

use ports::ids_and_random::Random;
use std::sync::atomic::{AtomicU64, Ordering};

/// Draws zero each time, so that a client does not wait before a retry.
pub struct ZeroRandom;

impl Random for ZeroRandom {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// Numbers that look random: the same seed gives the same draws (`SplitMix64`).
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// The draws that follow from this seed.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number, of all 64 bits.
    pub fn draw(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, and not including, the bound.
    pub fn below(&self, bound: i64) -> i64 {
        i64::try_from(self.draw() % u64::try_from(bound).unwrap()).unwrap()
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        for bytes in buffer.chunks_mut(8) {
            let drawn = self.draw().to_be_bytes();
            bytes.iter_mut().zip(drawn).for_each(|(byte, drawn)| *byte = drawn);
        }
    }
}
