//! Proving that a number is somebody's: send a code, send it again, check it.

use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::VerificationId,
    locale::Locale,
    message::Channel,
    otp::{ChallengeStatus, OtpCode, OtpPolicy, Purpose},
    phone::{PhoneNumber, Region},
};
use ports::{
    clock::Clock,
    code_verifier::{CodeVerdict, CodeVerifier, CodeVerifierError, StartCode, StartedCode},
    number_lookup::{LineType, NumberLookup},
    random::IdGenerator,
    stores::{
        Begin, BeginVerification, Checked, GuessTicket, NewChallenge, Requester, ReserveGuess, SendResult,
        StoreResult, TakeGuess, Verification, Verifications,
    },
};
use std::sync::Arc;

/// Sends and checks codes through a provider that makes them.
pub struct VerifyNumber {
    /// Where challenges are counted.
    pub verifications: Arc<dyn Verifications>,
    /// Who makes the codes.
    pub verifier: Arc<dyn CodeVerifier>,
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
    /// Whose number.
    pub phone: PhoneNumber,
    /// How the code shall go.
    pub channel: Channel,
    /// Other ways, in order, where the provider says that one can't reach the number.
    pub fallback: Vec<Channel>,
    /// What for.
    pub purpose: Purpose,
    /// In which language.
    pub locale: Locale,
    /// The end user's address, to be limited by.
    pub client_ip: Option<String>,
    /// The address whose anonymous callers may guess at it.
    pub origin: Option<String>,
    /// The effect that asks, in a turn.
    pub effect_key: Option<String>,
    /// What an open challenge means: the chat is told that its code is still good, a team has it sent
    /// again under the same id and the same guesses.
    pub when_open: WhenOpen,
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
pub enum Started {
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
    /// Too many codes; the next may go out then.
    TooMany(DateTime<Utc>),
    /// Numbers of this country or kind take no codes here.
    NumberRefused,
    /// The provider did not take it.
    Failed(CodeVerifierError),
    /// There is no such challenge to be sent again.
    NotFound,
}

/// What came of a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// Looked at: right, or wrong with so many left.
    Judged(Checked),
    /// Settled, expired, spent, or not there.
    Gone,
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// The provider gave no answer; the guess was given back.
    Failed(CodeVerifierError),
}

impl VerifyNumber {
    /// Sends a code, unless one is open.
    pub async fn start(&self, request: StartRequest) -> StoreResult<Started> {
        let now = self.clock.now();
        if !request.phone.is_of(&self.allowed) {
            return Ok(Started::NumberRefused);
        }
        self.close_other_purpose(&request, now).await?;
        if self.is_refused(&request.phone, now).await? {
            return Ok(Started::NumberRefused);
        }
        let challenge = NewChallenge {
            id: VerificationId(self.ids.new_id()),
            requester: request.requester,
            phone: request.phone,
            channel: request.channel,
            purpose: request.purpose,
            client_ip: request.client_ip,
            origin: request.origin,
        };
        let begin = BeginVerification { challenge, effect_key: request.effect_key, policy: self.policy };
        match self.verifications.begin(&begin, now).await? {
            Begin::Go(verification) => self.send(*verification, &request.fallback, request.locale).await,
            // A turn that is run again: sent then, or to be sent now.
            Begin::Repeated(verification) if verification.provider_sid.is_some() => {
                Ok(Started::Sent(verification))
            }
            Begin::Repeated(verification) if verification.challenge.status == ChallengeStatus::Pending => {
                self.send(*verification, &request.fallback, request.locale).await
            }
            Begin::Repeated(_) => {
                Ok(Started::Failed(CodeVerifierError::Unavailable("an earlier send failed".into())))
            }
            Begin::Open(open) => match request.when_open {
                WhenOpen::Keep => Ok(Started::StillGood(open)),
                WhenOpen::Resend => {
                    self.send_again(*open, request.channel, &request.fallback, request.locale).await
                }
            },
            Begin::Locked(until) => Ok(Started::Locked(until)),
            Begin::TooMany(until) => Ok(Started::TooMany(until)),
        }
    }

    /// A provider holds one code for a number: before a code for another purpose goes out, the open one
    /// is withdrawn, or it would pass for both.
    async fn close_other_purpose(&self, request: &StartRequest, now: DateTime<Utc>) -> StoreResult<()> {
        let open = self.verifications.find_open(&request.requester, &request.phone, now).await?;
        if let Some(other) = open.filter(|open| open.purpose != request.purpose) {
            self.verifications.close(other.id).await?;
            if let Some(sid) = &other.provider_sid {
                self.withdraw(sid).await;
            }
        }
        Ok(())
    }

