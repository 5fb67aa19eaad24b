//! Turn MFA on and off, and make backup codes. Each takes a proof besides the access token, because a thief may have
//! the token alone.

use crate::{
    accounts::session_issuer::{AuthServiceError, PasswordAuthenticator, PasswordVerdict, Visitor, try_name},
    kernel::Kernel,
    verification::verification_service::{CheckResult, VerificationService},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{BACKUP_CODES, Password, TRIES_PER_PERSON_AND_ADDRESS, backup_code, plain_backup_code},
    ids::UserId,
    operations::audit::Actor,
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::{
    accounts::{ChangeMfa, CountedTry, MfaChange, MfaChanged, MfaProof, Profile, TryOutcome, Users},
    crypto::{SecretHasher, SecretKind},
    store_error::StoreError,
};
use std::{collections::BTreeSet, sync::Arc};
use thiserror::Error;

/// Changes the MFA settings of a person.
pub struct Mfa {
    parts: MfaParts,
    kernel: Kernel,
}

/// The stores and use cases that [`Mfa`] needs.
pub struct MfaParts {
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Checks passwords and counts failures.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Checks the codes.
    pub verify: Arc<VerificationService>,
    /// Hashes backup codes.
    pub secrets: Arc<dyn SecretHasher>,
}

impl Mfa {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: MfaParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }
}

/// What the person gives besides the access token.
pub enum ShownProof {
    /// Their password, as they typed it.
    Password(Password),
    /// A code that went to their number, for signing in or for proving it.
    Code(OtpCode),
    /// One of the backup codes, as typed.
    Backup(String),
}

