//! Proving that a number or an address is somebody's: send a code, send it again, check it. The code is a hosted
//! provider's, or our own; what is counted and who may guess is the same for both.

mod again;
mod attempts;
mod fallbacks;
mod hosted;
mod own_codes;

pub use self::own_codes::{CodeAccount, OwnCodes};

use self::{
    again::Again,
    fallbacks::{EligibleChannels, no_such_way},
    own_codes::RequestedAction,
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{PageId, VerificationId},
    locale::Locale,
    message::Channel,
    phone::Region,
    verification::otp::{ChallengeStatus, OtpCode, OtpPolicy, Purpose, Recipient, SendLimit},
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::Consents,
    store_error::StoreResult,
    verification::{
        AttemptRequest, AttemptResult, AttemptTicket, AttemptVerdict, BeginResend, BeginVerification,
        CheckAttempt, NewChallenge, OwnCode, OwnSend, Requester, ReserveAttempt, SendResult, StartDecision,
        Verification, Verifications,
        code_provider::{CodeProvider, CodeProviderError, CodeVerdict, StartCode, StartedCode},
        number_lookup::{LineType, NumberLookup},
    },
};
use std::sync::Arc;

/// How often a guess is hashed anew because another code was sent meanwhile.
const HASHED_AT_MOST: usize = 3;

/// Sends and checks codes.
pub struct VerificationService {
    /// Where challenges are counted.
    pub verifications: Arc<dyn Verifications>,
    /// The provider that makes codes for telephones; without one they are ours.
    pub hosted: Option<Arc<dyn CodeProvider>>,
    /// Makes our own, for all that no provider makes them for.
    pub own: Option<OwnCodes>,
    /// Whom we may write to.
    pub consents: Arc<dyn Consents>,
    /// Who knows the numbers.
    pub lookup: Arc<dyn NumberLookup>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The numbers in force.
    pub policy: OtpPolicy,
    /// Countries to which codes go.
    pub allowed: Vec<Region>,
}

/// A request to prove a number.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// Who asks.
    pub requester: Requester,
    /// What is to be proved.
    pub to: Recipient,
    /// How the code shall go.
    pub channel: Channel,
    /// Other ways, in order: where the provider says that one can't reach the number, and of our own codes
    /// also where one does not arrive.
    pub fallback: Vec<Channel>,
    /// What for.
    pub purpose: Purpose,
    /// In which language.
    pub locale: Locale,
    /// The end user's address, to be limited by.
    pub client_ip: Option<String>,
    /// The address whose anonymous callers may guess at it.
    pub origin: Option<String>,
    /// The page that asks, and takes the code.
    pub page: Option<OnPage>,
    /// The effect that asks, in a turn.
    pub effect_key: Option<String>,
    /// What an open challenge means: the chat is told that its code is still good, a team has it sent
    /// again under the same id and the same guesses.
    pub when_open: WhenOpen,
}

/// A page on which a code is asked for.
#[derive(Clone, Debug)]
pub struct OnPage {
    /// The page. The challenge goes on there alone.
    pub id: PageId,
    /// Its host, where browsers fill codes in. An SMS names it in its last line, so that they do it there and nowhere
    /// else ([WebOTP](https://wicg.github.io/web-otp/)).
    pub host: Option<String>,
}

fn page_host(page: Option<&OnPage>) -> Option<&str> {
    page?.host.as_deref()
}

/// What to do about a challenge that is open already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOpen {
    /// Say so.
    Keep,
    /// Send its code again.
    Resend,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum SendCodeOutcome {
    /// A code went out.
    Sent(Box<Verification>),
    /// One that went out before is good still.
    StillGood(Box<Verification>),
    /// Not yet, for the cooldown of an open challenge.
    TooSoon {
        /// The challenge.
        verification: VerificationId,
        /// When it may go out again.
        at: DateTime<Utc>,
    },
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// Too many codes of that kind; the next may go out then.
    TooMany(SendLimit, DateTime<Utc>),
    /// Numbers of this country or kind take no codes here.
    NumberRefused,
    /// He wants no messages by any of these ways.
    OptedOut,
    /// Too many guess at codes; whoever has not said who he is may ask again then.
    Suspended(DateTime<Utc>),
    /// The provider did not take it.
    Failed(CodeProviderError),
    /// There is no such challenge to be sent again.
    NotFound,
}

/// What came of a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// Looked at: right, or wrong with so many left.
    Judged(AttemptResult),
    /// Settled, expired, spent, or not there.
    Gone,
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// The provider gave no answer; the guess was given back.
    Failed(CodeProviderError),
}

impl VerificationService {
    /// Whether codes go out by that channel.
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

