//! Send a message for a team or an agent. It goes to the address that the person last wrote from, unless they
//! opted out. Free text goes out only in the channel's 24-hour window.

use crate::kernel::Kernel;
use chrono::{DateTime, Duration, Utc};
use domain::{
    channel_account::ChannelAccount,
    ids::{ConversationId, MessageId},
    message::{Channel, is_window_open},
    messaging::consent::ConsentStatus,
    phone::PhoneNumber,
};
use ports::{
    messaging::{
        Consents, ConversationView, Conversations, Enqueued, Lane, NewOutbound, Outbox,
        message_channel::{MessageForm, OutboundMessage, Template},
    },
    store_error::StoreResult,
};
use std::sync::Arc;

/// How long a message may wait in the outbox.
const WAITS: Duration = Duration::hours(24);

/// Sends messages that are no answer in a turn.
pub struct SendMessage {
    conversations: Arc<dyn Conversations>,
    consents: Arc<dyn Consents>,
    outbox: Arc<dyn Outbox>,
    accounts: Vec<ChannelAccount>,
    kernel: Kernel,
}

impl SendMessage {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        conversations: Arc<dyn Conversations>,
        consents: Arc<dyn Consents>,
        outbox: Arc<dyn Outbox>,
        accounts: Vec<ChannelAccount>,
        kernel: Kernel,
    ) -> Self {
        Self { conversations, consents, outbox, accounts, kernel }
    }
}

/// The content of a message to send.
#[derive(Clone, PartialEq, Eq)]
pub enum Words {
    /// A free text.
    Text(String),
    /// A template that the provider has approved.
    Template(Template),
}

/// The outcome of a request to send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The message is in the outbox.
    Queued(MessageId),
    /// The recipient has opted out.
    OptedOut,
    /// The person wrote nothing in the last 24 hours: only a template may go out.
    OutsideWindow,
    /// The text is longer than one message of the provider, which has so many characters at most.
    TooLong(usize),
    /// There is no such conversation, or nobody has written in it yet.
    NotFound,
}

impl SendMessage {
    /// Writes to a number, through the provider of the last conversation with it.
    #[tracing::instrument(name = "send_message", level = "debug", skip_all)]
    pub async fn to_number(&self, number: &PhoneNumber, words: Words, client: &str) -> StoreResult<Written> {
        let conversation =
            self.conversations.newest_conversation(Channel::Whatsapp, number.e164(), &self.accounts).await?;
        // The conversation of an erased person has no address: it is as if there were none.
        if let Some(conversation) = conversation.filter(|conversation| conversation.address.is_some()) {
            return self.in_conversation(&conversation, words, client).await;
        }
        let Some(account) = self.accounts.first() else { return Ok(Written::NotFound) };
        if matches!(words, Words::Text(_)) && !self.has_window(Channel::Whatsapp, None) {
            // An opt-out is the stronger reason, so it is checked first.
            return Ok(match self.consents.consent_of(Channel::Whatsapp, number.e164()).await? {
                ConsentStatus::OptedOut => Written::OptedOut,
                ConsentStatus::OptedIn => Written::OutsideWindow,
            });
        }
        let message = self.message(Channel::Whatsapp, number.e164().to_owned(), words);
        self.enqueue(message, account, None, client).await
    }

    /// Writes in a conversation.
    #[tracing::instrument(name = "send_message", level = "debug", skip_all)]
    pub async fn to_conversation(
        &self,
        id: ConversationId,
        words: Words,
        client: &str,
    ) -> StoreResult<Written> {
        match self.conversations.find_conversation(id).await? {
            Some(conversation) => self.in_conversation(&conversation, words, client).await,
            None => Ok(Written::NotFound),
        }
    }

    async fn in_conversation(
        &self,
        conversation: &ConversationView,
        words: Words,
        client: &str,
    ) -> StoreResult<Written> {
        let Some(address) = conversation.address.clone() else { return Ok(Written::NotFound) };
        if conversation.consent == ConsentStatus::OptedOut {
            return Ok(Written::OptedOut);
        }
        if matches!(words, Words::Text(_))
            && !self.has_window(conversation.channel, conversation.last_inbound_at)
        {
            return Ok(Written::OutsideWindow);
        }
        let message = self.message(conversation.channel, address, words);
        self.enqueue(message, &conversation.channel_account, Some(conversation.id), client).await
    }

    fn has_window(&self, channel: Channel, last_inbound_at: Option<DateTime<Utc>>) -> bool {
        is_window_open(channel, last_inbound_at, self.kernel.now())
    }

    fn message(&self, channel: Channel, recipient: String, words: Words) -> OutboundMessage {
        let id = MessageId(self.kernel.new_id());
        match words {
            Words::Text(text) => OutboundMessage::plain(id, channel, recipient, text),
            Words::Template(template) => OutboundMessage {
                id,
                channel,
                recipient,
                text: template.name.clone(),
                form: MessageForm::Template(template),
            },
        }
    }

    /// The store checks the consent again, in the transaction that queues the message.
    async fn enqueue(
        &self,
        message: OutboundMessage,
        account: &ChannelAccount,
        conversation: Option<ConversationId>,
        client: &str,
    ) -> StoreResult<Written> {
        let now = self.kernel.now();
        let id = message.id;
        let length_max = account.provider().text_length_max();
        if message.text.chars().count() > length_max {
            return Ok(Written::TooLong(length_max));
        }
        let new = NewOutbound {
            message,
            channel_account: account.clone(),
            lane: Lane::Conversation,
            expires_at: now.checked_add_signed(WAITS).unwrap_or(now),
            client: Some(client.to_owned()),
        };
        Ok(match self.outbox.enqueue(&new, conversation, now).await? {
            Enqueued::Queued => Written::Queued(id),
            Enqueued::OptedOut => Written::OptedOut,
        })
    }
}
