//! Seals rows that an earlier version wrote in the clear.

use super::{rows::SealedTransfer, sealed::Seals};
use crate::{
    backend::{Conn, DbId, seal_transfers},
    store::{
        error::SqlError,
        rows::from_json,
        schema::{accounts, clabes, payees, transfers, wallets},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{account_number::AccountNumber, transfer::Destination},
};

/// Rows that are sealed in one transaction.
const BATCH: i64 = 500;

/// Seals a batch of rows that are in the clear. Returns how many were; none: there are no more.
pub(crate) async fn seal_batch(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    for sealed in [
        seal_wallets(conn, vault, now).await?,
        seal_clabes(conn, vault, now).await?,
        seal_payees(conn, vault, now).await?,
    ] {
        if sealed > 0 {
            return Ok(sealed);
        }
    }
    seal_transfer_rows(conn, vault, now).await
}

async fn seal_wallets(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = wallets::table
        .filter(wallets::name.is_not_null())
        .order(wallets::seq)
        .limit(BATCH)
        .select((wallets::id, wallets::user_id, wallets::name.assume_not_null(), wallets::kind))
        .load::<(DbId, DbId, String, Option<String>)>(conn)
        .await?;
    let people = rows.iter().map(|(_, user, ..)| UserId(user.0)).collect();
    let seals = Seals::of(conn, vault, people, now).await?;
    for (id, user, name, kind) in &rows {
        let words = (name.as_str(), kind.as_deref().unwrap_or_default());
        let user = UserId(user.0);
        let sealed = seals.may_seal(user).then(|| seals.wallet(WalletId(id.0), user, words)).transpose()?;
        diesel::update(wallets::table.filter(wallets::id.eq(id)))
            .set((
                wallets::sealed.eq(sealed),
                wallets::name.eq(None::<String>),
                wallets::kind.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}

async fn seal_clabes(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = clabes::table
        .inner_join(wallets::table.on(wallets::id.eq(clabes::wallet_id)))
        .filter(clabes::sealed.is_null())
        .filter(sql::<Bool>("substr(clabe_hash, 1, 2) <> '1:'"))
        .limit(BATCH)
        .select((clabes::clabe_hash, clabes::wallet_id, wallets::user_id))
        .load::<(String, DbId, DbId)>(conn)
        .await?;
    let people = rows.iter().map(|(.., user)| UserId(user.0)).collect();
    let seals = Seals::of(conn, vault, people, now).await?;
    for (clabe, wallet, user) in &rows {
        let user = UserId(user.0);
        let sealed = seals.may_seal(user).then(|| seals.clabe(wallet.0, user, clabe)).transpose()?;
        diesel::update(clabes::table.find(clabe))
            .set((clabes::clabe_hash.eq(seals.clabe_hash(clabe)), clabes::sealed.eq(sealed)))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}

/// A payee's person, account in the clear, account as JSON, name, and id.
type ClearPayee = (DbId, String, Option<String>, Option<String>, Option<DbId>);

async fn seal_payees(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = payees::table
        .filter(sql::<Bool>("substr(account_hash, 1, 2) <> '1:'"))
        .filter(sql::<Bool>("substr(account_hash, 1, 7) <> 'erased:'"))
        .limit(BATCH)
        .select((payees::user_id, payees::account_hash, payees::account_json, payees::name, payees::id))
        .load::<ClearPayee>(conn)
        .await?;
    let people = rows.iter().map(|(user, ..)| UserId(user.0)).collect();
    let seals = Seals::of(conn, vault, people, now).await?;
    for (user, account, json, name, id) in &rows {
        let payer = UserId(user.0);
        let hash = seals.hash(payer, account);
        let named = json.as_deref().zip(name.as_deref()).filter(|_| id.is_some() && seals.may_seal(payer));
        let sealed = match named {
            Some((json, name)) => {
                Some(seals.payee(payer, &hash, (name, &from_json::<AccountNumber>(json)?))?)
            }
            None => None,
        };
        diesel::update(payees::table.find((user, account)))
            .set((
                payees::account_hash.eq(hash),
                payees::sealed.eq(sealed),
                payees::account_json.eq(None::<String>),
                payees::name.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}

/// A transfer's id and owner, its payee, destination and concept.
type ClearTransfer = (DbId, DbId, Option<DbId>, String, Option<String>);

async fn seal_transfer_rows(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = transfers::table
        .left_join(accounts::table.on(accounts::id.eq(transfers::to_account)))
        .filter(transfers::destination.is_not_null())
        .order(transfers::id)
        .limit(BATCH)
        .select((
            transfers::id,
            transfers::owner,
            accounts::owner.nullable(),
            transfers::destination.assume_not_null(),
            transfers::concept,
        ))
        .load::<ClearTransfer>(conn)
        .await?;
    let count = rows.len();
    let people = rows.iter().flat_map(|(_, owner, payee, ..)| [Some(*owner), *payee]);
    let people = people.flatten().map(|user| UserId(user.0)).collect();
    let seals = Seals::of(conn, vault, people, now).await?;
    let row = |(id, owner, payee, destination, concept): ClearTransfer| {
        let (owner, payee) = (UserId(owner.0), payee.map(|payee| UserId(payee.0)));
        let destination: Destination = from_json(&destination)?;
        let concept = concept.as_deref();
        let is_live = seals.may_seal(owner);
        let sealed = is_live.then(|| seals.said(id.0, owner, (&destination, concept))).transpose()?;
        Ok(SealedTransfer {
            id,
            sealed,
            payee_sealed: seals.copy(id.0, (owner, payee), concept)?,
            payee_hash: is_live.then(|| seals.payee_hash(owner, &destination)),
        })
    };
    let sealed = rows.into_iter().map(row).collect::<Result<Vec<_>, SqlError>>()?;
    seal_transfers(conn, sealed).await?;
    Ok(count)
}