    /// Who carries a challenge's code of ours: the first part of the account it goes out from.
    #[must_use]
    pub fn provider_of(&self, verification: &Verification) -> Option<&str> {
        let own = self.own.as_ref().filter(|_| verification.own_code.is_some())?;
        own.accounts.get(&verification.channel)?.channel_account.split(':').next()
    }

    /// Sends a code, unless one is open.
    pub async fn start(&self, request: StartRequest) -> StoreResult<SendCodeOutcome> {
        let now = self.clock.now();
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
        let id = VerificationId(self.ids.new_id());
        let wanted = RequestedAction {
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
            Err(fault) => return Ok(SendCodeOutcome::Failed(fault)),
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
            // Each once, however often it was named.
            fallback: fallback.clone(),
        };
        let effect_key = request.effect_key.clone();
        let begin = BeginVerification { challenge, effect_key, own, policy: self.policy };
        match self.verifications.begin(&begin, now).await? {
            StartDecision::Go(verification) => {
                self.close(other).await?;
                self.hand_out(*verification, &fallback, request.locale).await
            }
            StartDecision::Repeated(verification) => {
                self.repeat(*verification, &fallback, request.locale).await
            }
            StartDecision::Open(open) => match request.when_open {
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
            StartDecision::Locked(until) => Ok(SendCodeOutcome::Locked(until)),
            StartDecision::TooMany(limit, until) => Ok(SendCodeOutcome::TooMany(limit, until)),
            StartDecision::Suspended(until) => Ok(SendCodeOutcome::Suspended(until)),
        }
    }

    /// A code of our own, where no provider makes it.
    fn own_send(
        &self,
        wanted: &RequestedAction<'_>,
        channel: Channel,
        fallback: &[Channel],
    ) -> Result<Option<OwnSend>, CodeProviderError> {
        if self.hosted_for(channel).is_some() {
            return Ok(None);
        }
        let fallbacks: Vec<Channel> = std::iter::once(channel).chain(fallback.iter().copied()).collect();
        let own = self.own.as_ref().and_then(|own| own.prepare(wanted, &fallbacks));
        own.map(Some).ok_or_else(no_such_way)
    }

    /// What was counted is sent. A code of our own went into the outbox with its challenge.
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

    /// A turn that is run again: its code was sent then, or is to be sent now.
    async fn repeat(
        &self,
        verification: Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> StoreResult<SendCodeOutcome> {
        let went = verification.sends.last().is_some_and(|send| send.status == "sent");
        let is_pending = verification.challenge.status == ChallengeStatus::Pending;
        let failed = verification.sends.last().is_some_and(|send| send.status == "failed");
        if verification.own_code.is_some() || went {
            Ok(SendCodeOutcome::Sent(Box::new(verification)))
        } else if is_pending && !failed {
            self.send(verification, fallback, locale).await
        } else {
            Ok(SendCodeOutcome::Failed(CodeProviderError::Unavailable("an earlier send failed".into())))
        }
    }

    /// Numbers that are not assigned, or to which only fraud would have a code sent. A lookup that can't be had does not keep
    /// people out: limits and the provider's own guard stand behind it.
    async fn is_refused(&self, to: &Recipient, now: DateTime<Utc>) -> StoreResult<bool> {
        let Some(phone) = to.phone() else { return Ok(false) };
        match self.lookup.look_up(phone).await {
            Ok(facts) => {
                self.verifications.log_lookup(phone, &facts, now).await?;
                Ok(!facts.valid || facts.line_type == LineType::Refused)
            }
            Err(fault) => {
                tracing::warn!(%phone, %fault, "a number was not looked up");
                Ok(false)
            }
        }
    }

    /// The newest open challenge of a requester for a number, for that purpose or for any.
    pub async fn find_open(
        &self,
        requester: &Requester,
        to: &Recipient,
        purpose: Option<Purpose>,
    ) -> StoreResult<Option<Verification>> {
        self.verifications.find_open(requester, to, purpose, self.clock.now()).await
    }

    /// A challenge that was begun from that address, whoever asked.
    pub async fn find_from(&self, id: VerificationId, address: &str) -> StoreResult<Option<Verification>> {
        Ok(self.verifications.find(id).await?.filter(|v| v.origin.as_deref() == Some(address)))
    }

    /// Until when a number is locked for whoever asks.
    pub async fn lock_of(&self, requester: &Requester, to: &Recipient) -> StoreResult<Option<DateTime<Utc>>> {
        self.verifications.lock_of(requester, to, self.clock.now()).await
    }

    /// One of a requester's challenges.
    pub async fn find(&self, id: VerificationId, requester: &Requester) -> StoreResult<Option<Verification>> {
        Ok(self.verifications.find(id).await?.filter(|v| v.requester == requester.key()))
    }
}

#[cfg(test)]
mod tests;
