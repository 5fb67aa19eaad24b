//! The flows at hand, and what was answered to them.

use domain::messaging::flow::{Flow, FlowRegistry, Slug};
use ports::{
    messaging::{FlowResponse, Flows},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Shows flows and answers.
pub struct FlowAnswers {
    /// Where answers are.
    pub store: Arc<dyn Flows>,
    /// The flows at hand.
    pub book: Arc<FlowRegistry>,
}

impl FlowAnswers {
    /// The edition of each flow that can be begun now, by name.
    pub fn flows(&self, page: &PageRequest) -> Vec<&Flow> {
        let is_behind = |flow: &&Flow| page.after.as_deref().is_none_or(|after| flow.id().as_str() > after);
        let limit = usize::try_from(page.limit).unwrap_or_default();
        self.book.all_newest().into_iter().filter(is_behind).take(limit).collect()
    }

    /// What was answered to a flow, the newest first; none where there is no such flow.
    pub async fn responses(&self, flow: &Slug, page: &PageRequest) -> StoreResult<Option<Vec<FlowResponse>>> {
        if !self.book.has(flow) {
            return Ok(None);
        }
        self.store.responses(flow, page).await.map(Some)
    }
}
