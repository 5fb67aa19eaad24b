//! Complete a sign-in with MFA.

use crate::{
    accounts::session_issuer::{AuthServiceError, SessionIssuer, SignedIn, Visitor},
    kernel::Kernel,
    verification::verification_service::{CheckResult, VerificationService},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::plain_backup_code,
    ids::UserId,
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::{
    accounts::{Mfa, Users},
    crypto::{SecretHasher, SecretKind},
};
use std::sync::Arc;

/// Checks MFA codes and backup codes.
pub struct PassMfa {
    accounts: Arc<dyn Users>,
    verify: Arc<VerificationService>,
    secrets: Arc<dyn SecretHasher>,
    issuer: Arc<SessionIssuer>,
    kernel: Kernel,
}

impl PassMfa {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn Users>,
        verify: Arc<VerificationService>,
        secrets: Arc<dyn SecretHasher>,
        issuer: Arc<SessionIssuer>,
        kernel: Kernel,
    ) -> Self {
        Self { accounts, verify, secrets, issuer, kernel }
    }
}

/// What the person gives besides the password.
#[derive(Clone)]
pub enum ShownFactor {
    /// The code that was sent.
    Code(OtpCode),
    /// One of the backup codes, as typed.
    Backup(String),
}

/// The outcome of MFA. It holds tokens, so it has no `Debug`.
pub enum MfaPassed {
    /// The person is signed in.
    In(Box<SignedIn>),
    /// The code is wrong, used or expired.
    WrongFactor,
    /// No sign-in waits under that token, or not any more.
    NoChallenge,
    /// The number is locked until that time.
    Locked(DateTime<Utc>),
    /// The provider gave no answer. The check attempt was given back.
    CheckFailed,
}

impl PassMfa {
    /// Checks the code and signs the person in, once for each waiting sign-in.
    #[tracing::instrument(name = "pass_mfa", level = "debug", skip_all)]
    pub async fn run(
        &self,
        challenge: &str,
        shown: &ShownFactor,
        visitor: &Visitor,
    ) -> Result<MfaPassed, AuthServiceError> {
        let hashes = self.secrets.hashes(SecretKind::LoginChallenge, challenge);
        let Some(user) = self.accounts.try_login_challenge(&hashes, self.kernel.now()).await? else {
            return Ok(MfaPassed::NoChallenge);
        };
        let factor = match shown {
            ShownFactor::Backup(typed) => {
                let plain = plain_backup_code(typed);
                Mfa::Backup(self.secrets.hashes(SecretKind::BackupCode(user), &plain))
            }
            ShownFactor::Code(code) => match self.check(user, code).await? {
                Some(CheckResult::Judged(checked)) if checked.approved => Mfa::Code,
                Some(CheckResult::Locked(until)) => return Ok(MfaPassed::Locked(until)),
                Some(CheckResult::Failed(_)) => return Ok(MfaPassed::CheckFailed),
                Some(CheckResult::Judged(_) | CheckResult::Gone) | None => return Ok(MfaPassed::WrongFactor),
            },
        };
        let session = self.issuer.new_session(visitor.device.clone());
        let actor = visitor.actor();
        let passed =
            self.accounts.pass_login_challenge(&hashes, &factor, &session, &actor, self.kernel.now()).await?;
        match passed {
            Some(session) => Ok(MfaPassed::In(Box::new(self.issuer.hand_out(user, session, 1).await?))),
            None => Ok(MfaPassed::WrongFactor),
        }
    }

    /// Checks a code against the person's open challenge for signing in.
    async fn check(&self, user: UserId, code: &OtpCode) -> Result<Option<CheckResult>, AuthServiceError> {
        let Some(phone) = self.accounts.profile(user).await?.and_then(|profile| profile.phone) else {
            return Ok(None);
        };
        let requester = Principal::User(user);
        match self.verify.find_open(&requester, &phone.into(), Some(Purpose::Login)).await? {
            Some(open) => Ok(Some(self.verify.check(open.id, &requester, code, None).await?)),
            None => Ok(None),
        }
    }
}
