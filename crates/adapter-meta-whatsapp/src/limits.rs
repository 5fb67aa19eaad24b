//! Rates at which Meta lets a number send: eighty messages a second, and to one recipient one in six seconds
//! on average, with bursts. A message over a rate is refused here, without a call.
//!
//! The state is in memory, and each replica has its own. Meta's own answer is binding; these limits only
//! avoid calls that would be refused.

use chrono::{DateTime, Duration, Utc};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

const PER_SECOND_MAX: usize = 80;
/// Average time between messages to one recipient.
const EVERY: Duration = Duration::seconds(6);
/// How far a recipient may be ahead of the average: a burst of 45 messages.
const AHEAD_MAX: Duration = Duration::seconds(6 * 44);
/// Strikes (errors for too many messages to one recipient) after which the wait no longer grows: 4⁴ seconds.
const STRIKES_MAX: u32 = 4;
/// How long a stopped number sends nothing.
const STOPPED_FOR: Duration = Duration::minutes(5);
/// Recipients in memory at which the idle ones are removed. At most 80 a second are added, and each is idle
/// again within nine minutes, so fewer than this number are ever busy, and memory is bounded.
const RECIPIENTS_MAX: usize = 50_000;

/// Recent sends of one number.
#[derive(Default)]
pub(crate) struct Limits(Mutex<State>);

#[derive(Default)]
struct State {
    stopped_until: Option<DateTime<Utc>>,
    /// Times of the sends in the last second.
    sent: VecDeque<DateTime<Utc>>,
    recipients: HashMap<String, Recipient>,
}

struct Recipient {
    /// Time up to which the messages sent so far use up the average rate.
    used_until: DateTime<Utc>,
    /// Errors in a row for too many messages to this recipient.
    strikes: u32,
}

impl Limits {
    /// Counts a message to `recipient`. The error is the number of seconds that it has to wait.
    pub(crate) fn admit(&self, recipient: &str, now: DateTime<Utc>) -> Result<(), u64> {
        let mut state = self.state();
        if let Some(until) = state.stopped_until.filter(|until| now < *until) {
            return Err(seconds(until - now));
        }
        while state.sent.front().is_some_and(|at| now - *at >= Duration::seconds(1)) {
            state.sent.pop_front();
        }
        if let Some(first) = state.sent.front().filter(|_| state.sent.len() >= PER_SECOND_MAX) {
            return Err(seconds(Duration::seconds(1) - (now - *first)));
        }
        let used_until = state.recipients.get(recipient).map_or(now, |known| known.used_until.max(now));
        let too_far = used_until - now - AHEAD_MAX;
        if too_far > Duration::zero() {
            return Err(seconds(too_far));
        }
        if state.recipients.len() >= RECIPIENTS_MAX {
            state.recipients.retain(|_, known| known.used_until > now);
        }
        state
            .recipients
            .entry(recipient.to_owned())
            .or_insert(Recipient { used_until, strikes: 0 })
            .used_until = used_until + EVERY;
        state.sent.push_back(now);
        Ok(())
    }

    /// Records that Meta accepted a message to `recipient`, which ends its strikes.
    pub(crate) fn taken(&self, recipient: &str) {
        if let Some(known) = self.state().recipients.get_mut(recipient) {
            known.strikes = 0;
        }
    }

    /// Records an error for too many messages to `recipient`. Returns the seconds until the next may be sent.
    pub(crate) fn strike(&self, recipient: &str, now: DateTime<Utc>) -> u64 {
        let mut state = self.state();
        let fresh = Recipient { used_until: now, strikes: 0 };
        let known = state.recipients.entry(recipient.to_owned()).or_insert(fresh);
        known.strikes = known.strikes.saturating_add(1).min(STRIKES_MAX);
        let wait = 4_u32.pow(known.strikes);
        known.used_until = known.used_until.max(now + AHEAD_MAX + Duration::seconds(i64::from(wait)));
        u64::from(wait)
    }

    /// Stops all sends for a while. Returns the seconds.
    pub(crate) fn stop(&self, now: DateTime<Utc>) -> u64 {
        self.state().stopped_until = Some(now + STOPPED_FOR);
        seconds(STOPPED_FOR)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole seconds, rounded up; at least 1.
fn seconds(wait: Duration) -> u64 {
    let millis = u64::try_from(wait.num_milliseconds()).unwrap_or(0);
    millis.div_ceil(1000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_number_sends_eighty_in_any_second() {
        let limits = Limits::default();
        for n in 0..80 {
            assert_eq!(limits.admit(&n.to_string(), at(n * 10)), Ok(()));
        }
        assert_eq!(limits.admit("one more", at(999)), Err(1));
        assert_eq!(limits.admit("one more", at(1000)), Ok(()), "the first is a second old");
        assert_eq!(limits.admit("and another", at(1001)), Err(1));
    }

    #[test]
    fn a_recipient_gets_a_burst_and_then_one_in_six_seconds() {
        let limits = Limits::default();
        for _ in 0..45 {
            assert_eq!(limits.admit("ana", at(0)), Ok(()));
        }
        assert_eq!(limits.admit("ana", at(0)), Err(6));
        assert_eq!(limits.admit("ana", at(4500)), Err(2));
        assert_eq!(limits.admit("leo", at(4500)), Ok(()), "the limit is for each recipient");
        assert_eq!(limits.admit("ana", at(6000)), Ok(()));
        assert_eq!(limits.admit("ana", at(6000)), Err(6));
        let rested = 6000 + 46 * 6000;
        for _ in 0..45 {
            assert_eq!(limits.admit("ana", at(rested)), Ok(()));
        }
    }

    #[test]
    fn each_strike_in_a_row_waits_four_times_longer() {
        let limits = Limits::default();
        for expected in [4, 16, 64, 256, 256] {
            assert_eq!(limits.strike("ana", at(0)), expected);
            assert_eq!(limits.admit("ana", at(0)), Err(expected));
        }
        assert_eq!(limits.admit("ana", at(256_000)), Ok(()));
        limits.taken("ana");
        assert_eq!(limits.strike("ana", at(256_000)), 4, "an accepted message ends the row");
    }

    #[test]
    fn a_stopped_number_sends_nothing_for_five_minutes() {
        let limits = Limits::default();
        assert_eq!(limits.stop(at(0)), 300);
        assert_eq!(limits.admit("ana", at(1000)), Err(299));
        assert_eq!(limits.admit("ana", at(300_000)), Ok(()));
    }

    #[test]
    fn idle_recipients_are_removed() {
        let limits = Limits::default();
        let fill = |from: i64| {
            for n in 0..i64::try_from(RECIPIENTS_MAX).unwrap() {
                assert_eq!(limits.admit(&(from + n).to_string(), at((from + n) * 20)), Ok(()));
            }
        };
        fill(0);
        fill(50_000);
        assert!(limits.state().recipients.len() <= RECIPIENTS_MAX);
        assert!(limits.state().sent.len() <= PER_SECOND_MAX);
    }

    proptest! {
        #[test]
        fn a_message_is_admitted_after_the_given_wait(
            steps in prop::collection::vec((0i64..9_000, any::<bool>()), 1..200),
        ) {
            let limits = Limits::default();
            let mut now = 0;
            for (pause, struck) in steps {
                now += pause;
                if struck {
                    limits.strike("ana", at(now));
                }
                if let Err(wait) = limits.admit("ana", at(now)) {
                    now += i64::try_from(wait).unwrap() * 1000;
                    prop_assert_eq!(limits.admit("ana", at(now)), Ok(()));
                }
            }
        }
    }
}
