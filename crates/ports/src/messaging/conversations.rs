//! Conversations as people see them: who writes, what was said, where an answer goes.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::ConversationId,
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, InboundContent},
    },
};
use uuid::Uuid;

/// A talk. `Debug` would show an address: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct ConversationView {
    /// Its id.
    pub id: ConversationId,
    /// Our number or bot.
    pub channel_account: String,
    /// How it is held.
    pub channel: Channel,
    /// The person's canonical number, or his address where it is none. Never show it whole.
    pub sender_key: String,
    /// Where answers go, verbatim, once he has written.
    pub address: Option<String>,
    /// When he last wrote.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// Whether we may write to him.
    pub consent: ConsentStatus,
    /// Its state.
    pub state: Conversation,
    /// When anything last happened in it.
    pub updated_at: DateTime<Utc>,
}

/// What was said, by whom.
#[derive(Clone, PartialEq, Eq)]
pub enum MessageBody {
    /// The person.
    Inbound(InboundContent),
    /// We.
    Outbound {
        /// The words; gone where they bore a code.
        text: Option<String>,
        /// How far they have come.
        status: DeliveryStatus,
    },
}

/// A line of a talk. It has no `Debug`: it bears words.
#[derive(Clone, PartialEq, Eq)]
pub struct TranscriptMessage {
    /// The message's id.
    pub id: Uuid,
    /// What was said.
    pub saying: MessageBody,
    /// When it came, or was decided.
    pub at: DateTime<Utc>,
}

/// Conversations.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The talk that somebody last wrote in on that channel, whoever carries it, among those of `accounts`.
    async fn newest_conversation(
        &self,
        channel: Channel,
        sender_key: &str,
        accounts: &[String],
    ) -> StoreResult<Option<ConversationView>>;

    /// A talk by its id.
    async fn find_conversation(&self, id: ConversationId) -> StoreResult<Option<ConversationView>>;

    /// Conversations, the newest first; the cursor is an id, and ids sort by time.
    async fn conversations(&self, page: &PageRequest) -> StoreResult<Vec<ConversationView>>;

    /// What was said in a talk, newest first; the cursor is an id, and ids sort by time.
    async fn lines(
        &self,
        conversation: ConversationId,
        page: &PageRequest,
    ) -> StoreResult<Vec<TranscriptMessage>>;
}
