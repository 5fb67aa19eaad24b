//! Outbound messages: stored with the decision that makes them, sent by the relay.

use crate::messaging::{inbound_webhook::StatusReport, message_channel::OutboundMessage};
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    channel_account::ChannelAccount,
    ids::{ConversationId, MessageId},
    message::{Channel, DeliveryStatus},
    messaging::price::MessagePrice,
};

/// Messages of one lane to one recipient go out in order. Lanes don't wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Messages of the conversation.
    Conversation,
    /// One-time codes, which are useless when late. Their text is wiped once they are settled.
    Code,
}

/// A message to put into the outbox.
#[derive(Clone)]
pub struct NewOutbound {
    /// The message and its recipient.
    pub message: OutboundMessage,
    /// The number or bot of ours that sends it.
    pub channel_account: ChannelAccount,
    /// The lane that it waits in.
    pub lane: Lane,
    /// From when it is not sent any more.
    pub expires_at: DateTime<Utc>,
    /// The team that sends it; only this team may read its status. `None` for messages of our own.
    pub client: Option<String>,
}

/// Whether a message was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is stored and will be sent.
    Queued,
    /// The recipient opted out; nothing was stored.
    OptedOut,
}

/// A message under a lease, to send now.
#[derive(Clone)]
pub struct LeasedMessage {
    /// The message and its recipient.
    pub message: OutboundMessage,
    /// The number or bot of ours that sends it.
    pub channel_account: ChannelAccount,
    /// The number of send attempts before this one.
    pub attempts: u32,
    /// The lease's number.
    pub fence: i64,
    /// Since when the outcome is unknown, if an earlier send attempt had no clear answer.
    pub in_doubt_since: Option<DateTime<Utc>>,
    /// Whether it was already sent a second time after an unknown outcome.
    pub resent: bool,
    /// From when it is not sent any more.
    pub expires_at: DateTime<Utc>,
}

/// The outcome of a leased message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The provider accepted it.
    Sent {
        /// The provider's id of the message.
        provider_id: String,
    },
    /// Refused; try again at that time.
    RetryAt {
        /// The time of the next send attempt.
        at: DateTime<Utc>,
        /// Why it was refused.
        reason: String,
    },
    /// No clear answer; look it up at that time.
    InDoubt {
        /// When to look it up.
        look_at: DateTime<Utc>,
        /// True after a second send attempt without a clear answer: `in_doubt_since` starts again.
        resent: bool,
        /// What happened, safe to log.
        reason: String,
    },
    /// It will never be sent.
    Failed {
        /// The provider's error code, if it gave one.
        code: Option<String>,
        /// Why it will not be sent.
        reason: String,
        /// The recipient wants no messages. The opt-out is recorded in the same transaction.
        opted_out: bool,
    },
    /// The outcome stays unknown. It becomes a dead letter, which an operator may send again.
    Dead {
        /// Why the outcome is unknown.
        reason: String,
    },
}

/// The delivery status of a message, with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageState {
    /// The current status.
    pub status: DeliveryStatus,
    /// The provider's id of the message, once known.
    pub provider_id: Option<String>,
    /// The channel it goes out on.
    pub channel: Channel,
    /// What it cost, once the provider told it.
    pub price: Option<MessagePrice>,
    /// The category that the provider charges for it, once it told that.
    pub price_category: Option<String>,
    /// The team that sent it; `None` for messages of our own.
    pub client: Option<String>,
    /// All delivery events, oldest first: status, time, error code.
    pub history: Vec<(DeliveryStatus, DateTime<Utc>, Option<String>)>,
}

/// A delivered message whose price is to be asked, under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpricedMessage {
    /// Our id of the message.
    pub id: MessageId,
    /// The number or bot of ours that sent it.
    pub channel_account: ChannelAccount,
    /// The provider's id of the message.
    pub provider_id: String,
    /// How often the provider was asked, this time included.
    pub asks: u32,
}

/// What became of asking for a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceAnswer {
    /// The provider told it.
    Told(MessagePrice),
    /// Not now; ask again at that time.
    AskAt(DateTime<Utc>),
    /// It is given up.
    GivenUp,
}

/// The outbox of messages to send.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Leases up to `count` messages that are due. For each recipient and lane the order is first in, first
    /// out; the first message blocks the others for a minute at most. If an earlier lease ran out, the
    /// message's outcome is unknown.
    async fn lease(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedMessage>>;

    /// Stores the outcomes of leased messages, in their order. An outcome is ignored when another worker has the lease by
    /// now.
    async fn settle_all(
        &self,
        settlements: &[(LeasedMessage, Settlement)],
        now: DateTime<Utc>,
    ) -> StoreResult<()>;

    /// Stores the outcome of one.
    async fn settle(
        &self,
        leased: &LeasedMessage,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        self.settle_all(&[(leased.clone(), settlement.clone())], now).await
    }

    /// Stores a message to send, unless its recipient opted out; durable on return. The same id again stores
    /// nothing.
    async fn enqueue(
        &self,
        message: &NewOutbound,
        conversation: Option<ConversationId>,
        now: DateTime<Utc>,
    ) -> StoreResult<Enqueued>;

    /// Applies delivery reports; a status only moves forward. Returns how many reports were about our
    /// messages. A report with only a provider id that we don't know yet is kept until we do. A report that changes
    /// nothing writes nothing.
    async fn record_statuses(&self, reports: &[StatusReport], now: DateTime<Utc>) -> StoreResult<usize>;

    /// Provider ids of messages to the recipient of `message`, on its channel, that may have been sent since then.
    async fn known_provider_ids(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
    ) -> StoreResult<Vec<String>>;

    /// The delivery status of a message; `None` when there is no such message.
    async fn find(&self, id: MessageId) -> StoreResult<Option<MessageState>>;

    /// Leases up to `count` delivered messages whose prices are to be asked now, and counts the ask. A lease that runs
    /// out is leased again.
    async fn lease_unpriced(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<UnpricedMessage>>;

    /// Stores what became of asking, for each. Ignored when the message was leased again since.
    async fn settle_prices(&self, answers: &[(UnpricedMessage, PriceAnswer)]) -> StoreResult<()>;

    /// Stores it for one.
    async fn settle_price(&self, message: &UnpricedMessage, answer: &PriceAnswer) -> StoreResult<()> {
        self.settle_prices(&[(message.clone(), answer.clone())]).await
    }

    /// The number of messages that are not settled, including those with an unknown outcome.
    async fn backlog(&self) -> StoreResult<u64>;
}
