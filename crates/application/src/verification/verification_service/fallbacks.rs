//! The channels on which a code can reach a recipient who lets us write to them.

use super::{SendCodeOutcome, VerificationService, own_codes::address_by};
use domain::{
    message::Channel,
    messaging::consent::{ConsentStatus, recipient_key},
    principal::Principal,
    verification::otp::Recipient,
};
use ports::{store_error::StoreResult, verification::code_provider::CodeProviderError};

/// The channels that reach a recipient who has not opted out of them.
pub(super) struct EligibleChannels {
    pub(super) first: Channel,
    pub(super) others: Vec<Channel>,
    /// The recipient's Telegram chat, if one of the channels needs it.
    pub(super) chat: Option<i64>,
}

impl VerificationService {
    /// The channels that reach the recipient and that they have not opted out of. Otherwise the answer for
    /// the caller.
    pub(super) async fn open_fallbacks(
        &self,
        requester: &Principal,
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
        let (mut open, mut none) = (Vec::new(), SendCodeOutcome::Failed(no_such_channel()));
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

    /// The Telegram chat of a number. Only for teams: an anonymous caller, or a person who names any number,
    /// must not learn whether it has a chat.
    async fn chat_of(&self, requester: &Principal, to: &Recipient) -> StoreResult<Option<i64>> {
        match (requester, to.phone(), &self.own) {
            (Principal::Client(_), Some(phone), Some(own)) => own.chats.find_chat_of(phone).await,
            _ => Ok(None),
        }
    }
}

pub(super) fn no_such_channel() -> CodeProviderError {
    CodeProviderError::ChannelRefused("no codes are sent on that channel".into())
}
