//! Check a signed request: whether the client signed it, whether that was a short time ago, and whether it
//! comes for the first time.

use crate::kernel::Kernel;
use domain::operations::signed_request::{REMEMBERED_FOR, SignedRequest};
use ports::{crypto::RequestSignatures, operations::SignedRequests, store_error::StoreError};
use std::sync::Arc;
use thiserror::Error;

/// Checks signed requests.
pub struct CheckSignature {
    signatures: Arc<dyn RequestSignatures>,
    seen: Arc<dyn SignedRequests>,
    kernel: Kernel,
}

impl CheckSignature {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        signatures: Arc<dyn RequestSignatures>,
        seen: Arc<dyn SignedRequests>,
        kernel: Kernel,
    ) -> Self {
        Self { signatures, seen, kernel }
    }
}

/// Why a signed request is refused.
#[derive(Debug, Error)]
pub enum CheckSignatureError {
    /// It was signed too long ago, or by a clock too far ahead.
    #[error("the request was signed too long ago or in the future")]
    Stale,
    /// There is no such client, or the signature is not theirs. The two are not told apart.
    #[error("the client or the signature is wrong")]
    Wrong,
    /// The same request was accepted before.
    #[error("the request was accepted before")]
    Replayed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CheckSignature {
    /// Checks a request over its whole body. Only a request with a right signature is remembered, so nobody
    /// else can use up a client's nonces.
    #[tracing::instrument(name = "check_signature", level = "debug", skip_all)]
    pub async fn run(&self, request: &SignedRequest, body: &[u8]) -> Result<(), CheckSignatureError> {
        let now = self.kernel.now();
        if !request.is_timely(now) {
            return Err(CheckSignatureError::Stale);
        }
        if !self.signatures.is_by(request.client(), &request.base(body), request.tag()) {
            return Err(CheckSignatureError::Wrong);
        }
        let until = now.checked_add_signed(REMEMBERED_FOR).unwrap_or(now);
        if self.seen.take_once(request.client(), &request.once(), until).await? {
            Ok(())
        } else {
            Err(CheckSignatureError::Replayed)
        }
    }
}
