//! Random bytes and ids.

use ports::ids_and_random::{IdGenerator, Random};
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

/// Random generator of the operating system.
#[derive(Clone, Debug)]
pub struct RingRandom(SystemRandom);

impl Default for RingRandom {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Random for RingRandom {
    #[allow(
        clippy::expect_used,
        reason = "without randomness there are no codes and no keys, so the process must end"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill(buffer).expect("the operating system gives no randomness");
    }
}

/// Makes UUIDv7 ids (RFC 9562) from the system's clock and randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidV7;

impl IdGenerator for UuidV7 {
    #[allow(clippy::disallowed_methods, reason = "this is the port's one real implementation")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
