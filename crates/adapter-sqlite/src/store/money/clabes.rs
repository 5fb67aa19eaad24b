//! CLABEs of our own wallets, assigned once each.

use super::sealed::Seals;
use crate::{
    backend::{Conn, DbId, DbTime, for_update, skip_locked},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{clabe_prefixes, clabes, wallets},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency,
        clabe::{ClabeIssuer, ClabePrefix},
    },
};
use ports::money::ClabesAssigned;

/// Gives a person's wallet the next CLABE that is free. False: the prefix has no numbers left.
pub(crate) async fn assign(
    conn: &mut Conn,
    seals: &Seals<'_>,
    issuer: &ClabeIssuer,
    (wallet, user): (WalletId, UserId),
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
                clabes::clabe_hash.eq(seals.clabe_hash(clabe.canonical())),
                clabes::wallet_id.eq(DbId(wallet.0)),
                clabes::assigned_at.eq(DbTime(now)),
                clabes::sealed.eq(Some(seals.clabe(wallet.0, user, clabe.canonical())?)),
            ))
            .on_conflict(clabes::clabe_hash)
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
    vault: &Vault,
    issuer: &ClabeIssuer,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<ClabesAssigned, SqlError> {
    let has_one = clabes::table.filter(clabes::wallet_id.eq(wallets::id)).select(clabes::clabe_hash);
    let without = wallets::table
        .filter(wallets::currency.eq(Currency::MXN.code()))
        .filter(diesel::dsl::not(diesel::dsl::exists(has_one)))
        .order(wallets::seq.asc())
        .limit(limit)
        .select((wallets::id, wallets::user_id));
    let without = skip_locked!(without).load::<(DbId, DbId)>(conn).await?;
    let seals = Seals::of(conn, vault, without.iter().map(|(_, user)| UserId(user.0)).collect(), now).await?;
    let mut assigned = 0usize;
    for (wallet, user) in without {
        let (wallet, user) = (WalletId(wallet.0), UserId(user.0));
        if seals.may_seal(user) && !assign(conn, &seals, issuer, (wallet, user), now).await? {
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
