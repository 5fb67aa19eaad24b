//! The end of a turn: everything it decided, at once.

use super::{NewFlowResponse, NewOutbound};
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{ConversationId, EventId},
    messaging::{consent::ConsentStatus, conversation::Conversation},
    operations::audit::AuditRecord,
};

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

/// The talks.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Conversations: Send + Sync {
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
