//! The system's clock.

use chrono::{DateTime, Utc};
use ports::clock::Clock;

/// The time of this machine, in whole microseconds, as the stores keep it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port's one real implementation")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}
