//! Who is signed in where.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::Rotation,
    ids::{SessionId, UserId},
    operations::audit::Actor,
};

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// What it is opened from, in the client's words.
    pub device: Option<String>,
}

/// A session that is opened because a password was right.
#[derive(Clone)]
pub struct OpenSession {
    /// The session.
    pub session: NewSession,
    /// Whose.
    pub user: UserId,
    /// The password's hash that was found right; nothing is opened where it is another by now.
    pub seen_password: String,
    /// For the audit.
    pub actor: Actor,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// What it was opened from.
    pub device: Option<String>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was refreshed last.
    pub last_used_at: DateTime<Utc>,
    /// When it ends unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// What a refresh token is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The session goes on with the token of this generation.
    To {
        /// Whose session it is.
        user: UserId,
        /// The generation.
        generation: u32,
        /// Whether it is new.
        rotation: Rotation,
    },
    /// It is over, now or before.
    Refused,
}

/// The sessions. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session. False: the password is another by now.
    async fn open_session(&self, request: &OpenSession, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Answers the session's refresh token of that generation, by the domain's rule, under the session's
    /// lock: twenty at once give one successor. A token that was used before ends the session.
    async fn refresh_session(
        &self,
        session: SessionId,
        generation: u32,
        now: DateTime<Utc>,
    ) -> StoreResult<Refreshed>;

    /// Whose session it is, while it lives.
    async fn session_owner(&self, session: SessionId, now: DateTime<Utc>) -> StoreResult<Option<UserId>>;

    /// A person's live sessions, newest first; `after` is a session's id.
    async fn sessions(
        &self,
        user: UserId,
        page: &PageRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<SessionView>>;

    /// Ends one of a person's sessions. False: he has no such live session.
    async fn end_session(
        &self,
        session: SessionId,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;
}
