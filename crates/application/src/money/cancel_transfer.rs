//! Cancel a transfer that has not completed.

use crate::kernel::Kernel;
use domain::{
    ids::TransferId,
    money::transfer::{Transfer, TransferStatus},
    operations::audit::Actor,
    principal::Principal,
};
use ports::{money::Ledger, store_error::StoreError};
use std::sync::Arc;
use thiserror::Error;

/// Cancels waiting transfers.
pub struct CancelTransfer {
    ledger: Arc<dyn Ledger>,
    kernel: Kernel,
}

impl CancelTransfer {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, kernel: Kernel) -> Self {
        Self { ledger, kernel }
    }
}

/// Why the transfer was not canceled.
#[derive(Debug, Error)]
pub enum CancelTransferError {
    /// No transfer has that id, or another caller made it.
    #[error("there is no such transfer")]
    NotFound,
    /// The transfer has a status that can't become canceled. It is returned as it is.
    #[error("the transfer can't be canceled in its present status")]
    TooLate(Box<Transfer>),
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CancelTransfer {
    /// Cancels the transfer of this caller. A transfer that is canceled already is returned as it is.
    #[tracing::instrument(name = "cancel_transfer", level = "debug", skip_all, fields(transfer = %id))]
    pub async fn run(
        &self,
        caller: &Principal,
        id: TransferId,
        actor: &Actor,
    ) -> Result<Transfer, CancelTransferError> {
        let known = self.ledger.find_transfer(id).await?.filter(|transfer| transfer.is_seen_by(caller));
        if known.is_none() {
            return Err(CancelTransferError::NotFound);
        }
        match self.ledger.cancel(id, actor, self.kernel.now()).await? {
            None => Err(CancelTransferError::NotFound),
            Some(transfer) if transfer.status == TransferStatus::Canceled => Ok(transfer),
            Some(transfer) => Err(CancelTransferError::TooLate(Box::new(transfer))),
        }
    }
}
