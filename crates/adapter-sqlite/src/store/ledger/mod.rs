//! The ledger: lock, look, fold, write, commit. Balances are decided nowhere else.

mod confirm;
mod post;
mod read;
mod verify;

use super::Store;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    audit::Actor,
    idempotency::{Fingerprint, IdempotencyKey},
    ids::{TransferId, UserId, WalletId},
    ledger::Outcome,
    money::Currency,
    transfer::{Transfer, TransferStatus},
};
use futures_util::FutureExt;
use ports::stores::{
    ConfirmOutcome, ConfirmTransfer, EntryView, Ledger, LedgerFault, PageRequest, PostOutcome, PostRequest,
    StoreResult, TransferFilter, WalletView,
};
use std::sync::Arc;

#[async_trait]
impl Ledger for Store {
    async fn post(&self, requests: &[PostRequest], now: DateTime<Utc>) -> StoreResult<Vec<PostOutcome>> {
        let (requests, sealer) = (requests.to_vec(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| async move { post::post(conn, sealer.as_ref(), &requests, now).await }.boxed())
            .await
    }

    async fn confirm(&self, request: &ConfirmTransfer, now: DateTime<Utc>) -> StoreResult<ConfirmOutcome> {
        let request = request.clone();
        self.database
            .write(move |conn| async move { confirm::confirm(conn, &request, now).await }.boxed())
            .await
    }

    async fn cancel(
        &self,
        id: TransferId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Transfer>> {
        let actor = actor.clone();
        self.database
            .write(move |conn| async move { confirm::cancel(conn, id, &actor, now).await }.boxed())
            .await
    }

    async fn expire(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        self.database.write(move |conn| confirm::expire(conn, now).boxed()).await
    }

    async fn find_transfer(&self, id: TransferId) -> StoreResult<Option<Transfer>> {
        self.database.read(move |conn| read::find_transfer(conn, id).boxed()).await
    }

    async fn transfer_history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>> {
        self.database.read(move |conn| read::transfer_history(conn, id).boxed()).await
    }

    async fn find_outcome(&self, key: &IdempotencyKey) -> StoreResult<Option<(Fingerprint, Outcome)>> {
        let key = key.clone();
        self.database.read(move |conn| async move { read::find_outcome(conn, &key).await }.boxed()).await
    }

    async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>> {
        let (filter, page) = (filter.clone(), page.clone());
        self.database
            .read(move |conn| async move { read::transfers(conn, &filter, &page).await }.boxed())
            .await
    }

    async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>> {
        let page = page.clone();
        self.database.read(move |conn| async move { read::wallets(conn, user, &page).await }.boxed()).await
    }

    async fn find_wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>> {
        self.database.read(move |conn| read::find_wallet(conn, id).boxed()).await
    }

    async fn first_wallet(&self, user: UserId, currency: Currency) -> StoreResult<Option<WalletView>> {
        self.database.read(move |conn| read::first_wallet(conn, user, currency).boxed()).await
    }

    async fn entries(&self, wallet: WalletId, page: &PageRequest) -> StoreResult<Vec<EntryView>> {
        let page = page.clone();
        self.database.read(move |conn| async move { read::entries(conn, wallet, &page).await }.boxed()).await
    }

    async fn verify(&self) -> StoreResult<Vec<LedgerFault>> {
        self.database.read(|conn| verify::verify(conn).boxed()).await
    }
}
