//! Setting a new password with what was sent.

use crate::{
    accounts::session_issuer::{AuthServiceError, Visitor},
    verification::verification_service::{CheckResult, VerificationService},
};
use domain::{
    accounts::{EmailAddress, Password, WeakPassword},
    ids::NOBODY,
    verification::otp::{OtpCode, Purpose, Recipient},
};
use ports::{
    accounts::{ResetPassword as Reset, ResetProof, Users},
    clock::Clock,
    crypto::{HashRefused, PasswordHasher, SecretHasher, SecretKind},
    store_error::StoreError,
    verification::Requester,
};
use std::sync::Arc;
use thiserror::Error;

/// Sets new passwords.
pub struct ResetPassword {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Checks codes.
    pub verify: Arc<VerificationService>,
    /// Hashes tokens.
    pub secrets: Arc<dyn SecretHasher>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// Why the password stays.
#[derive(Debug, Error)]
pub enum ResetError {
    /// The new one is not taken. What allows it stays good.
    #[error("the new password {0}")]
    Weak(#[from] WeakPassword),
    /// The token or code is wrong, used or expired.
    #[error("what was sent is no good any more")]
    NoProof,
    /// The code can't be checked now.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// It could not be done.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for ResetError {
    fn from(fault: StoreError) -> Self {
        Self::AuthServiceError(fault.into())
    }
}

impl From<HashRefused> for ResetError {
    fn from(fault: HashRefused) -> Self {
        Self::AuthServiceError(fault.into())
    }
}

impl ResetPassword {
    /// By the token of a mail's link.
    pub async fn by_token(&self, token: &str, typed: &str, visitor: &Visitor) -> Result<(), ResetError> {
        let hashes = self.secrets.hashes(SecretKind::ResetToken, token);
        let found = self.accounts.find_reset(&hashes, self.clock.now()).await?;
        let (_, email) = found.ok_or(ResetError::NoProof)?;
        let password = Password::try_new(typed, &email)?;
        let password_hash = self.hasher.hash(&password).await?;
        self.set(ResetProof::Token(hashes), password_hash, visitor).await
    }

    /// By a code that was sent to the person's number, asked for from where it is shown.
    pub async fn by_code(
        &self,
        email: &EmailAddress,
        code: &OtpCode,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<(), ResetError> {
        let password = Password::try_new(typed, email)?;
        let known = self.accounts.find_credentials(email).await?.map(|known| known.user);
        // For nobody as much is looked up as for somebody: the time it takes tells nothing.
        let profile = self.accounts.profile(known.unwrap_or(NOBODY)).await?;
        let phone = profile.and_then(|profile| profile.phone).map(Recipient::Phone);
        let to = phone.unwrap_or_else(|| Recipient::Email(email.clone()));
        let requester = Requester::Anonymous(visitor.address.clone());
        let open = self.verify.find_open(&requester, &to, Some(Purpose::PasswordReset)).await?;
        // Before the code is used up: where too many are hashed at once it stays good.
        let password_hash = self.hasher.hash(&password).await?;
        let (Some(user), Some(open)) = (known, open) else { return Err(ResetError::NoProof) };
        match self.verify.check(open.id, &requester, code, None).await? {
            CheckResult::Judged(checked) if checked.approved => {}
            CheckResult::Failed(_) => return Err(ResetError::CheckFailed),
            CheckResult::Judged(_) | CheckResult::Gone | CheckResult::Locked(_) => {
                return Err(ResetError::NoProof);
            }
        }
        self.set(ResetProof::Code { user, verification: open.id }, password_hash, visitor).await
    }

    async fn set(
        &self,
        proof: ResetProof,
        password_hash: String,
        visitor: &Visitor,
    ) -> Result<(), ResetError> {
        let reset = Reset { proof, password_hash, actor: visitor.actor() };
        let done = self.accounts.reset_password(&reset, self.clock.now()).await?;
        if done { Ok(()) } else { Err(ResetError::NoProof) }
    }
}
