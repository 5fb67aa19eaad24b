//! How others pay into a wallet.

use super::{clabes::assign_to_all, sealed};
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
    money::Currency,
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
        let (limit, vault) = (i64::try_from(count).unwrap_or(i64::MAX), self.vault.clone());
        self.database
            .write(move |conn| async move { assign_to_all(conn, &vault, &issuer, limit, now).await }.boxed())
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
        .select((wallets::user_id, wallets::sealed, wallets::currency, users::personal))
        .first::<(DbId, Option<Vec<u8>>, String, Option<Vec<u8>>)>(conn)
        .await
        .optional()?;
    let Some((user, sealed_name, currency, sealed)) = row else { return Ok(None) };
    let person = personal::open(conn, vault, UserId(user.0), sealed.as_deref()).await?;
    let phone = person.phone()?;
    let clabe = clabes::table
        .filter(clabes::wallet_id.eq(wallet))
        .select(clabes::sealed)
        .first::<Option<Vec<u8>>>(conn)
        .await
        .optional()?
        .flatten();
    let sealed: Vec<_> = [&sealed_name, &clabe].into_iter().filter_map(Option::as_deref).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let wallet_name =
        || Ok::<_, SqlError>(sealed::open_wallet(&keys, wallet.0, sealed_name.as_deref())?.name);
    // Money that is sent to a number enters the oldest wallet in its currency.
    let is_first = first_wallet(conn, user, &currency).await? == Some(wallet);
    let names: Vec<String> = [person.first_name, person.last_name].into_iter().flatten().collect();
    Ok(Some(ReceivingView {
        wallet: WalletId(wallet.0),
        user: UserId(user.0),
        name: if names.is_empty() { wallet_name()? } else { names.join(" ") },
        clabe: sealed::open_clabe(&keys, wallet.0, clabe.as_deref())?,
        phone: phone.filter(|_| is_first),
    }))
}
