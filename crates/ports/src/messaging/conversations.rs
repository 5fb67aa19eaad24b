//! Conversations as agents see them: the person, the transcript, the address for replies.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    channel_account::ChannelAccount,
    ids::ConversationId,
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, InboundContent},
    },
};
use uuid::Uuid;

/// A conversation. No `Debug`: it holds an address.
#[derive(Clone, PartialEq)]
pub struct ConversationView {
    /// The conversation's id.
    pub id: ConversationId,
    /// Our number or bot that the person writes to.
    pub channel_account: ChannelAccount,
    /// The channel it uses.
    pub channel: Channel,
    /// The person's canonical number, or their address when it is no number. Never show it whole. `None`: the person was
    /// erased.
    pub sender_key: Option<String>,
    /// The address for replies, verbatim; `None` until the person has written, and after they were erased.
    pub address: Option<String>,
    /// When the person last wrote.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// Whether we may write to the person.
    pub consent: ConsentStatus,
    /// The conversation state after the last turn.
    pub state: Conversation,
    /// True if the state was erased or can't be opened, because its key is gone; then `state` is empty.
    pub is_unreadable: bool,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Who wrote a message, and its content.
#[derive(Clone, PartialEq, Eq)]
pub enum MessageBody {
    /// Written by the person.
    Inbound(InboundContent),
    /// Written by us.
    Outbound {
        /// The text; `None` when it was wiped because it carried a code.
        text: Option<String>,
        /// The current delivery status.
        status: DeliveryStatus,
    },
    /// It was erased, its time is over, or its key is gone.
    Unreadable {
        /// True if we wrote it.
        is_ours: bool,
    },
}

/// A message of a conversation. No `Debug`: it holds the person's words.
#[derive(Clone, PartialEq, Eq)]
pub struct TranscriptMessage {
    /// The message's id.
    pub id: Uuid,
    /// Who wrote it, and its content.
    pub saying: MessageBody,
    /// When it was received, or when we decided to send it.
    pub at: DateTime<Utc>,
}

/// Conversations and their transcripts, to read.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The conversation on that channel in which the person last wrote, among those of `accounts`, through
    /// any provider.
    async fn newest_conversation(
        &self,
        channel: Channel,
        sender_key: &str,
        accounts: &[ChannelAccount],
    ) -> StoreResult<Option<ConversationView>>;

    /// The conversation with that id.
    async fn find_conversation(&self, id: ConversationId) -> StoreResult<Option<ConversationView>>;

    /// Conversations, newest first. The cursor is an id, and ids sort by time.
    async fn conversations(&self, page: &PageRequest) -> StoreResult<Vec<ConversationView>>;

    /// The messages of a conversation, newest first. The cursor is an id, and ids sort by time.
    async fn lines(
        &self,
        conversation: ConversationId,
        page: &PageRequest,
    ) -> StoreResult<Vec<TranscriptMessage>>;
}
