//! What people must look at, and what providers tell that is only taken down.

use crate::messaging::inbound_webhook::Notice;
use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What kind of thing did not come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLetterKind {
    /// A webhook that can't be read.
    Webhook,
    /// A message whose turn failed each time.
    Inbound,
    /// A message of ours of which nobody knows whether it went out.
    Outbound,
}

impl DeadLetterKind {
    /// The word of the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// Something that did not come through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: DeadLetterKind,
    /// Why, fit for a log.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// A webhook that was rightly signed and can't be read. `Debug` would show its body: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableWebhook {
    /// Its id.
    pub id: Uuid,
    /// Whose decoder it is for: `meta`, `telegram`.
    pub webhook: String,
    /// The bytes received.
    pub body: Vec<u8>,
    /// What is wrong with it.
    pub reason: String,
}

/// What came of having one looked at again.
#[derive(Clone, PartialEq, Eq)]
pub enum ReplayOutcome {
    /// It waits for its worker again.
    Queued,
    /// It must be decoded once more; whoever does says what came of it.
    Unreadable(UnreadableWebhook),
}

/// Dead letters and notices.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Takes notices down, each once; durable on return.
    async fn keep_notices(&self, notices: &[(Uuid, Notice)], now: DateTime<Utc>) -> StoreResult<()>;

    /// Keeps a webhook that can't be read; durable on return. One that is kept already counts one more try.
    async fn keep_unreadable(&self, webhook: &UnreadableWebhook, now: DateTime<Utc>) -> StoreResult<()>;

    /// A webhook that could be read after all is no dead letter any more.
    async fn forget_unreadable(&self, id: Uuid) -> StoreResult<()>;

    /// All of them, newest first; the cursor is an id, and ids sort by time.
    async fn dead_letters(&self, page: &PageRequest) -> StoreResult<Vec<DeadLetter>>;

    /// Has one looked at again: its tries begin anew. `None`: there is none of that id.
    async fn revive(&self, id: Uuid, now: DateTime<Utc>) -> StoreResult<Option<ReplayOutcome>>;

    /// Removes notices, and early news of messages that are not ours, older than `before`; how many.
    async fn purge_notices(&self, before: DateTime<Utc>) -> StoreResult<usize>;
}
