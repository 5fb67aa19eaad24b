//! Flows: every edition that was ever at hand, and what people answered.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::FlowResponseId,
    messaging::flow::{Answer, CompletedFlow, Slug},
};

/// One edition as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowVersion {
    /// Which flow.
    pub flow: Slug,
    /// Its edition.
    pub version: u32,
    /// The flow's text.
    pub source: String,
    /// Its catalogue's text, where it recommends.
    pub catalogue: Option<String>,
}

/// What came of keeping editions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptVersions {
    /// All of them are kept.
    Kept,
    /// These were kept before with another text; nothing was done.
    Changed(Vec<(Slug, u32)>),
}

/// Answers to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFlowResponse {
    /// Its id.
    pub id: FlowResponseId,
    /// What was answered.
    pub completed: CompletedFlow,
    /// Who answered: the canonical number, or the channel's address. Never log it.
    pub respondent: String,
}

/// Answers that were kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowResponse {
    /// Its id.
    pub id: FlowResponseId,
    /// The edition that was answered.
    pub version: u32,
    /// Who answered. Never log it.
    pub respondent: String,
    /// The answers, in the order they were asked for.
    pub answers: Vec<(Slug, Answer)>,
    /// When.
    pub completed_at: DateTime<Utc>,
}

/// Flows. Answers come in with their turn (`Conversations::commit_turn`).
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Flows: Send + Sync {
    /// Keeps the editions at hand, so that whoever began with one can end with it. What an edition says
    /// never changes: one with another text than before is refused, and all with it.
    async fn keep_versions(&self, versions: &[FlowVersion], now: DateTime<Utc>) -> StoreResult<KeptVersions>;

    /// Every edition that was kept.
    async fn versions(&self) -> StoreResult<Vec<FlowVersion>>;

    /// What was answered to a flow, the newest first. The page's cursor is a response's id.
    async fn responses(&self, flow: &Slug, page: &PageRequest) -> StoreResult<Vec<FlowResponse>>;
}
