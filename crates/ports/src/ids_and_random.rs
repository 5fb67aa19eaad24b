//! Random bytes and new ids.

use uuid::Uuid;

/// A cryptographically secure random source. Tests replay it.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Random: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Makes unique ids.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// A new UUIDv7 (RFC 9562): later ones sort after earlier ones.
    fn new_id(&self) -> Uuid;
}