/// A person who asks for a change, and their proof.
pub struct MfaRequest {
    /// The signed-in person.
    pub user: UserId,
    /// What they give as a proof.
    pub proof: ShownProof,
    /// The address and device of the call.
    pub visitor: Visitor,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// Why nothing changed.
#[derive(Debug, Error)]
pub enum MfaError {
    /// MFA can't be turned on without a number to send codes to.
    #[error("no number is proved")]
    NoNumber,
    /// The password does not match, or the person has none.
    #[error("the password is wrong")]
    WrongPassword,
    /// The code is wrong, used or expired.
    #[error("the code is wrong, used or expired")]
    WrongCode,
    /// Too many tries. The next one is allowed at that time.
    #[error("too many tries")]
    TooMany(DateTime<Utc>),
    /// The number is locked until that time, after too many wrong codes.
    #[error("too many wrong codes")]
    Locked(DateTime<Utc>),
    /// The code can't be checked now. The check attempt was given back.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// The store or the password hash failed.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for MfaError {
    fn from(error: StoreError) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl Mfa {
    /// Turns MFA on or off. The person is told.
    ///
    /// # Errors
    /// [`MfaError`], when the proof is refused or nothing can change.
    #[tracing::instrument(name = "set_mfa", level = "debug", skip_all, fields(user = %asked.user))]
    pub async fn set(&self, asked: MfaRequest, enabled: bool) -> Result<(), MfaError> {
        let change = if enabled { MfaChange::TurnOn } else { MfaChange::TurnOff };
        self.change(asked, change).await
    }

    /// Makes new backup codes and makes the old ones invalid. The codes are shown only once. The person is told.
    ///
    /// # Errors
    /// [`MfaError`], when the proof is refused.
    #[tracing::instrument(name = "new_backup_codes", level = "debug", skip_all, fields(user = %asked.user))]
    pub async fn new_backup_codes(&self, asked: MfaRequest) -> Result<Vec<String>, MfaError> {
        let user = asked.user;
        let mut codes = BTreeSet::new();
        while codes.len() < BACKUP_CODES {
            let mut bytes = [0; 10];
            self.kernel.random.fill(&mut bytes);
            codes.insert(backup_code(bytes));
        }
        let hash =
            |code: &String| self.parts.secrets.hash(SecretKind::BackupCode(user), &plain_backup_code(code));
        let hashes = codes.iter().map(hash).collect();
        self.change(asked, MfaChange::NewBackupCodes(hashes)).await?;
        Ok(codes.into_iter().collect())
    }

    async fn change(&self, asked: MfaRequest, change: MfaChange) -> Result<(), MfaError> {
        let profile = self.parts.accounts.profile(asked.user).await?;
        let profile = profile.ok_or(MfaError::WrongPassword)?;
        // A proof is not used up for a change that can't be made.
        if change == MfaChange::TurnOn && profile.phone.is_none() {
            return Err(MfaError::NoNumber);
        }
        let proof = self.judge(&profile, &asked).await?;
        let is_password = matches!(proof, MfaProof::Password { .. });
        let request = ChangeMfa { user: asked.user, change, proof, actor: asked.actor };
        match self.parts.accounts.change_mfa(&request, self.kernel.now()).await? {
            MfaChanged::Done => {
                if let ShownProof::Backup(_) = asked.proof {
                    self.parts.accounts.clear_tries(&[backup_tries(asked.user)]).await?;
                }
                Ok(())
            }
            MfaChanged::NoNumber => Err(MfaError::NoNumber),
            MfaChanged::NoProof if is_password => Err(MfaError::WrongPassword),
            MfaChanged::NoProof => Err(MfaError::WrongCode),
        }
    }

    /// Checks a person's proof for something else than MFA. The store uses it up with what it allows.
    ///
    /// # Errors
    /// [`MfaError`], when the proof is refused.
    pub async fn prove(&self, asked: &MfaRequest) -> Result<MfaProof, MfaError> {
        let profile = self.parts.accounts.profile(asked.user).await?.ok_or(MfaError::WrongPassword)?;
        self.judge(&profile, asked).await
    }

    /// Checks the proof, and counts it as a sign-in counts it.
    async fn judge(&self, profile: &Profile, asked: &MfaRequest) -> Result<MfaProof, MfaError> {
        match &asked.proof {
            ShownProof::Password(password) => {
                let email = profile.email.as_ref().ok_or(MfaError::WrongPassword)?;
                let judged =
                    self.parts.passwords.judge(email, password, &asked.visitor.address, &asked.actor);
                match judged.await? {
                    PasswordVerdict::Right { user, hash } if user == profile.user => {
                        Ok(MfaProof::Password { seen: hash })
                    }
                    PasswordVerdict::Right { .. } | PasswordVerdict::Wrong => Err(MfaError::WrongPassword),
                    PasswordVerdict::TooMany(next) => Err(MfaError::TooMany(next)),
                }
            }
            ShownProof::Code(code) => self.judge_code(profile, code).await,
            ShownProof::Backup(typed) => {
                let most = TRIES_PER_PERSON_AND_ADDRESS;
                let tries = [CountedTry { name: backup_tries(profile.user), most }];
                if let TryOutcome::TooMany(next) =
                    self.parts.accounts.count_try(&tries, self.kernel.now()).await?
                {
                    return Err(MfaError::TooMany(next));
                }
                let kind = SecretKind::BackupCode(profile.user);
                Ok(MfaProof::Backup(self.parts.secrets.hashes(kind, &plain_backup_code(typed))))
            }
        }
    }

    /// Checks the newest code that the person had sent to their own number, to sign in or to prove it.
    async fn judge_code(&self, profile: &Profile, code: &OtpCode) -> Result<MfaProof, MfaError> {
        let phone = profile.phone.clone().ok_or(MfaError::WrongCode)?;
        let requester = Principal::User(profile.user);
        let open = self.parts.verify.find_open(&requester, &phone.into(), None).await?;
        let serves = |purpose| matches!(purpose, Purpose::Login | Purpose::Registration);
        let open = open.filter(|open| serves(open.purpose)).ok_or(MfaError::WrongCode)?;
        match self.parts.verify.check(open.id, &requester, code, None).await? {
            CheckResult::Judged(checked) if checked.approved => Ok(MfaProof::Code(open.id)),
            CheckResult::Judged(_) | CheckResult::Gone => Err(MfaError::WrongCode),
            CheckResult::Locked(until) => Err(MfaError::Locked(until)),
            CheckResult::Failed(_) => Err(MfaError::CheckFailed),
        }
    }
}

/// The name under which tries of backup codes by a signed-in person are counted.
fn backup_tries(user: UserId) -> String {
    try_name(&[("backup_code_of", Some(&user.to_string()))])
}