    /// Sends an open challenge's code again; a spent or expired one is begun anew for the same number.
    pub async fn resend(
        &self,
        id: VerificationId,
        requester: &Requester,
        locale: Locale,
        effect_key: Option<String>,
    ) -> StoreResult<Started> {
        let found = self.verifications.find(id).await?.filter(|v| v.requester == requester.key());
        let Some(verification) = found else { return Ok(Started::NotFound) };
        let channel = verification.channel;
        if verification.challenge.is_open(self.clock.now()) {
            return self.send_again(verification, channel, &[], locale).await;
        }
        self.start(StartRequest {
            requester: requester.clone(),
            phone: verification.phone,
            channel,
            fallback: Vec::new(),
            purpose: verification.purpose,
            locale,
            client_ip: None,
            origin: verification.origin,
            effect_key,
            when_open: WhenOpen::Resend,
        })
        .await
    }

    async fn send_again(
        &self,
        open: Verification,
        channel: Channel,
        fallback: &[Channel],
        locale: Locale,
    ) -> StoreResult<Started> {
        let now = self.clock.now();
        match self.verifications.begin_resend(open.id, channel, &self.policy, now).await? {
            Begin::Go(verification) | Begin::Repeated(verification) | Begin::Open(verification) => {
                self.send(*verification, fallback, locale).await
            }
            Begin::Locked(until) => Ok(Started::Locked(until)),
            Begin::TooMany(at) if open.challenge.resend_wait(&self.policy, now) > Duration::zero() => {
                Ok(Started::TooSoon { verification: open.id, at })
            }
            Begin::TooMany(at) => Ok(Started::TooMany(at)),
        }
    }

