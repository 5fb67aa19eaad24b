//! What the use cases of people's accounts share: who stands at the window, whether his password is right,
//! what he is handed when he is let in.

use crate::verification::verification_page::{HostedVerification, WayBack};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{ACCESS_TTL, EmailAddress, Password, TRIES_PER_ADDRESS, TRIES_PER_PERSON_AND_ADDRESS},
    ids::{SessionId, UserId},
    operations::{
        audit::{Actor, AuditRecord},
        idempotency::Fingerprint,
    },
};
use ports::{
    accounts::{
        CountedTry, NewSession, Users,
        session_tokens::{CannotSign, SessionTokens},
    },
    clock::Clock,
    crypto::{HashRefused, PasswordHasher},
    ids_and_random::{IdGenerator, Random},
    store_error::StoreError,
};
use std::{fmt::Write, sync::Arc};
use thiserror::Error;

/// Whoever calls without having said who he is.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Where he calls from, as limits count it.
    pub address: String,
    /// What he calls with, in its own words.
    pub device: Option<String>,
    /// The request.
    pub request_id: String,
}

impl Visitor {
    /// For the audit.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { who: "anonymous".into(), channel: "rest".into(), request_id: self.request_id.clone() }
    }
}

/// It could not be done now; nothing was decided.
#[derive(Debug, Error)]
pub enum AuthServiceError {
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No password could be hashed.
    #[error(transparent)]
    Hash(#[from] HashRefused),
    /// No token could be signed.
    #[error(transparent)]
    Sign(#[from] CannotSign),
}

/// What a person holds who was let in. `Debug` would show it: it has none.
#[derive(Clone)]
pub struct SignedIn {
    /// Good for [`ACCESS_TTL`].
    pub access_token: String,
    /// Good for one refresh.
    pub refresh_token: String,
    /// Whose.
    pub user: UserId,
    /// Whether his number is proved.
    pub phone_verified: bool,
    /// Where he can prove one, if it is not.
    pub verification_url: Option<String>,
}

/// Hands out tokens.
pub struct SessionIssuer {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Makes the tokens.
    pub tokens: Arc<dyn SessionTokens>,
    /// Where people prove their numbers, if anywhere.
    pub pages: Option<Arc<HostedVerification>>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
}

impl SessionIssuer {
    /// A session to be opened for whoever calls so.
    #[must_use]
    pub fn new_session(&self, device: Option<String>) -> NewSession {
        NewSession { id: SessionId(self.ids.new_id()), device }
    }

    /// The tokens of an open session.
    pub async fn hand_out(
        &self,
        user: UserId,
        session: SessionId,
        generation: u32,
    ) -> Result<SignedIn, AuthServiceError> {
        let profile = self.accounts.profile(user).await?;
        let phone_verified = profile.as_ref().is_some_and(|profile| profile.phone.is_some());
        let verification_url = match (&self.pages, profile) {
            (Some(pages), Some(profile)) if !phone_verified => {
                Some(pages.open_for(&profile, WayBack::default()).await?)
            }
            _ => None,
        };
        Ok(SignedIn {
            access_token: self.tokens.access(user, session, ACCESS_TTL)?,
            refresh_token: self.tokens.refresh(session, generation),
            user,
            phone_verified,
            verification_url,
        })
    }
}

/// The word on a password.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// Right: whose it is, and the hash it was found behind.
    Right {
        /// Whose.
        user: UserId,
        /// The hash.
        hash: String,
    },
    /// Wrong, or nobody's: nothing tells which.
    Wrong,
    /// Too many tries; the next may be made then.
    TooMany(DateTime<Utc>),
}

/// Judges passwords.
pub struct PasswordAuthenticator {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Compares.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

impl PasswordAuthenticator {
    /// Counts the try, then looks at it. For a person who does not exist it takes as long and writes as
    /// much as for one who does.
    pub async fn judge(
        &self,
        email: &EmailAddress,
        password: &Password,
        address: &str,
        actor: &Actor,
    ) -> Result<PasswordVerdict, AuthServiceError> {
        let of_both = try_name(&[("email", Some(email.as_str())), ("address", Some(address))]);
        let tries = [
            CountedTry { name: of_both.clone(), most: TRIES_PER_PERSON_AND_ADDRESS },
            CountedTry { name: try_name(&[("address", Some(address))]), most: TRIES_PER_ADDRESS },
        ];
        if let Some(next) = self.accounts.count_try(&tries, self.clock.now()).await? {
            return Ok(PasswordVerdict::TooMany(next));
        }
        let known = self.accounts.find_credentials(email).await?;
        let (user, hash) = known.map_or((None, None), |known| (Some(known.user), known.password_hash));
        let is_right = self.hasher.verify(password, hash.clone()).await?;
        if let (true, Some(user), Some(hash)) = (is_right, user, hash) {
            self.accounts.clear_tries(&of_both).await?;
            return Ok(PasswordVerdict::Right { user, hash });
        }
        let refused = AuditRecord {
            actor: actor.clone(),
            action: "password.refused".into(),
            subject: email.masked(),
            on_behalf_of: user.map(|user| format!("user:{user}")),
            before: None,
            after: None,
        };
        self.accounts.note(&refused, self.clock.now()).await?;
        Ok(PasswordVerdict::Wrong)
    }
}

/// A name that bears nothing in the clear.
fn try_name(of: &[(&str, Option<&str>)]) -> String {
    hex(&Fingerprint::of(of).0)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// A secret of 256 bits, in letters that need no escape anywhere.
#[must_use]
pub fn draw_secret(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    hex(&bytes)
}
