//! Tries at passwords, counted before the password is looked at, for a person and for an address: a
//! stranger who guesses from elsewhere locks nobody out.

use chrono::{DateTime, Duration, Utc};

/// The window in which tries are counted.
pub const TRY_WINDOW: Duration = Duration::minutes(15);
/// Tries at one person's password from one address.
pub const TRIES_PER_PERSON_AND_ADDRESS: u32 = 20;
/// Tries at anybody's from one address.
pub const TRIES_PER_ADDRESS: u32 = 200;

/// Tries in a window that began with the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// When the window began.
    pub since: DateTime<Utc>,
    /// How many, this one included.
    pub count: u32,
}

impl Tries {
    /// Counts one more; `known` is what was counted before. `Err`: that is too many, and the next may
    /// be made then.
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
