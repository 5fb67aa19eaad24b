//! The ways that lead to somebody, by which he lets us write to him.

use super::{SendCodeOutcome, VerificationService, own_codes::address_by};
use domain::{
    message::Channel,
    messaging::consent::{ConsentStatus, recipient_key},
    verification::otp::Recipient,
};
use ports::{
    store_error::StoreResult,
    verification::{Requester, code_provider::CodeProviderError},
};

/// The ways by which somebody lets us write to him.
pub(super) struct EligibleChannels {
    pub(super) first: Channel,
    pub(super) others: Vec<Channel>,
    /// His chat, where one of them needs it.
    pub(super) chat: Option<i64>,
}

impl VerificationService {
    /// The ways that lead to him and by which he lets us write to him; else what is to be answered.
    pub(super) async fn open_fallbacks(
        &self,
        requester: &Requester,
        to: &Recipient,
        channel: Channel,
        fallback: &[Channel],
    ) -> StoreResult<Result<EligibleChannels, SendCodeOutcome>> {
        let mut fallbacks = vec![channel];
        for other in fallback {
            if !fallbacks.contains(other) {
                fallbacks.push(*other);
            }
        }
        let chat =
            if fallbacks.contains(&Channel::Telegram) { self.chat_of(requester, to).await? } else { None };
        let (mut open, mut none) = (Vec::new(), SendCodeOutcome::Failed(no_such_way()));
        for fallback in fallbacks {
            let Some(address) = address_by(fallback, to, chat) else { continue };
            let key = recipient_key(fallback, &address);
            if self.consents.consent_of(fallback, &key).await? == ConsentStatus::OptedIn {
                open.push(fallback);
            } else {
                none = SendCodeOutcome::OptedOut;
            }
        }
        let mut open = open.into_iter();
        Ok(open.next().map(|first| EligibleChannels { first, others: open.collect(), chat }).ok_or(none))
    }

    /// The chat that a number's codes may go to. For teams alone: to whoever has not said who he is, and to a person
    /// who names any number as his, nothing may tell whether it has one.
    async fn chat_of(&self, requester: &Requester, to: &Recipient) -> StoreResult<Option<i64>> {
        match (requester, to.phone(), &self.own) {
            (Requester::Client(_), Some(phone), Some(own)) => own.chats.find_chat_of(phone).await,
            _ => Ok(None),
        }
    }
}

pub(super) fn no_such_way() -> CodeProviderError {
    CodeProviderError::ChannelRefused("no codes go out that way".into())
}
