//! Verify that a number or an address belongs to a person: send a code, send it again, check it. The code
//! comes from a hosted provider or from us. Limits, and the rules about who may check a code, are the same
//! for both.

mod again;
mod attempts;
mod fallbacks;
mod hosted;
mod own_codes;
mod start_request;

pub use self::own_codes::{CodeAccount, OwnCodes};

use self::{
    again::Again,
    fallbacks::{EligibleChannels, no_such_channel},
    own_codes::CodeRequest,
};
use crate::kernel::Kernel;
use chrono::{DateTime, Utc};
use domain::{
    ids::{PageId, VerificationId},
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
    /// Where challenges are kept and counted.
    pub verifications: Arc<dyn Verifications>,
    /// The provider that makes codes for phones. `None`: our own codes are used.
    pub hosted: Option<Arc<dyn CodeProvider>>,
    /// Makes our own codes, for the channels that no provider makes them for.
    pub own: Option<OwnCodes>,
    /// The consents of recipients.
    pub consents: Arc<dyn Consents>,
    /// Looks up what is known about a number.
    pub lookup: Arc<dyn NumberLookup>,
    /// The clock, the ids and the random source.
    pub kernel: Kernel,
    /// The policy for codes.
    pub policy: OtpPolicy,
    /// The regions to which codes are sent.
    pub allowed: Vec<Region>,
}

/// A request to send a code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StartRequest {
    /// The principal that asks.
    pub requester: Principal,
    /// The number or address to verify.
    pub to: Recipient,
    /// The first channel to send the code on.
    pub channel: Channel,
    /// Fallback channels, in order. One is used when the provider says that a channel can't reach the number;
    /// for our own codes also when the code does not arrive.
    pub fallback: Vec<Channel>,
    /// What the code is for.
    pub purpose: Purpose,
    /// The language of the message.
    pub locale: Locale,
    /// The end user's IP address, for rate limits.
    pub client_ip: Option<String>,
    /// The IP address from which anonymous callers may check the code.
    pub origin: Option<String>,
    /// The hosted page that asks and takes the code.
    pub page: Option<OnPage>,
    /// The key of the effect that asks, within a turn.
    pub effect_key: Option<String>,
    /// What to do about an open challenge. A chat is told that its code is still valid. A team gets the code
    /// sent again, with the same id and the same check attempts.
    pub when_open: WhenOpen,
}

/// The hosted page on which a code is asked for.
#[derive(Clone, Debug)]
pub struct OnPage {
    /// The page's id. The challenge can be checked only on this page.
    pub id: PageId,
    /// The page's host, where browsers fill in codes. An SMS names it in its last line, so that they fill the
    /// code in on that host only ([WebOTP](https://wicg.github.io/web-otp/)).
    pub host: Option<String>,
}

fn page_host(page: Option<&OnPage>) -> Option<&str> {
    page?.host.as_deref()
}

/// What to do about a challenge that is open already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOpen {
    /// Answer that its code is still valid.
    Keep,
    /// Send its code again.
    Resend,
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
    pub async fn start(&self, request: StartRequest) -> StoreResult<SendCodeOutcome> {
        let now = self.kernel.now();
        if !request.to.is_of(&self.allowed) {
            return Ok(SendCodeOutcome::NumberRefused);
        }
        let fallbacks =
            self.open_fallbacks(&request.requester, &request.to, request.channel, &request.fallback);
        let (channel, fallback, chat) = match fallbacks.await? {
            Ok(EligibleChannels { first, others, chat }) => (first, others, chat),
            Err(none) => return Ok(none),
        };
        let other = match self.hosted_for(channel) {
            Some(_) => self.for_another_purpose(&request, now).await?,
            None => None,
        };
        if self.is_refused(&request.to, now).await? {
            return Ok(SendCodeOutcome::NumberRefused);
        }
        let id = VerificationId(self.kernel.new_id());
        let wanted = CodeRequest {
            verification: id,
            to: &request.to,
            chat,
            purpose: request.purpose,
            locale: request.locale,
            page_host: page_host(request.page.as_ref()),
            now,
            expires_at: now.checked_add_signed(self.policy.ttl).unwrap_or(now),
        };
        let own = match self.own_send(&wanted, channel, &fallback) {
            Ok(own) => own,
            Err(error) => return Ok(SendCodeOutcome::Failed(error)),
        };
        let channel = own.as_ref().map_or(channel, |own| own.message.message.channel);
        let challenge = NewChallenge {
            id,
            requester: request.requester,
            to: request.to,
            channel,
            purpose: request.purpose,
            client_ip: request.client_ip,
            origin: request.origin,
            page: request.page.as_ref().map(|page| page.id),
            locale: Some(request.locale),
            // Each channel once, even if the caller named it more often.
            fallback: fallback.clone(),
        };
        let effect_key = request.effect_key.clone();
        let begin = BeginVerification { challenge, effect_key, own, policy: self.policy };
        match self.verifications.begin(&begin, now).await? {
            StartOutcome::Started(verification) => {
                self.close(other).await?;
                self.hand_out(*verification, &fallback, request.locale).await
            }
            StartOutcome::Repeated(verification) => {
                self.repeat(*verification, &fallback, request.locale).await
            }
            StartOutcome::Open(open) => match request.when_open {
                WhenOpen::Keep => Ok(SendCodeOutcome::StillGood(open)),
                WhenOpen::Resend => {
                    let again = Again {
                        channel,
                        fallback: &fallback,
                        chat,
                        locale: request.locale,
                        page: request.page.as_ref(),
                        effect_key: request.effect_key,
                    };
                    Box::pin(self.send_again(*open, again)).await
                }
            },
            StartOutcome::Refused(refusal) => Ok(refusal.into()),
        }
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
        match self.lookup.look_up(phone).await {
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
