//! Sessions of signed-in users.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::Rotation,
    ids::{SessionId, UserId},
    operations::audit::Actor,
};

/// A session to open.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session's id.
    pub id: SessionId,
    /// The device it is opened from, in the client's words.
    pub device: Option<String>,
}

/// A session to open after a password was checked.
#[derive(Clone)]
pub struct OpenSession {
    /// The session to open.
    pub session: NewSession,
    /// The user who signs in.
    pub user: UserId,
    /// The password hash that was checked. If the stored one differs by now, no session is opened.
    pub seen_password: String,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// A session as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// The session's id.
    pub id: SessionId,
    /// The device it was opened from, in the client's words.
    pub device: Option<String>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// When it ends, unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// The answer to a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The session continues with the token of this generation.
    To {
        /// The user whose session it is.
        user: UserId,
        /// The generation of the token to hand out.
        generation: u32,
        /// Whether the token is new, or the same answer as to the request before.
        rotation: Rotation,
    },
    /// The session has ended, now or earlier, or there is none.
    Refused,
}

/// Sessions of signed-in users. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session. False: the password has changed since it was checked.
    async fn open_session(&self, request: &OpenSession, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Answers a refresh token of that generation by the domain's rotation rule, under the session's lock:
    /// twenty requests at once get one successor. A token that was used before ends the session.
    async fn refresh_session(
        &self,
        session: SessionId,
        generation: u32,
        now: DateTime<Utc>,
    ) -> StoreResult<Refreshed>;

    /// The user of a live session; `None` when it has ended or there is none.
    async fn session_owner(&self, session: SessionId, now: DateTime<Utc>) -> StoreResult<Option<UserId>>;

    /// A user's live sessions, newest first; `after` is a session's id.
    async fn sessions(
        &self,
        user: UserId,
        page: &PageRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<SessionView>>;

    /// Ends one of a user's sessions. False: the user has no such live session.
    async fn end_session(
        &self,
        session: SessionId,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;
}
