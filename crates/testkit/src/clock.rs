//! Time in tests: instants that are counted in seconds, and a clock that only the test moves.

use chrono::{DateTime, Duration, Utc};
use ports::clock::Clock;
use std::sync::Mutex;

/// When the examples begin, in Unix seconds: 2027-01-15T08:00:00Z.
const BEGIN: i64 = 1_800_000_000;

/// The instant that many seconds after the examples begin.
#[must_use]
pub fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(BEGIN, 0).unwrap() + Duration::seconds(second)
}

/// A clock that stands still until the test moves it. It begins at second 0 of [`at`].
pub struct MovableClock(Mutex<DateTime<Utc>>);

impl MovableClock {
    /// Moves the clock forward, or back if `by` is negative.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Default for MovableClock {
    fn default() -> Self {
        Self(Mutex::new(at(0)))
    }
}

impl Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}
