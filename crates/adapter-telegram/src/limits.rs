//! Telegram's limits, applied on our side: about thirty messages a second in all, and one a second in a chat,
//! with short bursts (core.telegram.org/bots/faq). A message over a limit is refused before it is sent, which
//! costs less than a refusal by Telegram.

use chrono::{DateTime, Duration, Utc};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// A token bucket. Its state is the instant at which it will be full again.
#[derive(Clone, Copy)]
struct Bucket {
    /// Time in which one token comes back.
    interval: Duration,
    /// Time in which an empty bucket fills up.
    whole: Duration,
}

const ALL: Bucket = Bucket { interval: Duration::microseconds(33_334), whole: Duration::seconds(1) };
const CHAT: Bucket = Bucket { interval: Duration::seconds(1), whole: Duration::seconds(3) };

impl Bucket {
    /// Takes a token. Returns the instant at which the bucket will be full again; the error is the wait.
    fn take(self, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Duration> {
        let filling = full_at.filter(|at| self.is_filling(*at, now));
        let missing = filling.map_or(Duration::zero(), |at| at.signed_duration_since(now)) + self.interval;
        if missing > self.whole { Err(missing - self.whole) } else { Ok(now + missing) }
    }

    /// Whether tokens are still missing. An instant later than that of an empty bucket means that the clock
    /// was set back since, and is ignored.
    fn is_filling(self, full_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let missing = full_at.signed_duration_since(now);
        Duration::zero() < missing && missing <= self.whole
    }
}

#[derive(Default)]
struct State {
    all: Option<DateTime<Utc>>,
    chats: HashMap<i64, DateTime<Utc>>,
}

/// Limits of one bot. A chat is removed once its bucket is full, so the limit over all chats also bounds the
/// memory.
#[derive(Default)]
pub(crate) struct Limits(Mutex<State>);

impl Limits {
    /// Counts a message to `chat`. The error is the number of seconds that it has to wait.
    pub(crate) fn take(&self, chat: i64, now: DateTime<Utc>) -> Result<(), u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = ALL.take(state.all, now).map_err(whole_seconds)?;
        let mine = CHAT.take(state.chats.get(&chat).copied(), now).map_err(whole_seconds)?;
        state.chats.retain(|_, full_at| CHAT.is_filling(*full_at, now));
        state.all = Some(all);
        state.chats.insert(chat, mine);
        Ok(())
    }
}

/// Whole seconds, rounded up; at least 1.
fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.num_milliseconds()).unwrap_or(0).div_ceil(1000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_chat_gets_a_short_burst_and_then_one_a_second() {
        let limits = Limits::default();
        for _ in 0..3 {
            assert_eq!(limits.take(1, at(0)), Ok(()));
        }
        assert_eq!(limits.take(1, at(0)), Err(1));
        assert_eq!(limits.take(2, at(0)), Ok(()), "another chat has its own limit");
        assert_eq!(limits.take(1, at(999)), Err(1));
        assert_eq!(limits.take(1, at(1000)), Ok(()));
        assert_eq!(limits.take(1, at(1000)), Err(1));
    }

    #[test]
    fn no_more_than_about_thirty_a_second_go_out_in_all() {
        let limits = Limits::default();
        let passed = |millis: i64| {
            let base = millis * 1000;
            (0..100).filter(|chat| limits.take(base + chat, at(millis)).is_ok()).count()
        };
        assert_eq!(passed(0), 29);
        assert_eq!(passed(500), 15);
        assert_eq!(passed(60_000), 29, "unused capacity does not add up");
    }

    #[test]
    fn a_refusal_uses_no_capacity() {
        let limits = Limits::default();
        for _ in 0..3 {
            limits.take(1, at(0)).unwrap();
        }
        for _ in 0..100 {
            assert!(limits.take(1, at(0)).is_err());
        }
        assert_eq!(limits.take(2, at(0)), Ok(()));
    }

    #[test]
    fn idle_chats_are_removed() {
        let limits = Limits::default();
        for step in 0..2_000 {
            assert!(limits.take(step, at(step * 40)).is_ok());
        }
        assert!(limits.0.lock().unwrap().chats.len() <= 100);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_block_a_chat() {
        let limits = Limits::default();
        for _ in 0..3 {
            limits.take(1, at(3_600_000)).unwrap();
        }
        assert_eq!(limits.take(1, at(0)), Ok(()));
        assert_eq!(limits.0.lock().unwrap().chats.len(), 1);
    }
}
