//! How others pay into a wallet.

use super::clabes::assign_to_all;
use crate::{
    backend::{Conn, DbId},
    store::{
        accounts::personal,
        error::SqlError,
        handle::Store,
        schema::{clabes, users, wallets},
        subjects::Vault,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{Currency, account_number::AccountNumber},
};
use futures_util::FutureExt;
use ports::{
    money::{ClabesAssigned, Receiving, ReceivingView},
    store_error::StoreResult,
};

#[async_trait]
impl Receiving for Store {
    async fn receiving(&self, wallet: WalletId) -> StoreResult<Option<ReceivingView>> {
        let vault = self.vault.clone();
        self.database.read(move |conn| async move { receiving(conn, &vault, wallet).await }.boxed()).await
    }

    async fn receiving_of(&self, user: UserId, currency: Currency) -> StoreResult<Option<ReceivingView>> {
        let vault = self.vault.clone();
        self.database
            .read(move |conn| {
                async move {
                    match first_wallet(conn, DbId(user.0), currency.code()).await? {
                        Some(wallet) => receiving(conn, &vault, WalletId(wallet.0)).await,
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn assign_clabes(&self, count: usize, now: DateTime<Utc>) -> StoreResult<ClabesAssigned> {
        let Some(issuer) = self.clabes.clone() else { return Ok(ClabesAssigned::default()) };
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        self.database
            .write(move |conn| async move { assign_to_all(conn, &issuer, limit, now).await }.boxed())
            .await
    }
}

async fn first_wallet(conn: &mut Conn, user: DbId, currency: &str) -> Result<Option<DbId>, SqlError> {
    let oldest = wallets::table
        .filter(wallets::user_id.eq(user))
        .filter(wallets::currency.eq(currency))
        .order(wallets::seq.asc())
        .select(wallets::id);
    Ok(oldest.first(conn).await.optional()?)
}

async fn receiving(
    conn: &mut Conn,
    vault: &Vault,
    wallet: WalletId,
) -> Result<Option<ReceivingView>, SqlError> {
    let wallet = DbId(wallet.0);
    let row = wallets::table
        .inner_join(users::table.on(users::id.eq(wallets::user_id)))
        .filter(wallets::id.eq(wallet))
        .select((wallets::user_id, wallets::name, wallets::currency, users::personal))
        .first::<(DbId, String, String, Option<Vec<u8>>)>(conn)
        .await
        .optional()?;
    let Some((user, wallet_name, currency, sealed)) = row else { return Ok(None) };
    let person = personal::open(conn, vault, UserId(user.0), sealed.as_deref()).await?;
    let phone = person.phone()?;
    let clabe = clabes::table
        .filter(clabes::wallet_id.eq(wallet))
        .select(clabes::clabe)
        .first::<String>(conn)
        .await
        .optional()?;
    // Money that is sent to a number enters the oldest wallet in its currency.
    let is_first = first_wallet(conn, user, &currency).await? == Some(wallet);
    let names: Vec<String> = [person.first_name, person.last_name].into_iter().flatten().collect();
    Ok(Some(ReceivingView {
        wallet: WalletId(wallet.0),
        user: UserId(user.0),
        name: if names.is_empty() { wallet_name } else { names.join(" ") },
        clabe: clabe.map(AccountNumber::Clabe),
        phone: phone.filter(|_| is_first),
    }))
}
