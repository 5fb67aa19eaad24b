//! The verification breaker. Limits per challenge and per destination don't stop an attacker who tries a
//! million numbers. Such an attack shows in many destinations whose check attempts are used up without an
//! approval.

use chrono::Duration;

/// The number of destinations with used-up check attempts, within [`BREAKER_WINDOW`], that opens the breaker.
pub const BREAKER_DESTINATIONS: u32 = 200;
/// The length of the window.
pub const BREAKER_WINDOW: Duration = Duration::minutes(10);
/// When a refused caller may ask again.
pub const BREAKER_RETRY: Duration = Duration::seconds(60);

/// The state of the verification breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// No attack is seen.
    Closed,
    /// New challenges get one check attempt, and anonymous callers can't start any.
    Open,
}

impl Breaker {
    /// The state for this number of distinct destinations whose check attempts were used up within the
    /// window.
    #[must_use]
    pub const fn of(destinations: u32) -> Self {
        if destinations >= BREAKER_DESTINATIONS { Self::Open } else { Self::Closed }
    }

    /// The check attempts that a new challenge gets, where the policy says `attempts_max`.
    #[must_use]
    pub const fn attempts(self, attempts_max: u32) -> u32 {
        match self {
            Self::Closed => attempts_max,
            Self::Open => 1,
        }
    }

    /// Whether a challenge may start.
    #[must_use]
    pub const fn lets_begin(self, is_anonymous: bool) -> bool {
        matches!(self, Self::Closed) || !is_anonymous
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_destinations_open_it() {
        assert_eq!(Breaker::of(199), Breaker::Closed);
        assert_eq!(Breaker::of(200), Breaker::Open);
    }

    #[test]
    fn open_it_leaves_one_check_attempt_and_refuses_anonymous_callers() {
        assert_eq!((Breaker::Closed.attempts(3), Breaker::Open.attempts(3)), (3, 1));
        assert!(Breaker::Closed.lets_begin(true) && Breaker::Open.lets_begin(false));
        assert!(!Breaker::Open.lets_begin(true));
    }
}
