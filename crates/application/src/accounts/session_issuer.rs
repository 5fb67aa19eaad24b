//! Shared authentication: request context, password check, token issue.

use crate::{
    kernel::Kernel,
    verification::verification_page::{HostedVerification, WayBack},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{ACCESS_TTL, Password, TRIES_PER_ADDRESS, TRIES_PER_PERSON_AND_ADDRESS, pause_before},
    email::EmailAddress,
    ids::{SessionId, UserId},
    operations::{
        audit::{Actor, AuditRecord},
        idempotency::Fingerprint,
    },
    principal::Principal,
};
use ports::{
    accounts::{
        CountedTry, NewSession, TryOutcome, Users,
        session_tokens::{CannotSign, SessionTokens},
    },
    crypto::{HashFor, HashRefused, PasswordHasher},
    ids_and_random::Random,
    store_error::StoreError,
};
use std::{fmt::Write, sync::Arc};
use thiserror::Error;

/// The context of a call without a signed-in person.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The IP address, as rate limits count it.
    pub address: String,
    /// The device's own description (user agent).
    pub device: Option<String>,
    /// The id of the request.
    pub request_id: String,
}

impl Visitor {
    /// The actor for the audit row.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { who: Principal::Anonymous(None), channel: "rest".into(), request_id: self.request_id.clone() }
    }
}

/// Authentication could not be done now; nothing was decided.
#[derive(Debug, Error)]
pub enum AuthServiceError {
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashRefused),
    /// The token could not be signed.
    #[error(transparent)]
    Sign(#[from] CannotSign),
}

/// The tokens of a person who signed in. They are secret, so there is no `Debug`.
#[derive(Clone)]
pub struct SignedIn {
    /// Valid for [`ACCESS_TTL`].
    pub access_token: String,
    /// Valid for one refresh.
    pub refresh_token: String,
    /// The person who signed in.
    pub user: UserId,
    /// True when the person's number is verified.
    pub phone_verified: bool,
    /// The page on which the person can verify a number, if they have none that is verified.
    pub verification_url: Option<String>,
}

/// Issues the tokens of sessions.
pub struct SessionIssuer {
    accounts: Arc<dyn Users>,
    pub(super) tokens: Arc<dyn SessionTokens>,
    pages: Option<Arc<HostedVerification>>,
    kernel: Kernel,
}

impl SessionIssuer {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn Users>,
        tokens: Arc<dyn SessionTokens>,
        pages: Option<Arc<HostedVerification>>,
        kernel: Kernel,
    ) -> Self {
        Self { accounts, tokens, pages, kernel }
    }
}

impl SessionIssuer {
    /// A new session for the device that calls.
    #[must_use]
    pub fn new_session(&self, device: Option<String>) -> NewSession {
        NewSession { id: SessionId(self.kernel.new_id()), device }
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

/// The outcome of a password check.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// The password is right.
    Right {
        /// The person with this password.
        user: UserId,
        /// The stored hash that it matched.
        hash: String,
    },
    /// The password is wrong, or no account has the address. The two are not told apart.
    Wrong,
    /// Too many tries. The next one is allowed at that time.
    TooMany(DateTime<Utc>),
}

/// Checks passwords and counts failures.
pub struct PasswordAuthenticator {
    accounts: Arc<dyn Users>,
    hasher: Arc<dyn PasswordHasher>,
    kernel: Kernel,
}

impl PasswordAuthenticator {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(accounts: Arc<dyn Users>, hasher: Arc<dyn PasswordHasher>, kernel: Kernel) -> Self {
        Self { accounts, hasher, kernel }
    }
}

impl PasswordAuthenticator {
    /// Counts the try, then checks the password. An unknown address takes as long, and writes as much, as a
    /// known one.
    pub async fn judge(
        &self,
        email: &EmailAddress,
        password: &Password,
        address: &str,
        actor: &Actor,
    ) -> Result<PasswordVerdict, AuthServiceError> {
        let of_both = try_name(&[("email", Some(email.as_str())), ("address", Some(address))]);
        let of_person = try_name(&[("email", Some(email.as_str()))]);
        let tries = [
            CountedTry { name: of_both.clone(), most: TRIES_PER_PERSON_AND_ADDRESS },
            CountedTry { name: try_name(&[("address", Some(address))]), most: TRIES_PER_ADDRESS },
            // This one slows and refuses nobody. It is counted in the store, so that tries through several replicas,
            // or across a restart, get no faster.
            CountedTry { name: of_person.clone(), most: u32::MAX },
        ];
        let tried = match self.accounts.count_try(&tries, self.kernel.now()).await? {
            TryOutcome::TooMany(next) => return Ok(PasswordVerdict::TooMany(next)),
            TryOutcome::Counted(counts) => counts.last().copied().unwrap_or(0),
        };
        let whom = HashFor { address: address.to_owned(), pause: pause_before(tried) };
        let known = self.accounts.find_credentials(email).await?;
        let (user, hash) = known.map_or((None, None), |known| (Some(known.user), known.password_hash));
        let is_right = self.hasher.verify(password, hash.clone(), &whom).await?;
        if let (true, Some(user), Some(hash)) = (is_right, user, hash) {
            self.accounts.clear_tries(&[of_both, of_person]).await?;
            return Ok(PasswordVerdict::Right { user, hash });
        }
        let refused = AuditRecord::about_account("password.refused", actor, user, None);
        self.accounts.note(&refused, self.kernel.now()).await?;
        Ok(PasswordVerdict::Wrong)
    }
}

/// A name for counting that shows no address in the clear.
pub(super) fn try_name(of: &[(&str, Option<&str>)]) -> String {
    hex(&Fingerprint::of(of).0)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// A secret of 256 random bits, in characters that need no escape anywhere.
#[must_use]
pub fn draw_secret(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    hex(&bytes)
}
