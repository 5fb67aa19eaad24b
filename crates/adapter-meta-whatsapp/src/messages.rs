//! Sends messages (`POST /{phone_number_id}/messages`).
//!
//! Meta keeps no list of sent messages and has no idempotency: a send whose response is lost may have gone
//! out. Each message carries our id (`biz_opaque_callback_data`), which its delivery reports return, so they
//! show whether it went out.

use crate::{
    client::MetaClient,
    error_table::{Class, class_of, describe, error_of},
    events::channel_account,
    limits::Limits,
    payload::payload,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::channel_account::{ChannelAccount, InvalidChannelAccount};
use ports::messaging::{
    inbound_webhook::InboundMessage,
    message_channel::{LookupFailed, MessageChannel, OutboundMessage, Retry, SendLookup, SendOutcome},
};
use provider_http::{Answer, TransportError};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

const DAY_SECONDS: u64 = 86_400;

/// Sends messages from one number.
pub struct MetaMessages {
    client: Arc<MetaClient>,
    channel_account: ChannelAccount,
    list_title: String,
    limits: Limits,
}

#[derive(Deserialize)]
struct Taken {
    messages: Vec<TakenMessage>,
}

#[derive(Deserialize)]
struct TakenMessage {
    id: String,
}

impl MetaMessages {
    /// Sends from the number of `client`. `list_title` is the title of the button that opens a list of
    /// answers, cut to 20 characters: «Opciones».
    ///
    /// # Errors
    /// When the client's phone number id is empty.
    pub fn new(client: Arc<MetaClient>, list_title: String) -> Result<Self, InvalidChannelAccount> {
        let channel_account = channel_account(&client.config.phone_number_id)?;
        Ok(Self { client, channel_account, list_title, limits: Limits::default() })
    }

    /// Channel account of the number, by which the outbox finds this channel.
    #[must_use]
    pub const fn channel_account(&self) -> &ChannelAccount {
        &self.channel_account
    }

    fn outcome(&self, recipient: &str, answer: &Answer) -> SendOutcome {
        if answer.status.is_success()
            && error_of(answer).is_none()
            && let Some(Taken { messages }) = answer.json()
            && let Some(message) = messages.into_iter().next()
        {
            self.limits.taken(recipient);
            return SendOutcome::Sent { provider_id: message.id };
        }
        let reason = describe(answer);
        let retry = match class_of(answer) {
            Class::Ambiguous => return SendOutcome::Unknown { reason },
            Class::Replay | Class::Unexplained => Retry::After(answer.retry_after),
            Class::PairRate => Retry::After(Some(self.limits.strike(recipient, self.client.now()))),
            Class::WaitADay => Retry::After(Some(DAY_SECONDS)),
            Class::OptedOut => Retry::OptedOut,
            Class::TemplateNeeded | Class::Recipient | Class::Request => Retry::Never,
            Class::NumberStopped => {
                let number = &self.client.config.phone_number_id;
                tracing::error!(%number, error = %reason, "Meta refuses all sends; check the account");
                Retry::After(Some(self.limits.stop(self.client.now())))
            }
        };
        SendOutcome::Rejected { code: error_of(answer).map(|error| error.code.to_string()), reason, retry }
    }
}

/// Key of a recipient, the same for each spelling of their address.
fn recipient_key(address: &str) -> &str {
    let address = address.strip_prefix("whatsapp:").unwrap_or(address);
    address.strip_prefix('+').unwrap_or(address)
}

#[async_trait]
impl MessageChannel for MetaMessages {
    async fn send(&self, message: &OutboundMessage) -> SendOutcome {
        let refused =
            |reason: &str, retry| SendOutcome::Rejected { code: None, reason: reason.into(), retry };
        let body = match payload(message, &self.list_title) {
            Ok(body) => body,
            Err(unsayable) => return refused(unsayable.reason(), Retry::Never),
        };
        let recipient = recipient_key(&message.recipient);
        if let Err(seconds) = self.limits.admit(recipient, self.client.now()) {
            return refused("over the rate that Meta allows", Retry::After(Some(seconds)));
        }
        match self.client.post_message(&body).await {
            Ok(answer) => self.outcome(recipient, &answer),
            Err(TransportError::NotSent(reason)) => refused(reason, Retry::After(None)),
            Err(TransportError::ResponseLost(reason)) => SendOutcome::Unknown { reason: reason.to_owned() },
        }
    }

    /// Meta has no list to search; delivery reports arrive by webhook.
    async fn find_sent(
        &self,
        _message: &OutboundMessage,
        _since: DateTime<Utc>,
        _known: &[String],
    ) -> Result<SendLookup, LookupFailed> {
        Ok(SendLookup::NoneYet)
    }

    async fn acknowledge(&self, message: &InboundMessage) {
        if message.channel_account != self.channel_account {
            return;
        }
        let body = json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message.provider_event_id,
            "typing_indicator": { "type": "text" },
        });
        match self.client.post_courtesy(&body).await {
            Ok(answer) if answer.status.is_success() => {}
            Ok(answer) => tracing::debug!(error = %describe(&answer), "message not marked as read"),
            Err(fault) => tracing::debug!(error = fault.reason(), "message not marked as read"),
        }
    }
}
