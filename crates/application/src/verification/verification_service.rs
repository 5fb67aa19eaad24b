//! Verify that a number or an address belongs to a person: send a code, send it again, check it. The code
//! comes from a hosted provider or from us. Limits, and the rules about who may check a code, are the same
//! for both.

mod again;
mod attempts;
mod fallbacks;
mod hosted;
mod own_codes;
mod start_request;

pub use self::{
    own_codes::{CodeAccount, OwnCodes},
    start_request::{OnPage, StartRequest, WhenOpen},
};

use self::{
    again::Again,
    fallbacks::{EligibleChannels, no_such_channel},
    own_codes::CodeRequest,
    start_request::page_host,
};
use crate::kernel::Kernel;
use chrono::{DateTime, Utc};
use domain::{
    ids::VerificationId,
    locale::Locale,
    message::{Channel, DeliveryStatus, SendStatus},
    phone::Region,
    principal::Principal,
    verification::{
        AttemptRefusal, AttemptResult, SendRefusal,
        otp::{ChallengeStatus, OtpCode, OtpPolicy, Purpose, Recipient, SendLimit},
    },
};
use ports::{
    messaging::Consents,
    store_error::StoreResult,
    verification::{
        AttemptRequest, AttemptTicket, AttemptVerdict, BeginResend, BeginVerification, CheckAttempt,
        NewChallenge, OwnCode, OwnSend, ReserveAttempt, SendResult, StartOutcome, Verification,
        Verifications,
        code_provider::{CodeProvider, CodeProviderError, CodeVerdict, StartCode, StartedCode},
        number_lookup::{LineType, NumberLookup},
    },
};
use std::sync::Arc;

/// How many times a check attempt is hashed again because another code was sent meanwhile.
const HASHED_AT_MOST: usize = 3;

/// Starts, resends and checks challenges.
pub struct VerificationService {
    verifications: Arc<dyn Verifications>,
    hosted: Option<Arc<dyn CodeProvider>>,
    own: Option<OwnCodes>,
    consents: Arc<dyn Consents>,
    lookup: Option<Arc<dyn NumberLookup>>,
    kernel: Kernel,
    policy: OtpPolicy,
    allowed: Vec<Region>,
}

/// What the service is built from.
pub struct VerificationParts {
    /// Where challenges are kept and counted.
    pub verifications: Arc<dyn Verifications>,
    /// The provider that makes codes for phones. `None`: our own codes are used.
    pub hosted: Option<Arc<dyn CodeProvider>>,
    /// Makes our own codes, for the channels that no provider makes them for.
    pub own: Option<OwnCodes>,
    /// The consents of recipients.
    pub consents: Arc<dyn Consents>,
    /// Looks up what is known about a number. `None`: nobody is asked, and no number is refused for its line.
    pub lookup: Option<Arc<dyn NumberLookup>>,
    /// The regions to which codes are sent.
    pub allowed: Vec<Region>,
}

/// The outcome of a request to send a code.
#[derive(Clone, Debug)]
pub enum SendCodeOutcome {
    /// A code was sent, or is in the outbox.
    Sent(Box<Verification>),
    /// An earlier code is still valid; nothing was sent.
    StillGood(Box<Verification>),
    /// The cooldown of an open challenge has not passed.
    TooSoon {
        /// The open challenge.
        verification: VerificationId,
        /// When its code may be sent again.
        at: DateTime<Utc>,
    },
    /// The number is locked until that time.
    Locked(DateTime<Utc>),
    /// Too many codes by that limit. The next one may go out at that time.
    TooMany(SendLimit, DateTime<Utc>),
    /// No codes go to numbers of this region or kind.
    NumberRefused,
    /// The recipient has opted out of all the channels.
    OptedOut,
    /// The verification breaker is open: too many wrong check attempts. Anonymous callers may ask again at
    /// that time.
    Suspended(DateTime<Utc>),
    /// The provider did not accept the send.
    Failed(CodeProviderError),
    /// There is no such challenge to send again.
    NotFound,
}

impl From<SendRefusal> for SendCodeOutcome {
    fn from(refusal: SendRefusal) -> Self {
        match refusal {
            SendRefusal::Suspended(until) => Self::Suspended(until),
            SendRefusal::Locked(until) => Self::Locked(until),
            SendRefusal::Limited(limit, until) => Self::TooMany(limit, until),
        }
    }
}

/// The outcome of a check attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// The code was compared: right, or wrong with so many attempts left.
    Judged(AttemptResult),
    /// The challenge is settled, expired, out of attempts, or not there.
    Gone,
    /// The number is locked until that time.
    Locked(DateTime<Utc>),
    /// The provider gave no answer. The check attempt was given back.
    Failed(CodeProviderError),
}

