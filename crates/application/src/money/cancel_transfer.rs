//! Withdrawing a transfer that waits.

use domain::{
    ids::TransferId,
    money::transfer::{Transfer, TransferStatus},
    operations::audit::Actor,
};
use ports::{clock::Clock, money::Ledger, store_error::StoreError};
use std::sync::Arc;
use thiserror::Error;

/// Withdraws transfers.
pub struct CancelTransfer {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// Why it was not withdrawn.
#[derive(Debug, Error)]
pub enum CancelTransferError {
    /// There is none of that id, or it is another caller's.
    #[error("there is no such transfer")]
    NotFound,
    /// It is past withdrawing.
    #[error("the transfer can't be canceled any more")]
    TooLate(Box<Transfer>),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CancelTransfer {
    /// Withdraws it; once withdrawn it stays so, asked again.
    pub async fn run(
        &self,
        caller: &str,
        id: TransferId,
        actor: &Actor,
    ) -> Result<Transfer, CancelTransferError> {
        let known = self.ledger.find_transfer(id).await?.filter(|transfer| transfer.is_seen_by(caller));
        if known.is_none() {
            return Err(CancelTransferError::NotFound);
        }
        match self.ledger.cancel(id, actor, self.clock.now()).await? {
            None => Err(CancelTransferError::NotFound),
            Some(transfer) if transfer.status == TransferStatus::Canceled => Ok(transfer),
            Some(transfer) => Err(CancelTransferError::TooLate(Box::new(transfer))),
        }
    }
}
