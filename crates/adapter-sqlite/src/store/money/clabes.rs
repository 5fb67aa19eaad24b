//! CLABEs of our own wallets, assigned once each.

use crate::{
    backend::{Conn, DbId, DbTime, for_update, skip_locked},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{clabe_prefixes, clabes, wallets},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::money::{
    Currency,
    clabe::{ClabeIssuer, ClabePrefix},
};
use ports::money::ClabesAssigned;

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

/// Gives a CLABE to wallets that have none, oldest first.
pub(crate) async fn assign_to_all(
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