impl From<AttemptRefusal> for CheckResult {
    fn from(refusal: AttemptRefusal) -> Self {
        match refusal {
            AttemptRefusal::Locked(until) => Self::Locked(until),
            AttemptRefusal::Gone => Self::Gone,
        }
    }
}

impl VerificationService {
    /// Builds the service from its parts, with the policy for codes.
    #[must_use]
    pub fn new(parts: VerificationParts, kernel: Kernel, policy: OtpPolicy) -> Self {
        let VerificationParts { verifications, hosted, own, consents, lookup, allowed } = parts;
        Self { verifications, hosted, own, consents, lookup, kernel, policy, allowed }
    }

    /// Whether codes are sent to the region of that number or address.
    #[must_use]
    pub fn serves(&self, to: &Recipient) -> bool {
        to.takes_codes(&self.allowed)
    }

    /// True when codes can be sent on that channel.
    #[must_use]
    pub fn sends_by(&self, channel: Channel) -> bool {
        self.hosted_for(channel).is_some()
            || self.own.as_ref().is_some_and(|own| own.accounts.contains_key(&channel))
    }

    fn hosted_for(&self, channel: Channel) -> Option<&Arc<dyn CodeProvider>> {
        match channel {
            Channel::Whatsapp | Channel::Sms | Channel::Call => self.hosted.as_ref(),
            Channel::Email | Channel::Telegram => None,
        }
    }

    /// The provider that carries our own code of a challenge: the one of its code sender. `None`: the
    /// challenge has no code of ours.
    #[must_use]
    pub fn provider_of(&self, verification: &Verification) -> Option<&str> {
        let own = self.own.as_ref().filter(|_| verification.own_code.is_some())?;
        Some(own.accounts.get(&verification.channel)?.channel_account.provider().name())
    }

    /// Sends a code, unless one is open and the request keeps it.
    #[tracing::instrument(name = "start_verification", level = "debug", skip_all)]
    pub async fn start(&self, request: StartRequest) -> StoreResult<SendCodeOutcome> {
        let now = self.kernel.now();
        if !self.serves(&request.to) {
            return Ok(SendCodeOutcome::NumberRefused);
        }
        let eligible =
            self.open_fallbacks(&request.requester, &request.to, request.channel, &request.fallback);
        let eligible = match eligible.await? {
            Ok(eligible) => eligible,
            Err(none) => return Ok(none),
        };
        let other = match self.hosted_for(eligible.first) {
            Some(_) => self.for_another_purpose(&request, now).await?,
            None => None,
        };
        if self.is_refused(&request.to, now).await? {
            return Ok(SendCodeOutcome::NumberRefused);
        }
        let begin = match self.challenge_for(&request, &eligible, now) {
            Ok(begin) => begin,
            Err(error) => return Ok(SendCodeOutcome::Failed(error)),
        };
        let (fallback, locale) = (eligible.others.as_slice(), request.locale);
        match self.verifications.begin(&begin, now).await? {
            StartOutcome::Started(verification) => {
                self.close(other).await?;
                self.hand_out(*verification, fallback, locale).await
            }
            StartOutcome::Repeated(verification) => self.repeat(*verification, fallback, locale).await,
            StartOutcome::Open(open) if request.when_open == WhenOpen::Keep => {
                Ok(SendCodeOutcome::StillGood(open))
            }
            StartOutcome::Open(open) => {
                let channel = begin.challenge.channel;
                let (chat, page, effect_key) = (eligible.chat, request.page.as_ref(), request.effect_key);
                let again = Again { channel, fallback, chat, locale, page, effect_key };
                Box::pin(self.send_again(*open, again)).await
            }
            StartOutcome::Refused(refusal) => Ok(refusal.into()),
        }
    }

    /// The challenge for a request, with its code if we make it ourselves.
    fn challenge_for(
        &self,
        request: &StartRequest,
        eligible: &EligibleChannels,
        now: DateTime<Utc>,
    ) -> Result<BeginVerification, CodeProviderError> {
        let id = VerificationId(self.kernel.new_id());
        let wanted = CodeRequest {
            verification: id,
            to: &request.to,
            chat: eligible.chat,
            purpose: request.purpose,
            locale: request.locale,
            page_host: page_host(request.page.as_ref()),
            now,
            expires_at: now.checked_add_signed(self.policy.ttl).unwrap_or(now),
        };
        let own = self.own_send(&wanted, eligible.first, &eligible.others)?;
        let challenge = NewChallenge {
            id,
            requester: request.requester.clone(),
            to: request.to.clone(),
            channel: own.as_ref().map_or(eligible.first, |own| own.message.message.channel),
            purpose: request.purpose,
            client_ip: request.client_ip.clone(),
            origin: request.origin.clone(),
            page: request.page.as_ref().map(|page| page.id),
            locale: Some(request.locale),
            // Each channel once, even if the caller named it more often.
            fallback: eligible.others.clone(),
        };
        Ok(BeginVerification { challenge, effect_key: request.effect_key.clone(), own, policy: self.policy })
    }

