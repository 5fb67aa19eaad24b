//! The breaker on failures. Three guesses a challenge and five sends a day still let whoever tries a million
//! numbers hit some: what gives him away is that challenges of many destinations end without an approval.

use chrono::Duration;

/// So many destinations whose guesses were used up within [`BREAKER_WINDOW`] open the breaker.
pub const BREAKER_DESTINATIONS: u32 = 200;
/// How far back it looks.
pub const BREAKER_WINDOW: Duration = Duration::minutes(10);
/// When whoever was turned away may ask again.
pub const BREAKER_RETRY: Duration = Duration::seconds(60);

/// Whether codes are being guessed at on a grand scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// No.
    Closed,
    /// Yes: new challenges get one guess, and whoever has not said who he is begins none.
    Open,
}

impl Breaker {
    /// By how many distinct destinations had a challenge's guesses used up within the window.
    #[must_use]
    pub const fn of(destinations: u32) -> Self {
        if destinations >= BREAKER_DESTINATIONS { Self::Open } else { Self::Closed }
    }

    /// The guesses that a new challenge gets where the policy says `attempts_max`.
    #[must_use]
    pub const fn attempts(self, attempts_max: u32) -> u32 {
        match self {
            Self::Closed => attempts_max,
            Self::Open => 1,
        }
    }

    /// Whether a challenge may begin.
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
    fn open_it_leaves_one_guess_and_turns_the_nameless_away() {
        assert_eq!((Breaker::Closed.attempts(3), Breaker::Open.attempts(3)), (3, 1));
        assert!(Breaker::Closed.lets_begin(true) && Breaker::Open.lets_begin(false));
        assert!(!Breaker::Open.lets_begin(true));
    }
}
