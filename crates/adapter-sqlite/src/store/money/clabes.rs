//! CLABEs of our own wallets: assigned once each, and read by payers.

use crate::{
    backend::{Conn, DbId, DbTime, for_update, skip_locked},
    store::{
        error::SqlError,
        handle::Store,
        rows::{corrupt, phone as read_phone},
        schema::{clabe_prefixes, clabes, users, wallets},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency,
        account_number::AccountNumber,
        clabe::{ClabeIssuer, ClabePrefix},
    },
};
use futures_util::FutureExt;
use ports::{
    money::{ClabesAssigned, Receiving, ReceivingView},
    store_error::StoreResult,
};

#[async_trait]
impl Receiving for Store {
    async fn receiving(&self, wallet: WalletId) -> StoreResult<Option<ReceivingView>> {
        self.database.read(move |conn| async move { receiving(conn, wallet).await }.boxed()).await
    }

    async fn receiving_of(&self, user: UserId, currency: Currency) -> StoreResult<Option<ReceivingView>> {
        self.database
            .read(move |conn| {
                async move {
                    match first_wallet(conn, DbId(user.0), currency.code()).await? {
                        Some(wallet) => receiving(conn, WalletId(wallet.0)).await,
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

/// Gives a wallet the next CLABE that is free. False: the prefix has no numbers left.
pub(crate) async fn assign(
    conn: &mut Conn,
    issuer: &ClabeIssuer,
    wallet: DbId,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let prefix = issuer.prefix().as_str();
    diesel::insert_into(clabe_prefixes::table)
        .values((
            clabe_prefixes::prefix.eq(prefix),
            clabe_prefixes::next_number.eq(0),
            clabe_prefixes::created_at.eq(DbTime(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let row = clabe_prefixes::table.find(prefix).select(clabe_prefixes::next_number);
    let mut next = for_update!(row).first::<i64>(conn).await?;
    loop {
        let number = u64::try_from(next).map_err(corrupt)?;
        let Some(clabe) = issuer.clabe(number) else { return Ok(false) };
        next = next.saturating_add(1);
        diesel::update(clabe_prefixes::table.find(prefix))
            .set(clabe_prefixes::next_number.eq(next))
            .execute(conn)
            .await?;
        // Under an earlier key another number may have given this CLABE.
        let assigned = diesel::insert_into(clabes::table)
            .values((
                clabes::clabe.eq(clabe.canonical()),
                clabes::wallet_id.eq(wallet),
                clabes::assigned_at.eq(DbTime(now)),
            ))
            .on_conflict(clabes::clabe)
            .do_nothing()
            .execute(conn)
            .await?;
        if assigned == 1 {
            return Ok(true);
        }
    }
}

async fn assign_to_all(
    conn: &mut Conn,
    issuer: &ClabeIssuer,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<ClabesAssigned, SqlError> {
    let has_one = clabes::table.filter(clabes::wallet_id.eq(wallets::id)).select(clabes::clabe);
    let without = wallets::table
        .filter(wallets::currency.eq(Currency::MXN.code()))
        .filter(diesel::dsl::not(diesel::dsl::exists(has_one)))
        .order(wallets::seq.asc())
        .limit(limit)
        .select(wallets::id);
    let without = skip_locked!(without).load::<DbId>(conn).await?;
    let mut assigned = 0usize;
    for wallet in without {
        if !assign(conn, issuer, wallet, now).await? {
            break;
        }
        assigned = assigned.saturating_add(1);
    }
    let next = clabe_prefixes::table
        .find(issuer.prefix().as_str())
        .select(clabe_prefixes::next_number)
        .first::<i64>(conn)
        .await
        .optional()?;
    let used = u64::try_from(next.unwrap_or(0)).map_err(corrupt)?;
    Ok(ClabesAssigned { assigned, left: Some(issuer.prefix().capacity().saturating_sub(used)) })
}

/// The prefixes of all CLABEs that were ever assigned.
pub(crate) async fn prefixes(conn: &mut Conn) -> Result<Vec<ClabePrefix>, SqlError> {
    let rows = clabe_prefixes::table.select(clabe_prefixes::prefix).load::<String>(conn).await?;
    rows.iter().map(|prefix| ClabePrefix::parse(prefix).map_err(corrupt)).collect()
}

async fn first_wallet(conn: &mut Conn, user: DbId, currency: &str) -> Result<Option<DbId>, SqlError> {
    let oldest = wallets::table
        .filter(wallets::user_id.eq(user))
        .filter(wallets::currency.eq(currency))
        .order(wallets::seq.asc())
        .select(wallets::id);
    Ok(oldest.first(conn).await.optional()?)
}

async fn receiving(conn: &mut Conn, wallet: WalletId) -> Result<Option<ReceivingView>, SqlError> {
    let wallet = DbId(wallet.0);
    let row = wallets::table
        .inner_join(users::table.on(users::id.eq(wallets::user_id)))
        .filter(wallets::id.eq(wallet))
        .select((
            wallets::user_id,
            wallets::name,
            wallets::currency,
            users::first_name,
            users::last_name,
            users::phone,
        ))
        .first::<(DbId, String, String, Option<String>, Option<String>, Option<String>)>(conn)
        .await
        .optional()?;
    let Some((user, wallet_name, currency, first_name, last_name, phone)) = row else { return Ok(None) };
    let clabe = clabes::table
        .filter(clabes::wallet_id.eq(wallet))
        .select(clabes::clabe)
        .first::<String>(conn)
        .await
        .optional()?;
    // Money that is sent to a number enters the oldest wallet in its currency.
    let is_first = first_wallet(conn, user, &currency).await? == Some(wallet);
    let names: Vec<String> = [first_name, last_name].into_iter().flatten().collect();
    Ok(Some(ReceivingView {
        wallet: WalletId(wallet.0),
        user: UserId(user.0),
        name: if names.is_empty() { wallet_name } else { names.join(" ") },
        clabe: clabe.map(AccountNumber::Clabe),
        phone: phone.filter(|_| is_first).map(read_phone).transpose()?,
    }))
}
