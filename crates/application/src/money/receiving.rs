//! How others pay into a wallet: its CLABE, and the number of its owner.

use crate::kernel::Kernel;
use domain::{
    ids::{UserId, WalletId},
    money::Currency,
};
use ports::{
    money::{ClabesAssigned, Receiving as ReceivingPort, ReceivingView},
    store_error::StoreResult,
};
use std::sync::Arc;

/// How many wallets get their CLABE in one transaction.
const BATCH: usize = 500;

/// Tells how wallets are paid, and sees to it that they have CLABEs.
pub struct Receiving {
    store: Arc<dyn ReceivingPort>,
    kernel: Kernel,
}

impl Receiving {
    /// Builds the use case from the port that it needs.
    #[must_use]
    pub fn new(store: Arc<dyn ReceivingPort>, kernel: Kernel) -> Self {
        Self { store, kernel }
    }

    /// How a wallet is paid. `None`: there is no such wallet.
    pub async fn of_wallet(&self, wallet: WalletId) -> StoreResult<Option<ReceivingView>> {
        self.store.receiving(wallet).await
    }

    /// How a person is paid in pesos, the currency of CLABEs: into their first wallet in it. `None`: they have
    /// none.
    pub async fn of_user(&self, user: UserId) -> StoreResult<Option<ReceivingView>> {
        self.store.receiving_of(user, Currency::MXN).await
    }

    /// Gives a CLABE to the wallets that have none, a batch for each transaction. Returns what it came to, and how
    /// many numbers are left.
    pub async fn assign_clabes(&self) -> StoreResult<ClabesAssigned> {
        let mut sum = ClabesAssigned::default();
        loop {
            let done = self.store.assign_clabes(BATCH, self.kernel.now()).await?;
            sum = ClabesAssigned { assigned: sum.assigned.saturating_add(done.assigned), left: done.left };
            if done.assigned < BATCH {
                return Ok(sum);
            }
        }
    }
}
