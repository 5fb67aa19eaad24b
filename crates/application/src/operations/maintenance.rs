//! Keep the store tidy: end what has expired, wipe codes, seal the audit log.

use crate::{error_chain::describe, kernel::Kernel};
use chrono::{DateTime, Utc};
use domain::operations::audit::BlockHead;
use ports::{money::Ledger, operations::AuditLog, store_error::StoreResult, verification::Verifications};
use std::sync::Arc;

/// The stores that are kept tidy.
pub struct MaintenanceParts {
    /// Transfers without a confirmation end here.
    pub ledger: Arc<dyn Ledger>,
    /// The payloads of codes.
    pub verifications: Arc<dyn Verifications>,
    /// The audit log, which is sealed.
    pub audit: Arc<dyn AuditLog>,
}

/// Ends, wipes and seals.
pub struct Maintenance {
    parts: MaintenanceParts,
    kernel: Kernel,
}

impl Maintenance {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: MaintenanceParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }

    /// Ends transfers without confirmation, and wipes codes. What fails is logged, and the next sweep tries it
    /// again.
    #[tracing::instrument(name = "sweep", level = "debug", skip_all)]
    pub async fn sweep(&self) {
        let now = self.kernel.now();
        self.end_transfers(now).await;
        if let Err(error) = self.parts.verifications.wipe_codes(now).await {
            tracing::error!(error = %describe(&error), "codes were not wiped");
        }
    }

    /// Seals what can be sealed in the audit log, block by block. Returns the newest block head if there is a
    /// new one. A copy of the heads in another place shows whether the log was rebuilt.
    #[tracing::instrument(name = "seal", level = "debug", skip_all)]
    pub async fn seal(&self) -> StoreResult<Option<BlockHead>> {
        let mut newest = None;
        while let Some(head) = self.parts.audit.seal(self.kernel.now()).await? {
            newest = Some(head);
        }
        Ok(newest)
    }

    /// The store ends a batch in each call; a batch of none is the last one.
    async fn end_transfers(&self, now: DateTime<Utc>) {
        loop {
            match self.parts.ledger.expire(now).await {
                Ok(0) => return,
                Ok(ended) => tracing::info!(ended, "transfers without confirmation were ended"),
                Err(error) => {
                    tracing::error!(error = %describe(&error), "expired transfers were not ended");
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
