//! Read, verify and seal the audit log.

use domain::operations::audit::{AuditRow, BlockHead};
use ports::{
    clock::Clock,
    operations::{AuditLog, AuditReport},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Reads and seals the audit log.
pub struct AuditTrail {
    /// The port of the audit log.
    pub log: Arc<dyn AuditLog>,
    /// The clock port.
    pub clock: Arc<dyn Clock>,
}

impl AuditTrail {
    /// Audit rows, newest first.
    pub async fn events(&self, page: &PageRequest) -> StoreResult<Vec<AuditRow>> {
        self.log.events(page).await
    }

    /// Verifies every sealed row.
    pub async fn verify(&self) -> StoreResult<AuditReport> {
        self.log.verify_chain(None).await
    }

    /// Seals what can be sealed, block by block. Returns the newest block head if there is a new one. A copy
    /// of the heads in another place shows whether the log was rebuilt.
    pub async fn seal(&self) -> StoreResult<Option<BlockHead>> {
        let mut newest = None;
        while let Some(head) = self.log.seal(self.clock.now()).await? {
            newest = Some(head);
        }
        Ok(newest)
    }
}
