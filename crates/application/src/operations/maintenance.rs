//! Keep the store tidy: end what has expired, wipe codes, and delete what is older than it is kept.

use crate::{error_chain::describe, kernel::Kernel};
use chrono::{DateTime, Duration, Utc};
use domain::operations::audit::BlockHead;
use ports::{
    accounts::Users,
    messaging::TurnQueue,
    money::Ledger,
    operations::{AuditLog, DeadLetters, IdempotencyStore, SignedRequests},
    store_error::StoreResult,
    verification::{VerificationPages, Verifications},
};
use std::sync::Arc;

/// How long a response is kept under its idempotency key.
const RESPONSES_KEPT_FOR: Duration = Duration::days(1);

/// How long things are kept that are deleted later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// How long handled messages, notices, ended sessions and hosted pages are kept.
    pub keep: Duration,
}

impl Default for RetentionPolicy {
    /// Everything is kept for 31 days.
    fn default() -> Self {
        Self { keep: Duration::days(31) }
    }
}

/// The stores that are kept tidy.
pub struct MaintenanceParts {
    /// Transfers without a confirmation end here.
    pub ledger: Arc<dyn Ledger>,
    /// Sessions, tokens, login challenges and tries that have ended.
    pub users: Arc<dyn Users>,
    /// Messages that were handled.
    pub inbox: Arc<dyn TurnQueue>,
    /// Notices, and delivery reports about messages that are not ours.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// The payloads of codes.
    pub verifications: Arc<dyn Verifications>,
    /// Values of signed requests that are accepted only once.
    pub signed_requests: Arc<dyn SignedRequests>,
    /// Hosted pages that are closed.
    pub pages: Arc<dyn VerificationPages>,
    /// Responses by idempotency key, which end after a day.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// The audit log, which is sealed.
    pub audit: Arc<dyn AuditLog>,
}

/// Ends, wipes, deletes and seals.
pub struct Maintenance {
    parts: MaintenanceParts,
    kernel: Kernel,
    policy: RetentionPolicy,
}

impl Maintenance {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: MaintenanceParts, kernel: Kernel, policy: RetentionPolicy) -> Self {
        Self { parts, kernel, policy }
    }

    /// Ends transfers without confirmation, wipes codes, and deletes what is older than it is kept. What
    /// fails is logged, and the next sweep tries it again.
    #[tracing::instrument(name = "sweep", level = "debug", skip_all)]
    pub async fn sweep(&self) {
        let now = self.kernel.now();
        self.end_transfers(now).await;
        if let Err(error) = self.purge(now).await {
            tracing::error!(error = %describe(&error), "the purge failed");
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

    async fn purge(&self, now: DateTime<Utc>) -> StoreResult<()> {
        let before = now.checked_sub_signed(self.policy.keep).unwrap_or(now);
        self.parts.users.forget_ended(before).await?;
        self.parts.inbox.purge(before).await?;
        self.parts.dead_letters.purge_notices(before).await?;
        self.parts.verifications.wipe_codes(now).await?;
        self.parts.signed_requests.forget_taken(now).await?;
        let a_day_ago = now.checked_sub_signed(RESPONSES_KEPT_FOR).unwrap_or(now);
        self.parts.idempotency.forget_responses(a_day_ago).await?;
        self.parts.pages.purge_pages(before).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
