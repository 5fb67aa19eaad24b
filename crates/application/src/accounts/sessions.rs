//! Refresh, list and end sessions.

use crate::accounts::session_issuer::{AuthServiceError, SessionIssuer, SignedIn};
use crate::kernel::Kernel;
use domain::{
    ids::{SessionId, UserId},
    operations::audit::Actor,
};
use ports::{
    accounts::{Refreshed, SessionView, Sessions as Store},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Refreshes, lists and ends sessions.
pub struct Sessions {
    store: Arc<dyn Store>,
    issuer: Arc<SessionIssuer>,
    kernel: Kernel,
}

impl Sessions {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, issuer: Arc<SessionIssuer>, kernel: Kernel) -> Self {
        Self { store, issuer, kernel }
    }
}

impl Sessions {
    /// The next tokens for a refresh token. `None`: the token is not ours, or its session has ended.
    #[tracing::instrument(name = "refresh_session", level = "debug", skip_all)]
    pub async fn refresh(&self, token: &str) -> Result<Option<SignedIn>, AuthServiceError> {
        let Some((session, generation)) = self.issuer.tokens.read_refresh(token) else { return Ok(None) };
        match self.store.refresh_session(session, generation, self.kernel.now()).await? {
            Refreshed::To { user, generation, .. } => {
                Ok(Some(self.issuer.hand_out(user, session, generation).await?))
            }
            Refreshed::Refused => {
                tracing::info!(%session, "refresh token refused");
                Ok(None)
            }
        }
    }

    /// Ends the session of a refresh token if it belongs to this person. A session that has ended already
    /// counts as ended. False: it is another person's.
    #[tracing::instrument(name = "log_out", level = "debug", skip_all, fields(%user))]
    pub async fn log_out(&self, user: UserId, token: &str, actor: &Actor) -> StoreResult<bool> {
        let Some((session, _)) = self.issuer.tokens.read_refresh(token) else { return Ok(false) };
        let now = self.kernel.now();
        match self.store.session_owner(session, now).await? {
            Some(owner) if owner != user => Ok(false),
            Some(_) => {
                self.store.end_session(session, user, actor, now).await?;
                Ok(true)
            }
            None => Ok(true),
        }
    }

    /// True while the person is signed in with that session.
    pub async fn is_live(&self, session: SessionId, user: UserId) -> StoreResult<bool> {
        Ok(self.store.session_owner(session, self.kernel.now()).await? == Some(user))
    }

    /// A person's live sessions, newest first.
    pub async fn list(&self, user: UserId, page: &PageRequest) -> StoreResult<Vec<SessionView>> {
        self.store.sessions(user, page, self.kernel.now()).await
    }

    /// Ends one of a person's sessions. False: they have no such session.
    pub async fn end(&self, session: SessionId, user: UserId, actor: &Actor) -> StoreResult<bool> {
        self.store.end_session(session, user, actor, self.kernel.now()).await
    }
}
