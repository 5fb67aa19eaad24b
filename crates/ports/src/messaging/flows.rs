//! Flows: every version that was ever loaded, and people's answers.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::FlowResponseId,
    messaging::flow::{Answer, CompletedFlow, Slug},
};

/// One version of a flow, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowVersion {
    /// The flow's name.
    pub flow: Slug,
    /// The version number.
    pub version: u32,
    /// The flow's TOML text.
    pub source: String,
    /// The TOML text of its catalogue; `None` when it recommends nothing.
    pub catalogue: Option<String>,
}

/// The outcome of storing versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptVersions {
    /// All of them are stored.
    Kept,
    /// These versions were stored before with another text; nothing was stored now.
    Changed(Vec<(Slug, u32)>),
}

/// The answers of a completed flow, to store. No `Debug`: it holds the answers and an address.
#[derive(Clone, PartialEq, Eq)]
pub struct NewFlowResponse {
    /// The id of the answers.
    pub id: FlowResponseId,
    /// The flow, its version and the answers.
    pub completed: CompletedFlow,
    /// Who answered: their canonical number, or the channel's address. Never log it.
    pub respondent: String,
}

/// The stored answers of a completed flow. No `Debug`: it holds the answers and an address.
#[derive(Clone, PartialEq, Eq)]
pub struct FlowResponse {
    /// The id of the answers.
    pub id: FlowResponseId,
    /// The version that was answered.
    pub version: u32,
    /// Who answered. Never log it.
    pub respondent: String,
    /// The answers, in the order of the questions.
    pub answers: Vec<(Slug, Answer)>,
    /// True if they were erased or can't be opened, because their key is gone; then respondent and answers are empty.
    pub is_unreadable: bool,
    /// When the flow was completed.
    pub completed_at: DateTime<Utc>,
}

/// Versions and answers of flows. Answers are stored with their turn
/// ([`TurnQueue::commit_turn`](super::TurnQueue::commit_turn)).
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Flows: Send + Sync {
    /// Stores the loaded versions, so that a person ends with the version they began with. The text of a
    /// version never changes: if one has another text than before, none is stored.
    async fn keep_versions(&self, versions: &[FlowVersion], now: DateTime<Utc>) -> StoreResult<KeptVersions>;

    /// Every version that was stored.
    async fn versions(&self) -> StoreResult<Vec<FlowVersion>>;

    /// The stored answers to a flow, newest first. The cursor is the id of an answer.
    async fn responses(&self, flow: &Slug, page: &PageRequest) -> StoreResult<Vec<FlowResponse>>;
}
