//! Inbound messages: durable before they are acknowledged, once each, in order per conversation.

use super::{NewFlowResponse, NewOutbound, inbound_webhook::InboundMessage};
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{ConversationId, EventId},
    messaging::{consent::ConsentStatus, conversation::Conversation},
    operations::audit::AuditRecord,
};

/// Whether a message was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Kept now.
    New,
    /// Kept before: the same provider id on the same channel account.
    Duplicate,
}

/// A message whose turn it is, with the talk it belongs to. Nobody else has this talk until the
/// lease ends.
#[derive(Clone)]
pub struct LeasedTurn {
    /// The message's id here.
    pub event: EventId,
    /// The message.
    pub message: InboundMessage,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The talk.
    pub conversation: ConversationId,
    /// Its state before this turn.
    pub state: Conversation,
    /// Whether we may write to the sender.
    pub consent: ConsentStatus,
    /// The lease's number: a commit under an older one is refused.
    pub fence: i64,
    /// How often this turn was tried before.
    pub tries: u32,
}

/// What to do with a turn that could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnFailure {
    /// Try again then.
    RetryAt(DateTime<Utc>),
    /// Set aside for people to look at; the talk goes on with the next message.
    Park,
}

/// All that a turn leaves behind.
#[derive(Clone)]
pub struct Turn {
    /// The message that was handled.
    pub event: EventId,
    /// The talk.
    pub conversation: ConversationId,
    /// The lease under which it was handled.
    pub fence: i64,
    /// The talk's state after it.
    pub state: Conversation,
    /// What is to be said, in order.
    pub replies: Vec<NewOutbound>,
    /// The sender's new consent, where he changed it.
    pub consent: Option<ConsentStatus>,
    /// What was decided.
    pub audit: Vec<AuditRecord>,
    /// What was answered to a flow, where this turn ended one.
    pub flow_response: Option<NewFlowResponse>,
}

/// Whether a turn was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All of it.
    Done,
    /// Nothing: the lease had passed to somebody else.
    Fenced,
}

/// The inbox as a queue of turns: accept, lease, renew, commit, fail. Each method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TurnQueue: Send + Sync {
    /// Keeps messages; durable on return. One answer for each, in order.
    async fn accept(
        &self,
        messages: &[(EventId, InboundMessage)],
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Accepted>>;

    /// The oldest message of a talk that nobody has, with a lease on that talk.
    async fn lease_next(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> StoreResult<Option<LeasedTurn>>;

    /// Gives a turn back unfinished, with a reason fit for a log.
    async fn fail(&self, turn: &LeasedTurn, failure: &TurnFailure, reason: &str) -> StoreResult<()>;

    /// Removes handled messages older than `before`; how many.
    async fn purge(&self, before: DateTime<Utc>) -> StoreResult<usize>;

    /// State, replies into the outbox, message done, consent, audit, answers to a flow: in one transaction.
    async fn commit_turn(&self, turn: &Turn, now: DateTime<Utc>) -> StoreResult<Committed>;

    /// Holds on to a talk while its turn takes long. False when it is lost.
    async fn renew_lease(
        &self,
        conversation: ConversationId,
        fence: i64,
        until: DateTime<Utc>,
    ) -> StoreResult<bool>;
}
