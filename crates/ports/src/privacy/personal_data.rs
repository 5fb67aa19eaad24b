//! What belongs to a person and no other port reads: their conversations, answers, codes, consents and chats.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{ConversationId, UserId},
    message::Channel,
};
use uuid::Uuid;

/// What an export does with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableUse {
    /// The person's rows are in this part of `data.json`.
    Exported(&'static str),
    /// Nothing of it is exported, for this reason.
    Excluded(&'static str),
}

/// A conversation of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnConversation {
    /// Its id.
    pub id: ConversationId,
    /// The channel.
    pub channel: Channel,
    /// Our number or bot.
    pub channel_account: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When the person last wrote.
    pub last_inbound_at: Option<DateTime<Utc>>,
}

/// The answers of a person to a flow. No `Debug`: they may be about their health.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnAnswers {
    /// Their id.
    pub id: Uuid,
    /// The flow.
    pub flow: String,
    /// Its version.
    pub version: u32,
    /// The answers by question, in the order of the questions.
    pub answers: Vec<(String, String)>,
    /// When the flow was completed.
    pub completed_at: DateTime<Utc>,
}

/// A code that was sent to the person. It never has the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCode {
    /// The challenge's id.
    pub id: Uuid,
    /// When it was requested.
    pub at: DateTime<Utc>,
    /// The channel.
    pub channel: String,
    /// What it was for.
    pub purpose: String,
    /// How it ended.
    pub status: String,
}

/// Whether the person wants messages on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnConsent {
    /// The channel.
    pub channel: String,
    /// `opted_in` or `opted_out`.
    pub status: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// A chat that is bound to the person. No `Debug`: it has a name.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnChat {
    /// The name that the chat shows, or its user name; `None` when it showed none.
    pub name: Option<String>,
    /// When it was bound.
    pub bound_at: DateTime<Utc>,
}

/// Rows of a person, in pages: at most 200, by their ids, after `after`.
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// Conversations with the person's proved addresses.
    async fn conversations_of(&self, user: UserId, after: Option<Uuid>) -> StoreResult<Vec<OwnConversation>>;

    /// Answers to flows from the person's proved addresses.
    async fn answers_of(&self, user: UserId, after: Option<Uuid>) -> StoreResult<Vec<OwnAnswers>>;

    /// Codes that went to the person's proved addresses.
    async fn codes_of(&self, user: UserId, after: Option<Uuid>) -> StoreResult<Vec<OwnCode>>;

    /// Consents of the person's proved addresses, all of them.
    async fn consents_of(&self, user: UserId) -> StoreResult<Vec<OwnConsent>>;

    /// Chats that are bound to the person, all of them.
    async fn chats_of(&self, user: UserId) -> StoreResult<Vec<OwnChat>>;
}
