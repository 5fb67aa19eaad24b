//! Set a new password with a reset token or a reset code.

use crate::{
    accounts::session_issuer::{AuthServiceError, Visitor},
    kernel::Kernel,
    verification::verification_service::{CheckResult, VerificationService},
};
use domain::{
    accounts::{Password, WeakPassword},
    email::EmailAddress,
    ids::NOBODY,
    principal::Principal,
    verification::otp::{OtpCode, Purpose, Recipient},
};
use ports::{
    accounts::{ResetPassword as Reset, ResetProof, Users},
    crypto::{HashFor, HashRefused, PasswordHasher, SecretHasher, SecretKind},
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Sets new passwords.
pub struct ResetPassword {
    accounts: Arc<dyn Users>,
    verify: Arc<VerificationService>,
    secrets: Arc<dyn SecretHasher>,
    hasher: Arc<dyn PasswordHasher>,
    kernel: Kernel,
}

impl ResetPassword {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn Users>,
        verify: Arc<VerificationService>,
        secrets: Arc<dyn SecretHasher>,
        hasher: Arc<dyn PasswordHasher>,
        kernel: Kernel,
    ) -> Self {
        Self { accounts, verify, secrets, hasher, kernel }
    }
}

/// Why the password did not change.
#[derive(Debug, Error)]
pub enum ResetError {
    /// The new password breaks the password rules. The token or code stays valid.
    #[error("the new password {0}")]
    Weak(#[from] WeakPassword),
    /// The token or code is wrong, used or expired.
    #[error("the token or code is wrong, used or expired")]
    NoProof,
    /// The provider gave no answer. The check attempt was given back.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// The store, the password hash or the token signer failed.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for ResetError {
    fn from(error: StoreError) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl From<HashRefused> for ResetError {
    fn from(error: HashRefused) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl ResetPassword {
    /// Sets the password with the token of a link.
    #[tracing::instrument(name = "reset_password", level = "debug", skip_all)]
    pub async fn by_token(&self, token: &str, typed: &str, visitor: &Visitor) -> Result<(), ResetError> {
        let hashes = self.secrets.hashes(SecretKind::ResetToken, token);
        let found = self.accounts.find_reset(&hashes, self.kernel.now()).await?;
        let (_, email) = found.ok_or(ResetError::NoProof)?;
        let password = Password::try_new(typed, &email)?;
        let password_hash = self.hasher.hash(&password, &HashFor::address(&visitor.address)).await?;
        self.set(ResetProof::Token(hashes), password_hash, visitor).await
    }

    /// Sets the password with a code that was sent to the person's number. It must have been requested from
    /// the same IP address.
    #[tracing::instrument(name = "reset_password", level = "debug", skip_all)]
    pub async fn by_code(
        &self,
        email: &EmailAddress,
        code: &OtpCode,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<(), ResetError> {
        let password = Password::try_new(typed, email)?;
        let known = self.accounts.find_credentials(email).await?.map(|known| known.user);
        // An unknown address makes as many reads as a known one, so the time shows nothing.
        let profile = self.accounts.profile(known.unwrap_or(NOBODY)).await?;
        let phone = profile.and_then(|profile| profile.phone).map(Recipient::Phone);
        let to = phone.unwrap_or_else(|| Recipient::Email(email.clone()));
        let requester = Principal::Anonymous(Some(visitor.address.clone()));
        let open = self.verify.find_open(&requester, &to, Some(Purpose::PasswordReset)).await?;
        // Hash the password before the code is used up: if too many are hashed at once, the code stays valid.
        let password_hash = self.hasher.hash(&password, &HashFor::address(&visitor.address)).await?;
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
        let done = self.accounts.reset_password(&reset, self.kernel.now()).await?;
        if done { Ok(()) } else { Err(ResetError::NoProof) }
    }
}
