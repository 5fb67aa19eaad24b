//! Answer a request with an idempotency key once: the first answer is kept, and the same key gets it again.

use crate::{error_chain::describe, kernel::Kernel};
use chrono::Duration;
use domain::operations::idempotency::{Fingerprint, IdempotencyKey};
use ports::{
    operations::{Claim, IdempotencyStore},
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;

/// How long a request may run before its key is free again: longer than all calls to a provider together.
const CLAIM_LASTS: Duration = Duration::minutes(2);

/// Carries out requests once for each key.
#[derive(Clone)]
pub struct IdempotentRequests {
    store: Arc<dyn IdempotencyStore>,
    kernel: Kernel,
}

/// What became of a request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdempotentOutcome {
    /// The work was done now, with this answer.
    Fresh(String),
    /// The work was done before; this is its answer.
    Replayed(String),
    /// Another request with this key is in progress. Nothing was done.
    UnderWay,
    /// The key belongs to a request with other fields. Nothing was done.
    Reused,
}

impl IdempotentRequests {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(store: Arc<dyn IdempotencyStore>, kernel: Kernel) -> Self {
        Self { store, kernel }
    }

    /// Claims the key, does the work, and keeps its answer. If the work fails, nothing was sent, and the key
    /// can be used again. The caller must not drop this future halfway.
    #[tracing::instrument(name = "idempotent_request", level = "debug", skip_all)]
    pub async fn run<E: From<StoreError>>(
        &self,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        work: impl Future<Output = Result<String, E>>,
    ) -> Result<IdempotentOutcome, E> {
        let now = self.kernel.now();
        let claimed_before = now.checked_sub_signed(CLAIM_LASTS).unwrap_or(now);
        match self.store.claim(key, fingerprint, claimed_before, now).await? {
            Claim::Fresh => {}
            Claim::Answered(answer) => return Ok(IdempotentOutcome::Replayed(answer)),
            Claim::UnderWay => return Ok(IdempotentOutcome::UnderWay),
            Claim::Reused => return Ok(IdempotentOutcome::Reused),
        }
        let done = work.await;
        note(match &done {
            Ok(answer) => self.store.keep(key, answer).await,
            Err(_) => self.store.release(key).await,
        });
        done.map(IdempotentOutcome::Fresh)
    }
}

/// Logs that the answer could not be kept. The caller still gets it, because the work is done.
fn note(kept: StoreResult<()>) {
    if let Err(error) = kept {
        tracing::warn!(error = %describe(&error), "an answer was not kept under its idempotency key");
    }
}

#[cfg(test)]
mod tests;
