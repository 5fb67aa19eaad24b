//! Limits on password tries. They are counted before the password is checked, per account and network
//! address, so that a stranger at another address locks nobody out.

use chrono::{DateTime, Duration, Utc};

/// The window in which tries are counted.
pub const TRY_WINDOW: Duration = Duration::minutes(15);
/// The maximum of tries at one person's password from one network address.
pub const TRIES_PER_PERSON_AND_ADDRESS: u32 = 20;
/// The maximum of tries at any passwords from one network address.
pub const TRIES_PER_ADDRESS: u32 = 200;

/// Tries at one person's password, from wherever, that are judged without a pause.
pub const TRIES_WITHOUT_PAUSE: u32 = 5;
/// How much longer the pause gets with each further try.
pub const PAUSE_STEP: std::time::Duration = std::time::Duration::from_millis(150);
/// The longest pause. A person who knows the password gets in after it, however many others try.
pub const PAUSE_MAX: std::time::Duration = std::time::Duration::from_secs(5);

/// The pause before the password of a person is checked, after so many tries at it from anywhere in a window,
/// this one included. Trying passwords from many addresses gets slow; nobody is locked out.
#[must_use]
pub fn pause_before(tries: u32) -> std::time::Duration {
    PAUSE_STEP.saturating_mul(tries.saturating_sub(TRIES_WITHOUT_PAUSE)).min(PAUSE_MAX)
}

/// The tries in a window, which begins with the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// When the window began.
    pub since: DateTime<Utc>,
    /// The number of tries, this one included.
    pub count: u32,
}

impl Tries {
    /// Counts one more try; `known` is the count so far, `most` the maximum. `Err`: the maximum is reached,
    /// and the next try is allowed at that time.
    pub fn count(known: Option<Self>, most: u32, now: DateTime<Utc>) -> Result<Self, DateTime<Utc>> {
        let fresh = Self { since: now, count: 1 };
        let Some(known) = known else { return Ok(fresh) };
        let ends = known.since.checked_add_signed(TRY_WINDOW).unwrap_or(DateTime::<Utc>::MAX_UTC);
        if now >= ends {
            return Ok(fresh);
        }
        if known.count >= most {
            return Err(ends);
        }
        Ok(Self { since: known.since, count: known.count.saturating_add(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_get_slower_up_to_a_bound() {
        assert_eq!(pause_before(TRIES_WITHOUT_PAUSE), std::time::Duration::ZERO);
        assert_eq!(pause_before(TRIES_WITHOUT_PAUSE + 1), PAUSE_STEP);
        assert_eq!(pause_before(TRIES_WITHOUT_PAUSE + 10), PAUSE_STEP * 10);
        assert_eq!(pause_before(u32::MAX), PAUSE_MAX);
    }

    #[test]
    fn the_window_ends_clean() {
        let at = |second: i64| DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap();
        let mut tries = None;
        for second in 0..3 {
            tries = Some(Tries::count(tries, 3, at(second)).unwrap());
        }
        assert_eq!(Tries::count(tries, 3, at(3)), Err(at(900)));
        assert_eq!(Tries::count(tries, 3, at(900)), Ok(Tries { since: at(900), count: 1 }));
    }
}
