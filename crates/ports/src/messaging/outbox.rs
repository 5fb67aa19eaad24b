//! Outbound messages: kept with the decision that made them, sent by the relay.

use crate::messaging::{inbound_webhook::StatusReport, message_channel::OutboundMessage};
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{ConversationId, MessageId},
    message::{Channel, DeliveryStatus},
};

/// Messages of one lane to one recipient go out in order; lanes don't wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The talk.
    Conversation,
    /// Codes, which are worth nothing late. Their text is wiped once it is settled.
    Code,
}

/// A message to be sent.
#[derive(Clone)]
pub struct NewOutbound {
    /// What, to whom.
    pub message: OutboundMessage,
    /// The number or bot it goes out from.
    pub channel_account: String,
    /// Its lane.
    pub lane: Lane,
    /// When it is worth nothing any more.
    pub expires_at: DateTime<Utc>,
    /// The team that sends it, where one does: it alone may ask what became of it.
    pub client: Option<String>,
}

/// Whether a message was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It will be sent.
    Queued,
    /// Its recipient wants no messages: nothing was kept.
    OptedOut,
}

/// A message that is ours to send now.
#[derive(Clone)]
pub struct LeasedMessage {
    /// What, to whom.
    pub message: OutboundMessage,
    /// The number or bot it goes out from.
    pub channel_account: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The lease's number.
    pub fence: i64,
    /// Set when an earlier send had no clear answer: since when it is in doubt.
    pub in_doubt_since: Option<DateTime<Utc>>,
    /// Whether it was sent once more already, after a first doubt.
    pub resent: bool,
    /// When it is worth nothing any more.
    pub expires_at: DateTime<Utc>,
}

/// What became of a leased message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The provider took it.
    Sent {
        /// Its name for it.
        provider_id: String,
    },
    /// Not taken; to be tried again then.
    RetryAt {
        /// When.
        at: DateTime<Utc>,
        /// Why it was not taken.
        reason: String,
    },
    /// No clear answer; to be looked for then.
    InDoubt {
        /// When.
        look_at: DateTime<Utc>,
        /// A second send had no clear answer either: the doubt begins anew.
        resent: bool,
        /// What happened.
        reason: String,
    },
    /// It never will be sent.
    Failed {
        /// The provider's code, where it gave one.
        code: Option<String>,
        /// Why.
        reason: String,
        /// The recipient wants no messages: recorded in the same transaction.
        opted_out: bool,
    },
    /// Nobody can tell whether it went out: left for people, who may have it sent once more.
    Dead {
        /// Why.
        reason: String,
    },
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageState {
    /// Now.
    pub status: DeliveryStatus,
    /// The provider's name for it.
    pub provider_id: Option<String>,
    /// How it travels.
    pub channel: Channel,
    /// The team that sent it.
    pub client: Option<String>,
    /// All news, oldest first: status, when, error code.
    pub history: Vec<(DeliveryStatus, DateTime<Utc>, Option<String>)>,
}

/// The outbox.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Up to `count` messages that may go now: first in, first out for each recipient and lane, whose
    /// head blocks the rest for a minute at most. A lease that ran out leaves its message in doubt.
    async fn lease(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedMessage>>;

    /// Writes down what became of one. Ignored when the lease has passed to somebody else.
    async fn settle(
        &self,
        leased: &LeasedMessage,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> StoreResult<()>;

    /// Keeps a message to be sent, unless its recipient opted out; durable on return. The same id again is the
    /// same message.
    async fn enqueue(
        &self,
        message: &NewOutbound,
        conversation: Option<ConversationId>,
        now: DateTime<Utc>,
    ) -> StoreResult<Enqueued>;

    /// Applies news of messages, forward only; how many of them were ours. News that names a message only by a
    /// provider's id that we don't know yet is kept until we do.
    async fn record_statuses(&self, reports: &[StatusReport], now: DateTime<Utc>) -> StoreResult<usize>;

    /// Provider ids of messages to `recipient` that may have gone out since then: those are accounted for.
    async fn known_provider_ids(&self, recipient: &str, since: DateTime<Utc>) -> StoreResult<Vec<String>>;

    /// How far a message has come.
    async fn find(&self, id: MessageId) -> StoreResult<Option<MessageState>>;

    /// Messages that wait, those in doubt included.
    async fn backlog(&self) -> StoreResult<u64>;
}
