//! A fast hash for short words (FNV-1a). The tables hold only words of ours, so nobody can choose colliding keys.

use std::hash::{BuildHasherDefault, Hasher};

/// A fast hasher for short words; it is no protection against chosen keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A map with words as keys.
pub(crate) type WordMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Fnv>>;

/// A set of words.
pub(crate) type WordSet<K> = std::collections::HashSet<K, BuildHasherDefault<Fnv>>;
