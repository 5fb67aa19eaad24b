//! Read balances, wallets, entries and transfers.

use chrono::{DateTime, Utc};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency,
        transfer::{Transfer, TransferStatus},
    },
    principal::Principal,
};
use ports::{
    money::{EntryFilter, EntryView, Ledger, TransferFilter, WalletView},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Reads the ledger.
pub struct Wallets {
    ledger: Arc<dyn Ledger>,
    default_currency: Currency,
}

impl Wallets {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, default_currency: Currency) -> Self {
        Self { ledger, default_currency }
    }
}

impl Wallets {
    /// A person's balance: their first wallet in the default currency. `None`: they have no such wallet.
    pub async fn balance(&self, user: UserId) -> StoreResult<Option<WalletView>> {
        self.ledger.first_wallet(user, self.default_currency).await
    }

    /// Wallets of one person, or of everybody, oldest first.
    pub async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>> {
        self.ledger.wallets(user, page).await
    }

    /// One wallet by its id.
    pub async fn wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>> {
        self.ledger.find_wallet(id).await
    }

    /// A wallet's entries, newest first.
    pub async fn entries(&self, wallet: WalletId, page: &PageRequest) -> StoreResult<Vec<EntryView>> {
        self.ledger.entries(wallet, EntryFilter::default(), page).await
    }

    /// Transfers, newest first: those that a team made, or those of a person's money.
    pub async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>> {
        self.ledger.transfers(filter, page).await
    }

    /// Each status that a transfer has had, with its time, oldest first.
    pub async fn history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>> {
        self.ledger.transfer_history(id).await
    }

    /// A transfer of any caller, for operators.
    pub async fn any_transfer(&self, id: TransferId) -> StoreResult<Option<Transfer>> {
        self.ledger.find_transfer(id).await
    }

    /// A transfer that this caller may see. Another caller's transfer is `None`.
    pub async fn transfer(&self, caller: &Principal, id: TransferId) -> StoreResult<Option<Transfer>> {
        Ok(self.ledger.find_transfer(id).await?.filter(|transfer| transfer.is_seen_by(caller)))
    }
}
