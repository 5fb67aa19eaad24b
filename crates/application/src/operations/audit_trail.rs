//! Read and verify the audit log.

use domain::operations::audit::AuditRow;
use ports::{
    operations::{AuditLog, AuditReport},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Reads and verifies the audit log.
pub struct AuditTrail {
    log: Arc<dyn AuditLog>,
}

impl AuditTrail {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(log: Arc<dyn AuditLog>) -> Self {
        Self { log }
    }
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
}
