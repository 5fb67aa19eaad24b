//! The tokens of a session.

use chrono::Duration;
use domain::ids::{SessionId, UserId};
use thiserror::Error;

/// No key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no token can be made")]
pub struct CannotSign;

/// Makes the tokens that a person is signed in with.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SessionTokens: Send + Sync {
    /// A person's access token, good for so long as the session lives, and for `ttl` at most.
    ///
    /// # Errors
    /// When there is no key to sign with.
    fn access(&self, user: UserId, session: SessionId, ttl: Duration) -> Result<String, CannotSign>;

    /// The session's refresh token of that generation: the same one however often it is asked for, so
    /// that nothing of it needs to be kept.
    fn refresh(&self, session: SessionId, generation: u32) -> String;

    /// Which session's a refresh token is, and of which generation; `None` when it is none of ours.
    fn read_refresh(&self, token: &str) -> Option<(SessionId, u32)>;
}
