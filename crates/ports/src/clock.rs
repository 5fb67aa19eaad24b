//! The current time.

use chrono::{DateTime, Utc};

/// Tells the time. Tests set it.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The current time in UTC.
    fn now(&self) -> DateTime<Utc>;
}
