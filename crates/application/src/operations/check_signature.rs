//! Whether a signed request is its client's, was signed just now, and comes for the first time.

use domain::operations::signed_request::{REMEMBERED_FOR, SignedRequest};
use ports::{clock::Clock, crypto::RequestSignatures, operations::SignedRequests, store_error::StoreError};
use std::sync::Arc;
use thiserror::Error;

/// Judges signed requests.
pub struct CheckSignature {
    /// The clients' secrets.
    pub signatures: Arc<dyn RequestSignatures>,
    /// What came once.
    pub seen: Arc<dyn SignedRequests>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// Why a signed request is not taken.
#[derive(Debug, Error)]
pub enum CheckSignatureError {
    /// It was signed too long ago, or is from a clock too far ahead.
    #[error("its time is too far from ours")]
    Stale,
    /// No such client, or not his signature: which of the two is nobody's business.
    #[error("its client or its signature is wrong")]
    Wrong,
    /// It came before.
    #[error("it came before")]
    Replayed,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CheckSignature {
    /// Judges a request by the whole of its body. Only what is rightly signed is remembered: nobody else uses up
    /// a client's nonces.
    pub async fn run(&self, request: &SignedRequest, body: &[u8]) -> Result<(), CheckSignatureError> {
        let now = self.clock.now();
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
