//! The inbox: messages are stored before the webhook is acknowledged, once each, and handled in order within
//! a conversation.

use super::{LeasedMessage, NewFlowResponse, NewOutbound, inbound_webhook::InboundMessage};
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::PersonName,
    ids::{ConversationId, EventId, PayeeId, UserId},
    messaging::{consent::ConsentStatus, conversation::Conversation},
    operations::audit::{Actor, AuditRecord},
};

/// Whether a message was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The message is stored now.
    New,
    /// Stored before: the same provider id on the same channel account.
    Duplicate,
}

/// A message under a lease, with its conversation. Until the lease ends, no other worker gets this
/// conversation.
#[derive(Clone)]
pub struct LeasedTurn {
    /// Our id of the message.
    pub event: EventId,
    /// The inbound message.
    pub message: InboundMessage,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The conversation state before this turn.
    pub state: Conversation,
    /// Whether we may write to the sender.
    pub consent: ConsentStatus,
    /// The lease's number. A commit under an older one is refused.
    pub fence: i64,
    /// How many times this turn failed before.
    pub tries: u32,
}

/// What to do with a turn that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnFailure {
    /// Try again at that time.
    RetryAt(DateTime<Utc>),
    /// Park it for an operator; the conversation goes on with the next message.
    Park,
}

/// Everything that a turn commits.
#[derive(Clone)]
pub struct Turn {
    /// The message that was handled.
    pub event: EventId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The number of the lease under which it was handled.
    pub fence: i64,
    /// The conversation state after this turn.
    pub state: Conversation,
    /// The replies to send, in order.
    pub replies: Vec<NewOutbound>,
    /// The sender's new consent, if they changed it.
    pub consent: Option<ConsentStatus>,
    /// The audit rows of what was decided.
    pub audit: Vec<AuditRecord>,
    /// The answers to a flow, if this turn completed one.
    pub flow_response: Option<NewFlowResponse>,
    /// What becomes of the conversation's timer.
    pub timer: Timer,
    /// The changes to the person's payees, in order.
    pub payee_changes: Vec<PayeeChange>,
    /// The name that the sender's profile shows, for the person that they proved to be. It is kept if none was.
    pub profile_name: Option<(UserId, PersonName)>,
}

/// A change to a payee. Nothing happens when the payee is forgotten already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeChange {
    /// The payee.
    pub payee: PayeeId,
    /// The payee's new name; `None` forgets the payee.
    pub name: Option<String>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The timer of a conversation. When it is due it is leased like a message, after the messages that came before.
#[derive(Clone, Default)]
pub enum Timer {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is removed, if there is one.
    Clear,
    /// It is removed, and this one is set.
    Set {
        /// The id of the turn that it begins.
        event: EventId,
        /// What that turn handles.
        message: Box<InboundMessage>,
        /// When it is due.
        due_at: DateTime<Utc>,
    },
}

/// Whether a turn was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All of it is committed.
    Done,
    /// Nothing is committed: another worker has the lease by now.
    Fenced,
}

/// How many rows are leased to the caller by the transaction that stores them, and until when. They are leased only
/// where nothing else comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseAtOnce {
    /// The most rows.
    pub count: usize,
    /// The end of the leases.
    pub until: DateTime<Utc>,
}

/// What became of a message that was to be stored.
#[derive(Clone)]
pub struct AcceptedMessage {
    /// Whether it was new.
    pub accepted: Accepted,
    /// Its turn, if it was leased at once.
    pub leased: Option<Box<LeasedTurn>>,
}

/// What became of a turn that was to be committed.
#[derive(Clone)]
pub struct CommittedTurn {
    /// Whether it was committed.
    pub committed: Committed,
    /// Those of its replies that were leased at once.
    pub to_send: Vec<LeasedMessage>,
}

/// The inbox as a queue of turns: accept, lease, renew, commit, fail. Each method is one transaction, and those for many
/// share theirs with other callers where they can.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TurnQueue: Send + Sync {
    /// Stores messages; durable on return. One answer for each, in the same order. A message of ours is leased at once if
    /// it is the oldest of a conversation that no worker has.
    async fn accept_leased(
        &self,
        messages: &[(EventId, InboundMessage)],
        lease: Option<LeaseAtOnce>,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<AcceptedMessage>>;

    /// Stores messages and leases none.
    async fn accept(
        &self,
        messages: &[(EventId, InboundMessage)],
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Accepted>> {
        let accepted = self.accept_leased(messages, None, now).await?;
        Ok(accepted.into_iter().map(|one| one.accepted).collect())
    }

    /// Leases the oldest messages of up to `count` conversations that no worker has, one of each. Fewer than `count`: no
    /// more are due.
    async fn lease_turns(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedTurn>>;

    /// Leases one. `None` when nothing waits.
    async fn lease_next(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> StoreResult<Option<LeasedTurn>> {
        Ok(self.lease_turns(now, until, 1).await?.pop())
    }

    /// Gives a failed turn back, with a reason that is safe to log.
    async fn fail(&self, turn: &LeasedTurn, failure: &TurnFailure, reason: &str) -> StoreResult<()>;

    /// Commits state, replies, the handled messages, consents, audit rows and flow answers of turns in one transaction.
    /// One answer for each, in the same order. A turn whose lease is no longer the newest is left out, and the others are
    /// committed. A reply is leased at once if no open message to its recipient is before it in its lane.
    async fn commit_turns(
        &self,
        turns: &[Turn],
        lease: Option<LeaseAtOnce>,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<CommittedTurn>>;

    /// Commits one turn, and leases none of its replies.
    async fn commit_turn(&self, turn: &Turn, now: DateTime<Utc>) -> StoreResult<Committed> {
        let committed = self.commit_turns(std::slice::from_ref(turn), None, now).await?;
        // The answers are as many as the turns.
        Ok(committed.first().map_or(Committed::Fenced, |one| one.committed))
    }

    /// Extends the lease of a conversation during a long turn. False when the lease is lost.
    async fn renew_lease(
        &self,
        conversation: ConversationId,
        fence: i64,
        until: DateTime<Utc>,
    ) -> StoreResult<bool>;
}
