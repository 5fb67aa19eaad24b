//! Looking at balances, wallets, entries and transfers.

use chrono::{DateTime, Utc};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency,
        transfer::{Transfer, TransferStatus},
    },
};
use ports::{
    money::{EntryFilter, EntryView, Ledger, TransferFilter, WalletView},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// Looks into the books.
pub struct Wallets {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// The currency a person's balance is told in.
    pub default_currency: Currency,
}

impl Wallets {
    /// A person's balance: his first wallet in the default currency.
    pub async fn balance(&self, user: UserId) -> StoreResult<Option<WalletView>> {
        self.ledger.first_wallet(user, self.default_currency).await
    }

    /// Wallets, oldest first.
    pub async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>> {
        self.ledger.wallets(user, page).await
    }

    /// One wallet.
    pub async fn wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>> {
        self.ledger.find_wallet(id).await
    }

    /// A wallet's entries, newest first.
    pub async fn entries(&self, wallet: WalletId, page: &PageRequest) -> StoreResult<Vec<EntryView>> {
        self.ledger.entries(wallet, EntryFilter::default(), page).await
    }

    /// Transfers, newest first: those a team made, those of a person's money.
    pub async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>> {
        self.ledger.transfers(filter, page).await
    }

    /// The states a transfer has passed through, oldest first.
    pub async fn history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>> {
        self.ledger.transfer_history(id).await
    }

    /// A transfer that this caller may see; another's does not exist for him.
    pub async fn transfer(&self, caller: &str, id: TransferId) -> StoreResult<Option<Transfer>> {
        Ok(self.ledger.find_transfer(id).await?.filter(|transfer| transfer.is_seen_by(caller)))
    }
}
