//! A circuit breaker: a provider that keeps failing is left alone for a while.

use chrono::{DateTime, Duration, Utc};
use std::sync::{Mutex, PoisonError};

const FAILURES_MAX: u32 = 5;
const OPEN_FOR: Duration = Duration::seconds(10);

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<DateTime<Utc>>,
}

/// Opens after five failures in a row; after ten seconds one call may try again.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

impl Breaker {
    /// Whether a call may be made now.
    pub(crate) fn allows(&self, now: DateTime<Utc>) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // Half open: this call is the trial, others wait for its outcome.
                state.open_until = now.checked_add_signed(OPEN_FOR);
                true
            }
            None => true,
        }
    }

    /// Takes down how a call went. An answer of any kind, a refusal too, means the provider is there.
    pub(crate) fn record(&self, answered: bool, now: DateTime<Utc>) {
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
        let later = start + Duration::seconds(10);
        assert!(breaker.allows(later), "one trial");
        assert!(!breaker.allows(later), "only one");
        breaker.record(true, later);
        assert!(breaker.allows(later));
    }
}
