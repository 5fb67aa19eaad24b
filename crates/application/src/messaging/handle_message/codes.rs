//! Codes that prove the sender's number: sent, sent again, checked.

use super::{HandleMessage, TurnError, effects::minutes_until};
use crate::verification::verification_service::{CheckResult, SendCodeOutcome, StartRequest, WhenOpen};
use domain::{
    ids::{UserId, VerificationId, WalletId},
    message::Channel,
    messaging::conversation::{CodeChecked, CodeSent, Conversation, Event},
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::{accounts::NewPerson, messaging::LeasedTurn};

impl HandleMessage {
    pub(super) fn requester(turn: &LeasedTurn) -> Principal {
        Principal::Chat(turn.conversation)
    }

    pub(super) async fn start_verification(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        key: String,
    ) -> Result<Event, TurnError> {
        // Where the address is no number, the code goes to the number that the person shared, on a channel
        // that is certainly not this chat.
        let (phone, channel, fallback) = match (&turn.message.phone, &state.number) {
            (Some(phone), _) => (phone.clone(), Channel::Whatsapp, vec![Channel::Sms]),
            (None, Some(number)) => (number.clone(), Channel::Sms, vec![Channel::Whatsapp]),
            (None, None) => return Ok(Event::CodeSent(CodeSent::NotReachable)),
        };
        let started = self
            .parts
            .verify
            .start(StartRequest {
                requester: Self::requester(turn),
                to: phone.into(),
                channel,
                fallback,
                purpose: Purpose::Login,
                locale: self.locale_of(state),
                client_ip: None,
                origin: None,
                page: None,
                effect_key: Some(key),
                when_open: WhenOpen::Keep,
            })
            .await?;
        Ok(Event::CodeSent(self.code_sent(started)))
    }

    pub(super) async fn resend_code(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        verification: VerificationId,
        key: String,
    ) -> Result<Event, TurnError> {
        let (requester, locale) = (Self::requester(turn), self.locale_of(state));
        let resent = self.parts.verify.resend(verification, &requester, locale, Some(key.clone())).await?;
        if matches!(resent, SendCodeOutcome::NotFound) {
            return self.start_verification(turn, state, key).await;
        }
        Ok(Event::CodeSent(self.code_sent(resent)))
    }

    fn code_sent(&self, started: SendCodeOutcome) -> CodeSent {
        let now = self.kernel.now();
        match started {
            SendCodeOutcome::Sent(verification) => CodeSent::Sent(verification.id, verification.channel),
            SendCodeOutcome::StillGood(verification) => CodeSent::StillGood(verification.id),
            SendCodeOutcome::TooSoon { verification, at } => CodeSent::TooSoon {
                verification,
                seconds: at.signed_duration_since(now).num_seconds().max(1),
            },
            SendCodeOutcome::Locked(until) => CodeSent::Locked { minutes: minutes_until(now, until) },
            SendCodeOutcome::TooMany(_, until) => CodeSent::TooMany { minutes: minutes_until(now, until) },
            SendCodeOutcome::NumberRefused | SendCodeOutcome::OptedOut => CodeSent::NotReachable,
            SendCodeOutcome::Failed(_) | SendCodeOutcome::NotFound | SendCodeOutcome::Suspended(_) => {
                CodeSent::Failed
            }
        }
    }

    pub(super) async fn check_code(
        &self,
        turn: &LeasedTurn,
        verification: VerificationId,
        code: &str,
        key: String,
    ) -> Result<Event, TurnError> {
        let Ok(code) = OtpCode::parse(code) else { return Ok(Event::CodeChecked(CodeChecked::Gone)) };
        let requester = Self::requester(turn);
        let result = self.parts.verify.check(verification, &requester, &code, Some(key)).await?;
        let now = self.kernel.now();
        Ok(Event::CodeChecked(match result {
            CheckResult::Judged(checked) if checked.approved => {
                match self.person_of(verification, &requester).await? {
                    Some(user) => CodeChecked::Approved(user),
                    None => CodeChecked::Gone,
                }
            }
            CheckResult::Judged(checked) => match checked.locked_until {
                Some(until) => CodeChecked::Locked { minutes: minutes_until(now, until) },
                None => CodeChecked::Wrong { attempts_remaining: checked.attempts_remaining },
            },
            CheckResult::Gone => CodeChecked::Gone,
            CheckResult::Locked(until) => CodeChecked::Locked { minutes: minutes_until(now, until) },
            CheckResult::Failed(_) => CodeChecked::Failed,
        }))
    }

    /// The person with the verified number. A new number becomes a person with an empty wallet.
    async fn person_of(
        &self,
        verification: VerificationId,
        requester: &Principal,
    ) -> Result<Option<UserId>, TurnError> {
        let proved = self.parts.verify.find(verification, requester).await?;
        let Some(phone) = proved.and_then(|proved| proved.to.phone().cloned()) else { return Ok(None) };
        let person = NewPerson {
            id: UserId(self.kernel.new_id()),
            phone,
            wallet: WalletId(self.kernel.new_id()),
            wallet_name: "Principal".into(),
            currency: self.rules.default_currency,
        };
        Ok(Some(self.parts.identities.get_or_create(&person, self.kernel.now()).await?.id))
    }
}
