//! A team, or people at the desk, write to somebody: to where he last wrote from, if he lets us, and in free
//! words only while the channel's window is open.

use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::{ConversationId, MessageId},
    message::{Channel, is_window_open},
    messaging::consent::ConsentStatus,
    phone::PhoneNumber,
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::{
        Consents, ConversationView, Conversations, Enqueued, Lane, NewOutbound, Outbox,
        message_channel::{Form, OutboundMessage, Template},
    },
    store_error::StoreResult,
};
use std::sync::Arc;

/// How long a message may wait to be sent.
const WAITS: Duration = Duration::hours(24);

/// Sends messages that answer nothing.
pub struct SendMessage {
    /// Where people last wrote.
    pub conversations: Arc<dyn Conversations>,
    /// Whom we may write to.
    pub consents: Arc<dyn Consents>,
    /// What is to be sent.
    pub outbox: Arc<dyn Outbox>,
    /// Our WhatsApp numbers, by channel account; the first writes to those who never wrote.
    pub accounts: Vec<String>,
    /// Ids of messages.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// What is to be said.
#[derive(Clone, PartialEq, Eq)]
pub enum Words {
    /// Free words.
    Text(String),
    /// A text that the provider has approved.
    Template(Template),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It will be sent.
    Queued(MessageId),
    /// He wants no messages.
    OptedOut,
    /// He last wrote too long ago: only a template may go out.
    OutsideWindow,
    /// There is no such talk, or nobody has written in it yet.
    NotFound,
}

impl SendMessage {
    /// Writes to a number, over the provider of the last talk with it.
    pub async fn to_number(&self, number: &PhoneNumber, words: Words, client: &str) -> StoreResult<Written> {
        let conversation =
            self.conversations.newest_conversation(Channel::Whatsapp, number.e164(), &self.accounts).await?;
        if let Some(conversation) = conversation {
            return self.in_conversation(&conversation, words, client).await;
        }
        let Some(account) = self.accounts.first() else { return Ok(Written::NotFound) };
        if matches!(words, Words::Text(_)) && !self.has_window(Channel::Whatsapp, None) {
            // Whether he opted out is the better reason, and says so first.
            return Ok(match self.consents.consent_of(Channel::Whatsapp, number.e164()).await? {
                ConsentStatus::OptedOut => Written::OptedOut,
                ConsentStatus::OptedIn => Written::OutsideWindow,
            });
        }
        let message = self.message(Channel::Whatsapp, number.e164().to_owned(), words);
        self.enqueue(message, account, None, client).await
    }

    /// Writes in a talk.
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
        is_window_open(channel, last_inbound_at, self.clock.now())
    }

    fn message(&self, channel: Channel, recipient: String, words: Words) -> OutboundMessage {
        let id = MessageId(self.ids.new_id());
        match words {
            Words::Text(text) => OutboundMessage::plain(id, channel, recipient, text),
            Words::Template(template) => OutboundMessage {
                id,
                channel,
                recipient,
                text: template.name.clone(),
                form: Form::Template(template),
            },
        }
    }

    /// The store asks for his consent once more, where nobody can change it meanwhile.
    async fn enqueue(
        &self,
        message: OutboundMessage,
        account: &str,
        conversation: Option<ConversationId>,
        client: &str,
    ) -> StoreResult<Written> {
        let now = self.clock.now();
        let id = message.id;
        let new = NewOutbound {
            message,
            channel_account: account.to_owned(),
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
