//! Circuit breaker: a provider that keeps failing is not called for a while.
//!
//! Each client has its own breaker. A breaker reads no clock: the client passes the time.

use chrono::{DateTime, Duration, Utc};
use std::sync::{Mutex, PoisonError};

const FAILURES_MAX: u32 = 5;
const OPEN_FOR: Duration = Duration::seconds(10);

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<DateTime<Utc>>,
}

/// Opens after five failures in a row. After ten seconds, one call may try again.
#[derive(Default)]
pub struct Breaker(Mutex<State>);

impl Breaker {
    /// Whether a call may be made now. The caller must record its outcome.
    pub fn allows(&self, now: DateTime<Utc>) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // Half open: this call is the trial; others are refused until its outcome is recorded.
                state.open_until = now.checked_add_signed(OPEN_FOR);
                true
            }
            None => true,
        }
    }

    /// Whether the breaker is open, for calls that are not worth a trial. Changes nothing.
    pub fn is_open(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open_until.is_some()
    }

    /// Records the outcome of a call. `answered` is true when the provider works: for a refusal too, but not
    /// for a server error (5xx).
    pub fn record(&self, answered: bool, now: DateTime<Utc>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answered {
            *state = State::default();
        } else {
            state.failures = state.failures.saturating_add(1);
            if state.failures >= FAILURES_MAX {
                state.open_until = now.checked_add_signed(OPEN_FOR);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_five_failures_and_tries_once_later() {
        let breaker = Breaker::default();
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..5 {
            assert!(breaker.allows(start));
            breaker.record(false, start);
        }
        assert!(!breaker.allows(start + Duration::seconds(9)));
        assert!(breaker.is_open());
        let later = start + Duration::seconds(10);
        assert!(breaker.allows(later), "one trial");
        assert!(!breaker.allows(later), "only one");
        breaker.record(true, later);
        assert!(breaker.allows(later) && !breaker.is_open());
    }

    #[test]
    fn an_answer_resets_the_count() {
        let breaker = Breaker::default();
        let now = DateTime::UNIX_EPOCH;
        for failures in [4, 4] {
            (0..failures).for_each(|_| breaker.record(false, now));
            assert!(breaker.allows(now));
            breaker.record(true, now);
        }
    }
}
