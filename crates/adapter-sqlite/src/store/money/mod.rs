//! The ledger: lock, read, fold, write, commit. Balances are decided nowhere else.

mod clabes;
pub(crate) mod clear_rows;
mod confirm;
mod counterparts;
mod holds;
mod open_accounts;
pub(crate) mod payees;
mod payment_codes;
mod post;
mod read;
mod receiving;
mod resolve;
mod reverse;
pub(crate) mod rows;
mod statements;
mod verify;
pub(crate) mod waiting;
pub(crate) mod wallets;
pub(crate) mod writer;

use crate::store::error::of_group;
use crate::store::handle::Store;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency,
        account_number::AccountNumber,
        ledger::Outcome,
        limits::Spent,
        transfer::{Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
};
use futures_util::FutureExt;
use ports::{
    money::{
        ConfirmOutcome, ConfirmTransfer, EntryFilter, EntryView, HoldOutcome, HoldVerdict, Ledger,
        LedgerViolation, OpenOutcome, OpenWallet, PostOutcome, PostRequest, Resolved, ReverseRequest,
        TransferFilter, WalletView,
    },
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

#[async_trait]
impl Ledger for Store {
    async fn post(&self, requests: &[PostRequest], now: DateTime<Utc>) -> StoreResult<Vec<PostOutcome>> {
        let requests = requests.iter().map(|request| (request.clone(), now)).collect();
        self.ledger_writer.submit(requests).await.map_err(of_group)
    }

    async fn reverse(
        &self,
        request: &ReverseRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<PostOutcome>> {
        let request = request.clone();
        self.database
            .write(move |conn| async move { reverse::reverse(conn, &request, now).await }.boxed())
            .await
    }

    async fn settle_hold(
        &self,
        transfer: TransferId,
        verdict: &HoldVerdict,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldOutcome> {
        let (verdict, actor) = (verdict.clone(), actor.clone());
        self.database
            .write(move |conn| {
                async move { holds::settle(conn, transfer, &verdict, &actor, now).await }.boxed()
            })
            .await
    }

    async fn open_wallet(&self, request: &OpenWallet, now: DateTime<Utc>) -> StoreResult<OpenOutcome> {
        let (request, issuer) = (request.clone(), self.clabes.clone());
        self.database
            .write(move |conn| {
                async move { wallets::open(conn, issuer.as_deref(), &request, now).await }.boxed()
            })
            .await
    }

    async fn confirm(&self, request: &ConfirmTransfer, now: DateTime<Utc>) -> StoreResult<ConfirmOutcome> {
        let (request, sealer) = (request.clone(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| {
                async move { confirm::confirm(conn, sealer.as_ref(), &request, now).await }.boxed()
            })
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
        self.database.write(move |conn| holds::expire(conn, now).boxed()).await
    }

    async fn find_transfer(&self, id: TransferId) -> StoreResult<Option<Transfer>> {
        self.database.query(move |conn| read::find_transfer(conn, id).boxed()).await
    }

    async fn transfer_history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>> {
        self.database.query(move |conn| read::transfer_history(conn, id).boxed()).await
    }

    async fn find_outcome(&self, key: &IdempotencyKey) -> StoreResult<Option<(Fingerprint, Outcome)>> {
        let key = key.clone();
        self.database.read(move |conn| async move { read::find_outcome(conn, &key).await }.boxed()).await
    }

    async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>> {
        let (filter, page) = (filter.clone(), page.clone());
        self.database
            .query(move |conn| async move { read::transfers(conn, &filter, &page).await }.boxed())
            .await
    }

    async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>> {
        let page = page.clone();
        self.database.query(move |conn| async move { read::wallets(conn, user, &page).await }.boxed()).await
    }

    async fn find_wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>> {
        self.database.query(move |conn| read::find_wallet(conn, id).boxed()).await
    }

    async fn spent(&self, user: UserId, currency: Currency, day: NaiveDate) -> StoreResult<Spent> {
        self.database.query(move |conn| read::spent(conn, user, currency, day).boxed()).await
    }

    async fn resolve(&self, account: &AccountNumber, currency: Currency) -> StoreResult<Resolved> {
        let (account, sealer) = (account.clone(), Arc::clone(&self.sealer));
        self.database
            .query(move |conn| {
                async move { resolve::resolve(conn, sealer.as_ref(), &account, currency).await }.boxed()
            })
            .await
    }

    async fn first_wallet(&self, user: UserId, currency: Currency) -> StoreResult<Option<WalletView>> {
        self.database.query(move |conn| read::first_wallet(conn, user, currency).boxed()).await
    }

    async fn entries(
        &self,
        wallet: WalletId,
        filter: EntryFilter,
        page: &PageRequest,
    ) -> StoreResult<Vec<EntryView>> {
        let (page, vault) = (page.clone(), self.vault.clone());
        self.database
            .read(move |conn| async move { read::entries(conn, &vault, wallet, filter, &page).await }.boxed())
            .await
    }

    async fn verify(&self) -> StoreResult<Vec<LedgerViolation>> {
        self.database.read(|conn| verify::verify(conn).boxed()).await
    }
}
