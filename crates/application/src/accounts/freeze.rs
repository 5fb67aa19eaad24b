//! Freeze a person, and lift the freeze.
//!
//! A person who holds the phone may freeze, without a proof. The owner lifts the freeze with their password and a code
//! that goes to their e-mail address only: never to the number that may be in wrong hands. Staff need neither.

use crate::{
    accounts::session_issuer::{AuthServiceError, PasswordAuthenticator, PasswordVerdict, Visitor},
    kernel::Kernel,
    verification::verification_service::{CheckResult, SendCodeOutcome, StartRequest, VerificationService},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{Password, freeze::Freeze},
    email::EmailAddress,
    ids::UserId,
    locale::Locale,
    message::Channel,
    operations::audit::Actor,
    principal::Principal,
    verification::otp::{OtpCode, Purpose, Recipient},
};
use ports::{
    accounts::{FreezeRequest, Freezes, LiftProof, LiftRequest, Lifted, Users},
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;
use thiserror::Error;

/// Freezes people, and lifts freezes.
pub struct FreezePerson {
    parts: FreezePersonParts,
    kernel: Kernel,
}

/// The stores and use cases that [`FreezePerson`] needs.
pub struct FreezePersonParts {
    /// The port of freezes.
    pub freezes: Arc<dyn Freezes>,
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Checks passwords and counts failures.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Sends and checks the codes.
    pub verify: Arc<VerificationService>,
    /// The language for a person who has set none.
    pub default_locale: Locale,
}

/// What the owner gives to lift their freeze.
pub struct OwnerLift {
    /// The signed-in person.
    pub user: UserId,
    /// The person's password, as they typed it.
    pub password: Password,
    /// The code from their e-mail. `None`: it is sent now.
    pub code: Option<OtpCode>,
    /// The address and device of the call.
    pub visitor: Visitor,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of an owner's call.
#[derive(Debug)]
pub enum OwnerLifted {
    /// The person is not frozen; their state after the call.
    Done(Freeze),
    /// The code was sent to this address. The person is still frozen.
    CodeSent(EmailAddress),
    /// No code was sent: too many, too soon, or the mail server refused it.
    CodeNotSent(SendCodeOutcome),
}

/// Why nothing was lifted.
#[derive(Debug, Error)]
pub enum LiftError {
    /// There is no such person.
    #[error("there is no such person")]
    NoSuchPerson,
    /// The person has no e-mail address, so only staff lift the freeze.
    #[error("the person has no e-mail address")]
    NoAddress,
    /// The password does not match.
    #[error("the password is wrong")]
    WrongPassword,
    /// Too many password tries. The next one is allowed at that time.
    #[error("too many wrong passwords")]
    TooMany(DateTime<Utc>),
    /// The code is wrong, used or expired.
    #[error("the code is wrong, used or expired")]
    WrongCode,
    /// The address is locked until that time, after too many wrong codes.
    #[error("too many wrong codes")]
    Locked(DateTime<Utc>),
    /// The code can't be checked now. The check attempt was given back.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// The store, the password hash or the token signer failed.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for LiftError {
    fn from(error: StoreError) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl FreezePerson {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: FreezePersonParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }

    /// Freezes a person at once. Who is frozen already stays so, and the same key freezes once. `None`: there is
    /// no such person.
    #[tracing::instrument(name = "freeze_person", level = "debug", skip_all, fields(user = %request.user))]
    pub async fn freeze(&self, request: &FreezeRequest) -> StoreResult<Option<Freeze>> {
        self.parts.freezes.freeze(request, self.kernel.now()).await
    }

    /// Whether a person is frozen. `None`: there is no such person.
    pub async fn state(&self, user: UserId) -> StoreResult<Option<Freeze>> {
        self.parts.freezes.find_freeze(user).await
    }

    /// Lifts a freeze for staff, without a cool-off. `None`: there is no such person.
    #[tracing::instrument(name = "lift_freeze", level = "debug", skip_all, fields(%user))]
    pub async fn lift_by_staff(&self, user: UserId, actor: &Actor) -> StoreResult<Option<Freeze>> {
        let request = LiftRequest { user, proof: None, actor: actor.clone() };
        match self.parts.freezes.lift(&request, self.kernel.now()).await? {
            Lifted::Done(state) => Ok(Some(state)),
            Lifted::NoProof | Lifted::NoSuchUser => Ok(None),
        }
    }

    /// Lifts a freeze for its owner. Their payments then wait for a day.
    #[tracing::instrument(name = "lift_freeze", level = "debug", skip_all, fields(user = %asked.user))]
    pub async fn lift_by_owner(&self, asked: OwnerLift) -> Result<OwnerLifted, LiftError> {
        let profile = self.parts.accounts.profile(asked.user).await?.ok_or(LiftError::NoSuchPerson)?;
        if profile.freeze.frozen_at.is_none() {
            return Ok(OwnerLifted::Done(profile.freeze));
        }
        let email = profile.email.ok_or(LiftError::NoAddress)?;
        let judged =
            self.parts.passwords.judge(&email, &asked.password, &asked.visitor.address, &asked.actor);
        let seen_password = match judged.await? {
            PasswordVerdict::Right { user, hash } if user == asked.user => hash,
            PasswordVerdict::Right { .. } | PasswordVerdict::Wrong => return Err(LiftError::WrongPassword),
            PasswordVerdict::TooMany(next) => return Err(LiftError::TooMany(next)),
        };
        let Some(code) = &asked.code else {
            return self.send(&asked, email, profile.locale.unwrap_or(self.parts.default_locale)).await;
        };
        let (requester, to) = (Principal::User(asked.user), Recipient::Email(email));
        let open = self.parts.verify.find_open(&requester, &to, Some(Purpose::Unfreeze)).await?;
        let open = open.ok_or(LiftError::WrongCode)?;
        match self.parts.verify.check(open.id, &requester, code, None).await? {
            CheckResult::Judged(checked) if checked.approved => {}
            CheckResult::Judged(_) | CheckResult::Gone => return Err(LiftError::WrongCode),
            CheckResult::Locked(until) => return Err(LiftError::Locked(until)),
            CheckResult::Failed(_) => return Err(LiftError::CheckFailed),
        }
        let proof = Some(LiftProof { verification: open.id, seen_password });
        let request = LiftRequest { user: asked.user, proof, actor: asked.actor };
        match self.parts.freezes.lift(&request, self.kernel.now()).await? {
            Lifted::Done(state) => Ok(OwnerLifted::Done(state)),
            Lifted::NoProof => Err(LiftError::WrongCode),
            Lifted::NoSuchUser => Err(LiftError::NoSuchPerson),
        }
    }

    async fn send(
        &self,
        asked: &OwnerLift,
        email: EmailAddress,
        locale: Locale,
    ) -> Result<OwnerLifted, LiftError> {
        let (to, requester) = (Recipient::Email(email.clone()), Principal::User(asked.user));
        let mut request = StartRequest::to(to, requester, Channel::Email, Purpose::Unfreeze, locale);
        request.client_ip = Some(asked.visitor.address.clone());
        match self.parts.verify.start(request).await? {
            SendCodeOutcome::Sent(_) | SendCodeOutcome::StillGood(_) => Ok(OwnerLifted::CodeSent(email)),
            other => Ok(OwnerLifted::CodeNotSent(other)),
        }
    }
}
