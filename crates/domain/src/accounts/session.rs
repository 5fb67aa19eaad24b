//! Sessions. Their refresh tokens form a family: each works once, and the last two work together for a short
//! time.

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

/// How long an access token is valid.
pub const ACCESS_TTL: Duration = Duration::minutes(15);
/// How long a session lives without a refresh.
pub const REFRESH_TTL: Duration = Duration::days(30);
/// How long a used token still gives its successor. A client whose answer was lost, or that asked twice at
/// once, stays signed in.
pub const REFRESH_GRACE: Duration = Duration::seconds(10);

/// The refresh tokens of one session, as a store loads them under its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshFamily {
    /// The number of the token that is valid now.
    pub generation: u32,
    /// When that token was issued.
    pub rotated_at: DateTime<Utc>,
    /// When the session ends, unless it is refreshed.
    pub expires_at: DateTime<Utc>,
    /// When the session was ended; `None` while it was not.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The answer to a valid token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The token was valid; hand out the token of the new generation.
    Next,
    /// The token was used a moment ago; hand out its successor again.
    Again,
}

/// Why no successor is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RefreshRefused {
    /// The session has ended.
    #[error("the session has ended")]
    Over,
    /// The token was used before, so another client may have it. The session ends now.
    #[error("the token was used before")]
    Reused,
}

impl RefreshFamily {
    /// A new session, with a token of generation 1.
    #[must_use]
    pub fn begin(now: DateTime<Utc>) -> Self {
        Self { generation: 1, rotated_at: now, expires_at: later(now, REFRESH_TTL), ended_at: None }
    }

    /// Whether the session is neither ended nor expired.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// Answers a refresh token of that generation. A used one ends the session after [`REFRESH_GRACE`].
    pub fn refresh(&mut self, generation: u32, now: DateTime<Utc>) -> Result<Rotation, RefreshRefused> {
        if !self.is_live(now) {
            return Err(RefreshRefused::Over);
        }
        if generation == self.generation {
            self.generation = self.generation.saturating_add(1);
            self.rotated_at = now;
            self.expires_at = later(now, REFRESH_TTL);
            return Ok(Rotation::Next);
        }
        let was_used_just_now = generation.checked_add(1) == Some(self.generation)
            && now.signed_duration_since(self.rotated_at) < REFRESH_GRACE;
        if was_used_just_now {
            return Ok(Rotation::Again);
        }
        self.ended_at = Some(now);
        Err(RefreshRefused::Reused)
    }
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn within_the_grace_the_old_token_gives_the_same_successor() {
        let mut family = RefreshFamily::begin(at(0));
        assert_eq!(family.refresh(1, at(100)), Ok(Rotation::Next));
        for second in [100, 105, 109] {
            assert_eq!(family.refresh(1, at(second)), Ok(Rotation::Again));
        }
        assert_eq!(family.generation, 2);
    }

    #[test]
    fn after_the_grace_it_ends_the_family() {
        let mut family = RefreshFamily::begin(at(0));
        family.refresh(1, at(0)).unwrap();
        assert_eq!(family.refresh(1, at(10)), Err(RefreshRefused::Reused));
        assert_eq!(family.refresh(2, at(11)), Err(RefreshRefused::Over), "the newest token is refused too");
        assert!(!family.is_live(at(11)));
    }

    #[test]
    fn a_token_two_back_has_no_grace() {
        let mut family = RefreshFamily::begin(at(0));
        family.refresh(1, at(0)).unwrap();
        family.refresh(2, at(1)).unwrap();
        assert_eq!(family.refresh(1, at(2)), Err(RefreshRefused::Reused));
    }

    #[test]
    fn thirty_days_without_a_refresh_end_it_and_each_refresh_gives_thirty_more() {
        let mut family = RefreshFamily::begin(at(0));
        let day = 86_400;
        family.refresh(1, at(29 * day)).unwrap();
        assert!(family.is_live(at(58 * day)));
        assert_eq!(family.refresh(2, at(59 * day)), Err(RefreshRefused::Over));
    }

    proptest! {
        #[test]
        fn an_ended_family_stays_ended(script in prop::collection::vec((0u32..6, 0i64..15), 1..40)) {
            let mut family = RefreshFamily::begin(at(0));
            let (mut now, mut ended) = (0, false);
            for (generation, pause) in script {
                now += pause;
                let answer = family.refresh(generation, at(now));
                prop_assert!(!(ended && answer.is_ok()));
                ended |= answer.is_err();
            }
        }
    }
}
