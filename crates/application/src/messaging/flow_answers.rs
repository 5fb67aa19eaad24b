//! Read the flows that can be started, and their saved answers.

use domain::messaging::flow::{Flow, FlowRegistry, Slug};
use ports::{
    messaging::{FlowResponse, Flows},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Reads flows and answers.
pub struct FlowAnswers {
    store: Arc<dyn Flows>,
    registry: Arc<FlowRegistry>,
}

impl FlowAnswers {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(store: Arc<dyn Flows>, registry: Arc<FlowRegistry>) -> Self {
        Self { store, registry }
    }
}

impl FlowAnswers {
    /// The newest version of each flow that can be started now, by name.
    pub fn flows(&self, page: &PageRequest) -> Vec<&Flow> {
        let is_behind = |flow: &&Flow| page.after.as_deref().is_none_or(|after| flow.id().as_str() > after);
        let limit = usize::try_from(page.limit).unwrap_or_default();
        self.registry.all_newest().into_iter().filter(is_behind).take(limit).collect()
    }

    /// The saved answers of a flow, newest first. `None`: there is no such flow.
    pub async fn responses(&self, flow: &Slug, page: &PageRequest) -> StoreResult<Option<Vec<FlowResponse>>> {
        if !self.registry.has(flow) {
            return Ok(None);
        }
        self.store.responses(flow, page).await.map(Some)
    }
}