    async fn send(
        &self,
        mut verification: Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> StoreResult<Started> {
        let mut result = self.try_channels(&verification, fallback, locale).await;
        if let Ok(started) = &result
            && self.record_sent(verification.id, started).await?
        {
            // The provider still holds the code whose guesses are spent: a new one is needed.
            self.withdraw(&started.sid).await;
            result = self.try_channels(&verification, fallback, locale).await;
            if let Ok(started) = &result {
                self.record_sent(verification.id, started).await?;
            }
        }
        match result {
            Ok(started) => {
                verification.provider_sid = Some(started.sid);
                verification.channel = started.channel;
                Ok(Started::Sent(Box::new(verification)))
            }
            Err(fault) => {
                tracing::warn!(verification = %verification.id, %fault, "a code was not sent");
                let result = SendResult::Failed(fault.to_string());
                self.verifications.record_send(verification.id, &result, self.clock.now()).await?;
                Ok(Started::Failed(fault))
            }
        }
    }

    async fn record_sent(&self, id: VerificationId, started: &StartedCode) -> StoreResult<bool> {
        let result = SendResult::Sent { sid: started.sid.clone(), channel: started.channel };
        self.verifications.record_send(id, &result, self.clock.now()).await
    }

    /// One channel after the other, as long as the provider says that it can't reach the number.
    async fn try_channels(
        &self,
        verification: &Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> Result<StartedCode, CodeVerifierError> {
        let mut channels = std::iter::once(&verification.channel).chain(fallback);
        let mut last = CodeVerifierError::ChannelRefused("no channel is left".into());
        while let (Some(channel), CodeVerifierError::ChannelRefused(_)) = (channels.next(), &last) {
            let start = StartCode { to: verification.phone.clone(), channel: *channel, locale };
            match self.verifier.start(&start).await {
                Ok(started) => return Ok(started),
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }

    /// Numbers that are not assigned, or to which only fraud would have a code sent. A lookup that can't be had does not keep
    /// people out: limits and the provider's own guard stand behind it.
    async fn is_refused(&self, phone: &PhoneNumber, now: DateTime<Utc>) -> StoreResult<bool> {
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

    /// Checks a code against a challenge of this requester's. The guess is counted first, then shown to
    /// the provider.
    pub async fn check(
        &self,
        id: VerificationId,
        requester: &Requester,
        code: &OtpCode,
        effect_key: Option<String>,
    ) -> StoreResult<CheckResult> {
        let found = self.verifications.find(id).await?.filter(|v| v.requester == requester.key());
        let Some(found) = found else { return Ok(CheckResult::Gone) };
        let anonymous = requester.anonymous().map(str::to_owned);
        self.guess(found, TakeGuess { verification: id, effect_key, anonymous }, code).await
    }

    /// Checks a code of somebody who has not said who he is: he sees what was begun from his address, for
    /// that purpose. Which challenge it was, and what came of the guess.
    pub async fn check_from(
        &self,
        address: &str,
        phone: &PhoneNumber,
        purpose: Purpose,
        code: &OtpCode,
    ) -> StoreResult<Option<(VerificationId, CheckResult)>> {
        let now = self.clock.now();
        let found = self.verifications.find_open_from(address, phone, purpose, now).await?;
        let Some(found) = found else { return Ok(None) };
        let id = found.id;
        let guess = TakeGuess { verification: id, effect_key: None, anonymous: Some(address.to_owned()) };
        Ok(Some((id, self.guess(found, guess, code).await?)))
    }

    async fn guess(&self, found: Verification, guess: TakeGuess, code: &OtpCode) -> StoreResult<CheckResult> {
        let ticket = match self.verifications.take_guess(&guess, self.clock.now()).await? {
            ReserveGuess::Go(ticket) => ticket,
            ReserveGuess::Judged(checked) => {
                // Run again after a crash that may have come before the spent code was withdrawn.
                if !checked.approved
                    && checked.attempts_remaining == 0
                    && let Some(sid) = found.provider_sid
                {
                    self.withdraw(&sid).await;
                }
                return Ok(CheckResult::Judged(checked));
            }
            ReserveGuess::Gone => return Ok(CheckResult::Gone),
            ReserveGuess::Locked(until) => return Ok(CheckResult::Locked(until)),
        };
        let Some(sid) = ticket.verification.provider_sid.clone() else {
            self.verifications.return_guess(&ticket).await?;
            return Ok(CheckResult::Gone);
        };
        match self.judge(&ticket, &sid, code).await {
            Ok(right) => {
                let checked =
                    self.verifications.settle_guess(&ticket, right, &self.policy, self.clock.now()).await?;
                let spent = checked.attempts_remaining == 0 || checked.locked_until.is_some();
                if !right && spent {
                    self.withdraw(&sid).await;
                }
                Ok(CheckResult::Judged(checked))
            }
            // The answer was lost: if the provider took the code for right, it is.
            Err(_) if self.verifier.is_approved(&sid).await == Ok(true) => {
                let now = self.clock.now();
                Ok(CheckResult::Judged(
                    self.verifications.settle_guess(&ticket, true, &self.policy, now).await?,
                ))
            }
            Err(fault) => {
                self.verifications.return_guess(&ticket).await?;
                Ok(CheckResult::Failed(fault))
            }
        }
    }

    async fn judge(
        &self,
        ticket: &GuessTicket,
        sid: &str,
        code: &OtpCode,
    ) -> Result<bool, CodeVerifierError> {
        match self.verifier.check(sid, code).await? {
            CodeVerdict::Approved => Ok(true),
            CodeVerdict::Wrong => Ok(false),
            // The same guess as before, whose answer was lost: it may have been the right one.
            CodeVerdict::Gone if ticket.resumed => self.verifier.is_approved(sid).await,
            CodeVerdict::Gone => Ok(false),
        }
    }

    /// Has the provider forget a spent challenge, so that the next code is a new one. If that fails
    /// the provider's own limit and time end it.
    async fn withdraw(&self, sid: &str) {
        if let Err(fault) = self.verifier.cancel(sid).await {
            tracing::warn!(%fault, "a spent challenge was not withdrawn");
        }
    }

    /// The newest open challenge of a requester for a number.
    pub async fn find_open(
        &self,
        requester: &Requester,
        phone: &PhoneNumber,
    ) -> StoreResult<Option<Verification>> {
        self.verifications.find_open(requester, phone, self.clock.now()).await
    }

    /// A challenge that was begun from that address, whoever asked.
    pub async fn find_from(&self, id: VerificationId, address: &str) -> StoreResult<Option<Verification>> {
        Ok(self.verifications.find(id).await?.filter(|v| v.origin.as_deref() == Some(address)))
    }

    /// One of a requester's challenges.
    pub async fn find(&self, id: VerificationId, requester: &Requester) -> StoreResult<Option<Verification>> {
        Ok(self.verifications.find(id).await?.filter(|v| v.requester == requester.key()))
    }
}

#[cfg(test)]
mod tests;
