//! Talks as people see them: who writes, what was said, where an answer goes.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::ConversationId,
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, Said},
    },
};
use uuid::Uuid;

/// A talk. `Debug` would show an address: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct TalkView {
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
pub enum Saying {
    /// The person.
    Inbound(Said),
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
pub struct TalkLine {
    /// The message's id.
    pub id: Uuid,
    /// What was said.
    pub saying: Saying,
    /// When it came, or was decided.
    pub at: DateTime<Utc>,
}

/// Talks.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Talks: Send + Sync {
    /// The talk that somebody last wrote in on that channel, whoever carries it, among those of `accounts`.
    async fn newest_talk(
        &self,
        channel: Channel,
        sender_key: &str,
        accounts: &[String],
    ) -> StoreResult<Option<TalkView>>;

    /// A talk by its id.
    async fn find_talk(&self, id: ConversationId) -> StoreResult<Option<TalkView>>;

    /// Talks, the newest first; the cursor is an id, and ids sort by time.
    async fn talks(&self, page: &PageRequest) -> StoreResult<Vec<TalkView>>;

    /// What was said in a talk, newest first; the cursor is an id, and ids sort by time.
    async fn lines(&self, talk: ConversationId, page: &PageRequest) -> StoreResult<Vec<TalkLine>>;
}
