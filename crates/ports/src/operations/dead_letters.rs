//! Dead letters, which wait for an operator, and notices, which are only stored.

use crate::messaging::inbound_webhook::Notice;
use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The kind of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLetterKind {
    /// A webhook that can't be read.
    Webhook,
    /// A message whose turn failed each time.
    Inbound,
    /// A message of ours whose outcome is unknown.
    Outbound,
}

impl DeadLetterKind {
    /// The name that the API and the command line use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// One item that could not be processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The dead letter's id.
    pub id: Uuid,
    /// The kind of item.
    pub kind: DeadLetterKind,
    /// The reason, safe to log.
    pub reason: String,
    /// The number of times it was tried.
    pub attempts: u32,
    /// When it was received or decided.
    pub at: DateTime<Utc>,
}

/// A webhook whose signature is valid and whose body can't be read. No `Debug`: it holds the body.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableWebhook {
    /// The dead letter's id.
    pub id: Uuid,
    /// The provider whose decoder it is for: `meta`, `telegram`.
    pub webhook: String,
    /// The bytes received.
    pub body: Vec<u8>,
    /// Why it can't be read.
    pub reason: String,
}

/// The outcome of replaying a dead letter.
#[derive(Clone, PartialEq, Eq)]
pub enum ReplayOutcome {
    /// It waits for its worker again.
    Queued,
    /// The body must be decoded again. The caller does it and stores the result.
    Unreadable(UnreadableWebhook),
}

/// Dead letters and notices. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Stores notices, each once; durable on return.
    async fn keep_notices(&self, notices: &[(Uuid, Notice)], now: DateTime<Utc>) -> StoreResult<()>;

    /// Stores a webhook that can't be read; durable on return. If it is stored already, its tries increase by
    /// one.
    async fn keep_unreadable(&self, webhook: &UnreadableWebhook, now: DateTime<Utc>) -> StoreResult<()>;

    /// Deletes a webhook that could be read in the end.
    async fn forget_unreadable(&self, id: Uuid) -> StoreResult<()>;

    /// Dead letters of all kinds, newest first. The cursor is an id, and ids sort by time.
    async fn dead_letters(&self, page: &PageRequest) -> StoreResult<Vec<DeadLetter>>;

    /// Replays a dead letter; its tries start again. `None`: there is none with that id.
    async fn revive(&self, id: Uuid, now: DateTime<Utc>) -> StoreResult<Option<ReplayOutcome>>;
}
