//! The ledger: lock, read, fold, write, commit. Balances are decided nowhere else.

mod clabes;
pub(crate) mod clear_rows;
mod confirm;
mod counterparts;
mod fold_rows;
mod holds;
pub(crate) mod kept_names;
mod open_accounts;
mod outbound;
pub(crate) mod payees;
mod payment_codes;
mod post;
mod read;
mod receiving;
mod reconciliations;
mod resolve;
mod reverse;
pub(crate) mod rows;
mod sealed;
mod statements;
mod transfer_rows;
mod verify;
pub(crate) mod waiting;
pub(crate) mod wallets;
pub(crate) mod writer;

use crate::store::error::of_group;
use crate::store::handle::Store;
use crate::store::operations::fingerprints;
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
    operations::{audit::Actor, idempotency::IdempotencyKey},
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

#[async_trait]
impl Ledger for Store {
    async fn post(&self, requests: &[PostRequest], now: DateTime<Utc>) -> StoreResult<Vec<PostOutcome>> {
        let keyed = |request: &PostRequest| {
            let mut request = request.clone();
            request.command.fingerprint = fingerprints::keyed(&self.vault, request.command.fingerprint);
            (request, now)
        };
        let requests = requests.iter().map(keyed).collect();
        self.ledger_writer.submit(requests).await.map_err(of_group)
    }

    async fn reverse(
        &self,
        request: &ReverseRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<PostOutcome>> {
        let (mut request, vault) = (request.clone(), self.vault.clone());
        request.command.fingerprint = fingerprints::keyed(&vault, request.command.fingerprint);
        self.database
            .write(move |conn| async move { reverse::reverse(conn, &vault, &request, now).await }.boxed())
            .await
    }

    async fn settle_hold(
        &self,
        transfer: TransferId,
        verdict: &HoldVerdict,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldOutcome> {
        let (verdict, actor, vault) = (verdict.clone(), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move { holds::settle(conn, &vault, transfer, &verdict, &actor, now).await }.boxed()
            })
            .await
    }

    async fn open_wallet(&self, request: &OpenWallet, now: DateTime<Utc>) -> StoreResult<OpenOutcome> {
        let (request, issuer, vault) = (request.clone(), self.clabes.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move { wallets::open(conn, &vault, issuer.as_deref(), &request, now).await }.boxed()
            })
            .await
    }

    async fn confirm(&self, request: &ConfirmTransfer, now: DateTime<Utc>) -> StoreResult<ConfirmOutcome> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { confirm::confirm(conn, &vault, &request, now).await }.boxed())
            .await
    }

    async fn cancel(
        &self,
        id: TransferId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Transfer>> {
        let (actor, vault) = (actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { confirm::cancel(conn, &vault, id, &actor, now).await }.boxed())
            .await
    }

    async fn expire(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        let vault = self.vault.clone();
        self.database.write(move |conn| async move { holds::expire(conn, &vault, now).await }.boxed()).await
    }

    async fn find_transfer(&self, id: TransferId) -> StoreResult<Option<Transfer>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| async move { read::find_transfer(conn, &vault, id).await }.boxed())
            .await
    }

    async fn transfer_history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>> {
        self.database.query(move |conn| read::transfer_history(conn, id).boxed()).await
    }

    async fn find_outcome(&self, key: &IdempotencyKey) -> StoreResult<Option<Outcome>> {
        let (key, vault) = (key.clone(), self.vault.clone());
        self.database
            .read(move |conn| async move { read::find_outcome(conn, &vault, &key).await }.boxed())
            .await
    }

    async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>> {
        let (filter, page, vault) = (filter.clone(), page.clone(), self.vault.clone());
        self.database
            .query(move |conn| async move { read::transfers(conn, &vault, &filter, &page).await }.boxed())
            .await
    }

    async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>> {
        let (page, vault) = (page.clone(), self.vault.clone());
        self.database
            .query(move |conn| async move { read::wallets(conn, &vault, user, &page).await }.boxed())
            .await
    }

    async fn find_wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| async move { read::find_wallet(conn, &vault, id).await }.boxed())
            .await
    }

    async fn spent(&self, user: UserId, currency: Currency, day: NaiveDate) -> StoreResult<Spent> {
        self.database.query(move |conn| read::spent(conn, user, currency, day).boxed()).await
    }

    async fn resolve(&self, account: &AccountNumber, currency: Currency) -> StoreResult<Resolved> {
        let (account, vault) = (account.clone(), self.vault.clone());
        self.database
            .query(move |conn| {
                async move { resolve::resolve(conn, &vault, &account, currency).await }.boxed()
            })
            .await
    }

    async fn first_wallet(&self, user: UserId, currency: Currency) -> StoreResult<Option<WalletView>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| async move { read::first_wallet(conn, &vault, user, currency).await }.boxed())
            .await
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
