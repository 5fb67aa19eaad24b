//! The time of day.

use chrono::{DateTime, Utc};

/// Tells the time; tests move it.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}
