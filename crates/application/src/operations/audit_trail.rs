//! Looking into the audit log, and looking it over.

use domain::operations::audit::{AuditRow, BlockHead};
use ports::{
    clock::Clock,
    operations::{AuditLog, AuditReport},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// The audit log.
pub struct AuditTrail {
    /// Where it is kept.
    pub log: Arc<dyn AuditLog>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

impl AuditTrail {
    /// Events, newest first.
    pub async fn events(&self, page: &PageRequest) -> StoreResult<Vec<AuditRow>> {
        self.log.events(page).await
    }

    /// Looks over every sealed row.
    pub async fn verify(&self) -> StoreResult<AuditReport> {
        self.log.verify_chain(None).await
    }

    /// Seals what can be sealed, block by block; the newest head, where there is a new one. Whoever
    /// keeps the heads elsewhere can tell whether the log was rebuilt.
    pub async fn seal(&self) -> StoreResult<Option<BlockHead>> {
        let mut newest = None;
        while let Some(head) = self.log.seal(self.clock.now()).await? {
            newest = Some(head);
        }
        Ok(newest)
    }
}