    /// Sends codes of ours that did not arrive on their next fallback channel. Returns how many.
    #[tracing::instrument(name = "next_fallbacks", level = "debug", skip_all)]
    pub async fn send_next_fallbacks(&self) -> StoreResult<usize> {
        self.verifications.take_next_fallbacks(&self.policy, self.kernel.now()).await
    }

    /// Prepares a code of our own. `None`: a hosted provider makes it.
    fn own_send(
        &self,
        wanted: &CodeRequest<'_>,
        channel: Channel,
        fallback: &[Channel],
    ) -> Result<Option<OwnSend>, CodeProviderError> {
        if self.hosted_for(channel).is_some() {
            return Ok(None);
        }
        let fallbacks: Vec<Channel> = std::iter::once(channel).chain(fallback.iter().copied()).collect();
        let own = self.own.as_ref().and_then(|own| own.prepare(wanted, &fallbacks));
        own.map(Some).ok_or_else(no_such_channel)
    }

    /// Sends a challenge that was counted. A code of our own is in the outbox since its challenge was stored.
    async fn hand_out(
        &self,
        verification: Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> StoreResult<SendCodeOutcome> {
        if verification.own_code.is_some() {
            return Ok(SendCodeOutcome::Sent(Box::new(verification)));
        }
        self.send(verification, fallback, locale).await
    }

    /// A turn that runs again: its code was sent the first time, or is sent now.
    async fn repeat(
        &self,
        verification: Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> StoreResult<SendCodeOutcome> {
        let went = verification
            .sends
            .last()
            .is_some_and(|send| send.status == SendStatus::Known(DeliveryStatus::Sent));
        let is_pending = verification.challenge.status == ChallengeStatus::Pending;
        let failed = verification
            .sends
            .last()
            .is_some_and(|send| send.status == SendStatus::Known(DeliveryStatus::Failed));
        if verification.own_code.is_some() || went {
            Ok(SendCodeOutcome::Sent(Box::new(verification)))
        } else if is_pending && !failed {
            self.send(verification, fallback, locale).await
        } else {
            Ok(SendCodeOutcome::Failed(CodeProviderError::Unavailable("an earlier send failed".into())))
        }
    }

    /// True for numbers that are not assigned and for numbers that are typical of fraud. A failed lookup
    /// refuses nobody: the limits and the provider's own checks still apply.
    async fn is_refused(&self, to: &Recipient, now: DateTime<Utc>) -> StoreResult<bool> {
        let Some(phone) = to.phone() else { return Ok(false) };
        let Some(lookup) = &self.lookup else { return Ok(false) };
        match lookup.look_up(phone).await {
            Ok(facts) => {
                self.verifications.log_lookup(phone, &facts, now).await?;
                Ok(!facts.valid || facts.line_type == LineType::Refused)
            }
            Err(error) => {
                tracing::warn!(%phone, %error, "number lookup failed; the code is sent without it");
                Ok(false)
            }
        }
    }

    /// The newest open challenge of a requester for a recipient, for one purpose or for any.
    pub async fn find_open(
        &self,
        requester: &Principal,
        to: &Recipient,
        purpose: Option<Purpose>,
    ) -> StoreResult<Option<Verification>> {
        self.verifications.find_open(requester, to, purpose, self.kernel.now()).await
    }

    /// A challenge that was started from that IP address, by any principal.
    pub async fn find_from(&self, id: VerificationId, address: &str) -> StoreResult<Option<Verification>> {
        Ok(self.verifications.find(id).await?.filter(|v| v.origin.as_deref() == Some(address)))
    }

    /// Until when a number is locked for this requester. `None`: it is not locked.
    pub async fn lock_of(&self, requester: &Principal, to: &Recipient) -> StoreResult<Option<DateTime<Utc>>> {
        self.verifications.lock_of(requester, to, self.kernel.now()).await
    }

    /// One of a requester's challenges, by its id.
    pub async fn find(&self, id: VerificationId, requester: &Principal) -> StoreResult<Option<Verification>> {
        Ok(self.verifications.find(id).await?.filter(|v| v.requester == *requester))
    }
}

#[cfg(test)]
mod tests;
