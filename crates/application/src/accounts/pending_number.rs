//! Verify a number that a signed-in person names: send a code to it, and make it theirs with that code.

use crate::{
    accounts::{
        profile::{ProfileUpdate, Profiles, UpdateError, WantedPhone},
        prove_phone::NumberProof,
        session_issuer::Visitor,
    },
    verification::verification_service::{
        CheckResult, SendCodeOutcome, StartRequest, VerificationService, WhenOpen,
    },
};
use domain::{
    ids::UserId,
    locale::Locale,
    message::Channel,
    operations::audit::Actor,
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::accounts::{NameChange, Profile};
use std::sync::Arc;

/// Verifies the number that a person has named.
pub struct PendingNumber {
    profiles: Arc<Profiles>,
    verify: Arc<VerificationService>,
    channels: Vec<Channel>,
    default_locale: Locale,
}

impl PendingNumber {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        profiles: Arc<Profiles>,
        verify: Arc<VerificationService>,
        channels: Vec<Channel>,
        default_locale: Locale,
    ) -> Self {
        Self { profiles, verify, channels, default_locale }
    }
}

/// The signed-in person who asks.
#[derive(Clone)]
pub struct NumberRequester {
    /// The person's user id.
    pub user: UserId,
    /// The address and device of the call.
    pub visitor: Visitor,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of a request for a code.
#[derive(Debug)]
pub enum Pending {
    /// The outcome of the verification service.
    SendCodeOutcome(SendCodeOutcome),
    /// The person has named no number.
    NoNumber,
}

impl PendingNumber {
    /// Sends a code to a number, which becomes the person's claimed number. It does not replace a verified
    /// number: that needs the password, or a code to the old number.
    pub async fn send(
        &self,
        requester: &NumberRequester,
        number: &PhoneNumber,
    ) -> Result<SendCodeOutcome, UpdateError> {
        let person = self.person(requester.user).await?;
        if person.phone.as_ref().is_some_and(|proved| proved != number) {
            return Err(UpdateError::StepUpNeeded);
        }
        let started = self.start(requester, &person, number).await?;
        let is_delivery_reports = person.phone.is_none() && person.claimed_phone.as_ref() != Some(number);
        if is_delivery_reports
            && matches!(
                started,
                SendCodeOutcome::Sent(_) | SendCodeOutcome::StillGood(_) | SendCodeOutcome::TooSoon { .. }
            )
        {
            self.profiles.update(change(requester, number, None)).await?;
        }
        Ok(started)
    }

    /// Sends the code to the claimed number again.
    pub async fn resend(&self, requester: &NumberRequester) -> Result<Pending, UpdateError> {
        let person = self.person(requester.user).await?;
        match pending(&person) {
            Some(number) => Ok(Pending::SendCodeOutcome(self.start(requester, &person, number).await?)),
            None => Ok(Pending::NoNumber),
        }
    }

    /// Makes the claimed number the person's if the code is right.
    pub async fn check(&self, requester: &NumberRequester, code: OtpCode) -> Result<(), UpdateError> {
        let person = self.person(requester.user).await?;
        let number = pending(&person).ok_or(UpdateError::NoProof)?;
        if person.phone.as_ref() != Some(number) {
            self.profiles.update(change(requester, number, Some(NumberProof::Code(code)))).await?;
            return Ok(());
        }
        // The number was verified before, and is verified again.
        let principal = Principal::User(requester.user);
        let purpose = Some(Purpose::Registration);
        let open = self.verify.find_open(&principal, &number.clone().into(), purpose).await?;
        let open = open.ok_or(UpdateError::NoProof)?;
        match self.verify.check(open.id, &principal, &code, None).await? {
            CheckResult::Judged(checked) if checked.approved => Ok(()),
            CheckResult::Failed(_) => Err(UpdateError::CheckFailed),
            CheckResult::Judged(_) | CheckResult::Gone | CheckResult::Locked(_) => Err(UpdateError::NoProof),
        }
    }

    async fn person(&self, user: UserId) -> Result<Profile, UpdateError> {
        self.profiles.show(user).await?.ok_or(UpdateError::NotFound)
    }

    async fn start(
        &self,
        requester: &NumberRequester,
        person: &Profile,
        number: &PhoneNumber,
    ) -> Result<SendCodeOutcome, UpdateError> {
        let Some((first, others)) = self.channels.split_first() else {
            return Ok(SendCodeOutcome::NumberRefused);
        };
        let request = StartRequest {
            requester: Principal::User(requester.user),
            to: number.clone().into(),
            channel: *first,
            fallback: others.to_vec(),
            purpose: Purpose::Registration,
            locale: person.locale.unwrap_or(self.default_locale),
            client_ip: Some(requester.visitor.address.clone()),
            origin: None,
            page: None,
            effect_key: None,
            when_open: WhenOpen::Resend,
        };
        Ok(self.verify.start(request).await?)
    }
}

/// The number to verify: the one that the person named last.
fn pending(person: &Profile) -> Option<&PhoneNumber> {
    person.claimed_phone.as_ref().or(person.phone.as_ref())
}

fn change(requester: &NumberRequester, number: &PhoneNumber, proof: Option<NumberProof>) -> ProfileUpdate {
    ProfileUpdate {
        user: requester.user,
        first_name: NameChange::Keep,
        last_name: NameChange::Keep,
        locale: None,
        phone: Some(WantedPhone { number: number.clone(), proof, step_up: None }),
        visitor: requester.visitor.clone(),
        actor: requester.actor.clone(),
    }
}
