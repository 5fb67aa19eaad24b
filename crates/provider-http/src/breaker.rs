//! Circuit breaker: a provider that keeps failing is not called for a while.
//!
//! Each client has its own breaker. A breaker reads no clock: the client passes the time.

use chrono::{DateTime, Duration, Utc};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRules {
    /// So many failures open it.
    pub failures_max: usize,
    /// The time within which the failures count, with other answers between them. `None`: failures in a row, however
    /// long ago.
    pub within: Option<Duration>,
    /// How long it stays open until one call may try again.
    pub open_for: Duration,
}

impl Default for BreakerRules {
    /// Five failures in a row; ten seconds.
    fn default() -> Self {
        Self { failures_max: 5, within: None, open_for: Duration::seconds(10) }
    }
}

#[derive(Default)]
struct State {
    failures: VecDeque<DateTime<Utc>>,
    open_until: Option<DateTime<Utc>>,
}

/// Opens after some failures. After a while, one call may try again.
#[derive(Default)]
pub struct Breaker {
    rules: BreakerRules,
    state: Mutex<State>,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(rules: BreakerRules) -> Self {
        Self { rules, state: Mutex::default() }
    }

    /// Whether a call may be made now. The caller must record its outcome.
    pub fn allows(&self, now: DateTime<Utc>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // Half open: this call is the trial; others are refused until its outcome is recorded.
                state.open_until = now.checked_add_signed(self.rules.open_for);
                true
            }
            None => true,
        }
    }

    /// Whether the breaker is open, for calls that are not worth a trial. Changes nothing.
    pub fn is_open(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).open_until.is_some()
    }

    /// Records the outcome of a call. `answered` is true when the provider works: for a refusal too, but not
    /// for a server error (5xx).
    pub fn record(&self, answered: bool, now: DateTime<Utc>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if answered {
            // One that was open starts anew. Within a time, failures count beside the answers.
            if state.open_until.is_some() || self.rules.within.is_none() {
                *state = State::default();
            }
            return;
        }
        if let Some(since) = self.rules.within.and_then(|within| now.checked_sub_signed(within)) {
            state.failures.retain(|failed| *failed > since);
        }
        if state.failures.len() < self.rules.failures_max {
            state.failures.push_back(now);
        }
        // The trial of an open one failed, or a call that began before it opened.
        if state.open_until.is_some() || state.failures.len() >= self.rules.failures_max {
            state.open_until = now.checked_add_signed(self.rules.open_for);
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

    const WITHIN_HALF_A_MINUTE: BreakerRules = BreakerRules {
        failures_max: 5,
        within: Some(Duration::seconds(30)),
        open_for: Duration::seconds(30),
    };

    #[test]
    fn failures_within_a_time_open_it_with_answers_between_them() {
        let breaker = Breaker::new(WITHIN_HALF_A_MINUTE);
        let start = DateTime::UNIX_EPOCH;
        for second in 0..5 {
            let now = start + Duration::seconds(second);
            assert!(breaker.allows(now));
            breaker.record(true, now);
            breaker.record(false, now);
        }
        let opened = start + Duration::seconds(4);
        assert!(!breaker.allows(opened + Duration::seconds(29)));
        let trial = opened + Duration::seconds(30);
        assert!(breaker.allows(trial) && !breaker.allows(trial));
        breaker.record(false, trial);
        assert!(!breaker.allows(trial + Duration::seconds(29)), "the trial failed");
        let again = trial + Duration::seconds(30);
        assert!(breaker.allows(again));
        breaker.record(true, again);
        assert!(breaker.allows(again) && breaker.allows(again));
    }

    #[test]
    fn older_failures_do_not_count() {
        let breaker = Breaker::new(WITHIN_HALF_A_MINUTE);
        for failure in 0..20 {
            let now = DateTime::UNIX_EPOCH + Duration::seconds(8 * failure);
            assert!(breaker.allows(now), "four in half a minute");
            breaker.record(false, now);
        }
    }
}
