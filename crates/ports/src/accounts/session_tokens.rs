//! Access tokens and refresh tokens of a session.

use chrono::Duration;
use domain::ids::{SessionId, UserId};
use thiserror::Error;

/// No signing key is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no signing key is configured")]
pub struct CannotSign;

/// Makes the tokens of a signed-in user.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SessionTokens: Send + Sync {
    /// Makes an access token. It is valid while the session lives, for `ttl` at most.
    ///
    /// # Errors
    /// When there is no signing key.
    fn access(&self, user: UserId, session: SessionId, ttl: Duration) -> Result<String, CannotSign>;

    /// The session's refresh token of that generation. The same arguments give the same token, so the store
    /// doesn't keep it.
    fn refresh(&self, session: SessionId, generation: u32) -> String;

    /// The session and the generation that a refresh token names; `None` when we didn't make it.
    fn read_refresh(&self, token: &str) -> Option<(SessionId, u32)>;
}
