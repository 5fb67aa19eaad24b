//! Read wallets, entries, transfers and kept answers.

use super::{
    counterparts, sealed,
    transfer_rows::{self, Side, TransferRow},
};
use crate::{
    backend::{Conn, DbId, DbTime, for_update},
    store::{
        error::SqlError,
        operations::fingerprints,
        rows::{corrupt, day as read_day, from_json, money},
        schema::{accounts, entries, idempotency_keys, transfer_history, transfers, wallets},
        subjects::{Keys, Vault},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        counterpart::Counterpart,
        ledger::Outcome,
        limits::{Spending, Spent},
        transfer::{Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
};
use ports::{
    money::{EntryFilter, EntryView, TransferFilter, WalletView},
    pagination::PageRequest,
};
use std::collections::HashMap;
use uuid::Uuid;

/// An instant after every entry.
const FAR_AWAY: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(at) => at,
    None => DateTime::<Utc>::UNIX_EPOCH,
};

#[derive(Queryable)]
struct WalletRow {
    id: DbId,
    user_id: DbId,
    sealed: Option<Vec<u8>>,
    currency: String,
    posted: i64,
    held: i64,
}

impl WalletRow {
    fn open(self, keys: &Keys) -> Result<WalletView, SqlError> {
        let words = sealed::open_wallet(keys, self.id.0, self.sealed.as_deref())?;
        Ok(WalletView {
            id: WalletId(self.id.0),
            user: UserId(self.user_id.0),
            name: words.name,
            kind: words.kind,
            posted: money(self.posted, &self.currency)?,
            available: money(self.posted.saturating_sub(self.held), &self.currency)?,
        })
    }
}

async fn open_wallets(
    conn: &mut Conn,
    vault: &Vault,
    rows: Vec<WalletRow>,
) -> Result<Vec<WalletView>, SqlError> {
    let sealed: Vec<_> = rows.iter().filter_map(|row| row.sealed.as_deref()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    rows.into_iter().map(|row| row.open(&keys)).collect()
}

macro_rules! wallet_rows {
    () => {
        wallets::table.inner_join(accounts::table.on(accounts::id.eq(wallets::id))).select((
            wallets::id,
            wallets::user_id,
            wallets::sealed,
            wallets::currency,
            accounts::posted,
            accounts::held,
        ))
    };
}

pub(crate) async fn find_transfer(
    conn: &mut Conn,
    vault: &Vault,
    id: TransferId,
) -> Result<Option<Transfer>, SqlError> {
    let row = find_row(conn, DbId(id.0)).await?;
    Ok(transfer_rows::open(conn, vault, row.into_iter().collect()).await?.pop())
}

async fn find_row(conn: &mut Conn, id: DbId) -> Result<Option<TransferRow>, SqlError> {
    Ok(transfers::table.find(id).select(TransferRow::as_select()).first(conn).await.optional()?)
}

async fn lock_row(conn: &mut Conn, id: TransferId) -> Result<Option<TransferRow>, SqlError> {
    let query = transfers::table.find(DbId(id.0)).select(TransferRow::as_select());
    Ok(for_update!(query).first(conn).await.optional()?)
}

/// A transfer, locked until the transaction ends.
pub(crate) async fn lock_transfer(
    conn: &mut Conn,
    vault: &Vault,
    id: TransferId,
) -> Result<Option<Transfer>, SqlError> {
    let row = lock_row(conn, id).await?;
    Ok(transfer_rows::open(conn, vault, row.into_iter().collect()).await?.pop())
}

/// The same without its destination and concept, for a change of its status.
pub(crate) async fn lock_unopened(conn: &mut Conn, id: TransferId) -> Result<Option<Transfer>, SqlError> {
    lock_row(conn, id).await?.map(TransferRow::unopened).transpose()
}

pub(crate) async fn transfer_history(
    conn: &mut Conn,
    id: TransferId,
) -> Result<Vec<(TransferStatus, DateTime<Utc>)>, SqlError> {
    let rows = transfer_history::table
        .filter(transfer_history::transfer_id.eq(DbId(id.0)))
        .order(transfer_history::seq.asc())
        .select((transfer_history::status, transfer_history::at))
        .load::<(String, DbTime)>(conn)
        .await?;
    let mut states = Vec::with_capacity(rows.len().saturating_add(1));
    if let Some(row) = find_row(conn, DbId(id.0)).await? {
        states.push((row.first_status()?, row.created_at()));
    }
    for (name, at) in rows {
        states.push((transfer_rows::status(&name)?, at.0));
    }
    Ok(states)
}

pub(crate) async fn find_outcome(
    conn: &mut Conn,
    vault: &Vault,
    key: &IdempotencyKey,
) -> Result<Option<Outcome>, SqlError> {
    let found = outcomes(conn, vault, vec![key.digest().to_vec()]).await?;
    Ok(found.into_iter().next().map(|(_, (_, outcome))| outcome))
}

/// The kept answers of keys, found by their digests, each with the keyed hash of its fingerprint. A transfer is returned
/// as it was when it was first answered.
pub(crate) async fn outcomes(
    conn: &mut Conn,
    vault: &Vault,
    digests: Vec<Vec<u8>>,
) -> Result<Vec<(Vec<u8>, (Fingerprint, Outcome))>, SqlError> {
    let rows = idempotency_keys::table
        .filter(idempotency_keys::key.eq_any(digests))
        .select((
            idempotency_keys::key,
            idempotency_keys::fingerprint,
            idempotency_keys::subject,
            idempotency_keys::refusal,
        ))
        .load::<(Vec<u8>, Vec<u8>, Option<DbId>, Option<String>)>(conn)
        .await?;
    let made = rows.iter().filter_map(|(_, _, subject, _)| *subject).collect();
    let made = first_answers(conn, vault, made).await?;
    let mut found = Vec::with_capacity(rows.len());
    for (key, stored, subject, refusal) in rows {
        let outcome = match (subject, refusal) {
            (Some(id), _) => {
                let first = made.get(&id).cloned().ok_or_else(|| corrupt("a transfer vanished"))?;
                Outcome::Accepted(Box::new(first))
            }
            (None, Some(refusal)) => Outcome::Refused(from_json(&refusal)?),
            (None, None) => return Err(corrupt("a key without an answer")),
        };
        found.push((key, (fingerprints::read(vault, &stored)?, outcome)));
    }
    Ok(found)
}

/// Transfers as they were when they were first answered.
async fn first_answers(
    conn: &mut Conn,
    vault: &Vault,
    ids: Vec<DbId>,
) -> Result<HashMap<DbId, Transfer>, SqlError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = transfers::table.filter(transfers::id.eq_any(ids)).select(TransferRow::as_select());
    let rows = query.load::<TransferRow>(conn).await?;
    let firsts = rows.iter().map(TransferRow::first_status).collect::<Result<Vec<_>, _>>()?;
    let opened = transfer_rows::open(conn, vault, rows).await?;
    let first = |(transfer, first): (Transfer, _)| (DbId(transfer.id.0), transfer.as_first_answered(first));
    Ok(opened.into_iter().zip(firsts).map(first).collect())
}

pub(crate) async fn transfers(
    conn: &mut Conn,
    vault: &Vault,
    filter: &TransferFilter,
    page: &PageRequest,
) -> Result<Vec<Transfer>, SqlError> {
    let mut query = transfers::table
        .order(transfers::id.desc())
        .limit(page.limit)
        .select(TransferRow::as_select())
        .into_boxed();
    if let Some(caller) = &filter.caller {
        query = query.filter(transfers::caller.eq(caller.key()));
    }
    if let Some(owner) = filter.owner {
        query = query.filter(transfers::owner.eq(DbId(owner.0)));
    }
    if let Some(status) = filter.status {
        query = query.filter(transfers::status.eq(status.name()));
    }
    if let Some(after) = after_id(page)? {
        query = query.filter(transfers::id.lt(after));
    }
    let rows = query.load(conn).await?;
    transfer_rows::open(conn, vault, rows).await
}

fn after_id(page: &PageRequest) -> Result<Option<DbId>, SqlError> {
    page.after.as_deref().map(|id| Uuid::parse_str(id).map(DbId).map_err(corrupt)).transpose()
}

pub(crate) async fn wallets(
    conn: &mut Conn,
    vault: &Vault,
    user: Option<UserId>,
    page: &PageRequest,
) -> Result<Vec<WalletView>, SqlError> {
    let after = match after_id(page)? {
        Some(id) => {
            let seq = wallets::table.filter(wallets::id.eq(id)).select(wallets::seq);
            seq.first(conn).await.optional()?.unwrap_or(i64::MAX)
        }
        None => 0,
    };
    let mut query = wallet_rows!()
        .filter(wallets::seq.gt(after))
        .order(wallets::seq.asc())
        .limit(page.limit)
        .into_boxed();
    if let Some(user) = user {
        query = query.filter(wallets::user_id.eq(DbId(user.0)));
    }
    let rows = query.load::<WalletRow>(conn).await?;
    open_wallets(conn, vault, rows).await
}

pub(crate) async fn find_wallet(
    conn: &mut Conn,
    vault: &Vault,
    id: WalletId,
) -> Result<Option<WalletView>, SqlError> {
    let row = wallet_rows!().filter(wallets::id.eq(DbId(id.0))).first::<WalletRow>(conn).await.optional()?;
    Ok(open_wallets(conn, vault, row.into_iter().collect()).await?.pop())
}

pub(crate) async fn spent(
    conn: &mut Conn,
    user: UserId,
    currency: Currency,
    day: NaiveDate,
) -> Result<Spent, SqlError> {
    let rows = accounts::table
        .filter(accounts::owner.eq(Some(DbId(user.0))))
        .filter(accounts::currency.eq(currency.code()))
        .select((accounts::spent_on, accounts::spent_day, accounts::spent_month))
        .load::<(i32, i64, i64)>(conn)
        .await?;
    rows.into_iter().try_fold(Spent::default(), |sum, (on, in_day, in_month)| {
        Ok(sum.and(Spending { on: read_day(on)?, in_day, in_month }.as_of(day)))
    })
}

pub(crate) async fn first_wallet(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    currency: Currency,
) -> Result<Option<WalletView>, SqlError> {
    let row = wallet_rows!()
        .filter(wallets::user_id.eq(DbId(user.0)))
        .filter(wallets::currency.eq(currency.code()))
        .order(wallets::seq.asc())
        .first::<WalletRow>(conn)
        .await
        .optional()?;
    Ok(open_wallets(conn, vault, row.into_iter().collect()).await?.pop())
}

/// An entry of a wallet with its transfer: version, amount, balance after it, instant.
pub(crate) type EntryRow = (i64, i64, i64, DbTime, TransferRow);

/// Entries with their transfers, as [`EntryRow`]s. Only entries of wallets have a version and a balance.
macro_rules! entry_rows {
    () => {
        entries::table.inner_join(transfers::table.on(transfers::id.eq(entries::transfer_id))).select((
            entries::version.assume_not_null(),
            entries::minor,
            entries::balance_after.assume_not_null(),
            entries::at,
            TransferRow::as_select(),
        ))
    };
}
pub(crate) use entry_rows;

/// Opens entries; who is on the other side is not named yet. A person sees of what others paid them only their own
/// copy of it.
pub(crate) async fn entry_views(
    conn: &mut Conn,
    vault: &Vault,
    rows: Vec<EntryRow>,
) -> Result<Vec<EntryView>, SqlError> {
    let side = |minor: i64| if minor < 0 { Side::Payer } else { Side::Payee };
    let sealed: Vec<_> = rows.iter().flat_map(|(_, minor, .., row)| row.sealed(side(*minor))).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let view = |(version, minor, balance, at, row): EntryRow| {
        let transfer = row.open(side(minor), &keys)?;
        let money = |minor| Money::new(minor, transfer.amount.currency);
        let (amount, balance_after, counterpart) = (money(minor), money(balance), Counterpart::Unknown);
        Ok(EntryView { version, amount, balance_after, transfer, counterpart, at: at.0 })
    };
    rows.into_iter().map(view).collect()
}

pub(crate) async fn entries(
    conn: &mut Conn,
    vault: &Vault,
    wallet: WalletId,
    filter: EntryFilter,
    page: &PageRequest,
) -> Result<Vec<EntryView>, SqlError> {
    let before = match &page.after {
        Some(version) => version.parse::<i64>().map_err(corrupt)?,
        None => i64::MAX,
    };
    let from = DbTime(filter.from.unwrap_or(DateTime::UNIX_EPOCH));
    let until = DbTime(filter.until.unwrap_or(FAR_AWAY));
    let rows = entry_rows!()
        .filter(entries::account_id.eq(DbId(wallet.0)))
        .filter(entries::version.lt(before))
        .filter(entries::at.ge(from))
        .filter(entries::at.lt(until))
        .order(entries::version.desc())
        .limit(page.limit)
        .load::<EntryRow>(conn)
        .await?;
    let mut views = entry_views(conn, vault, rows).await?;
    counterparts::name(conn, vault, wallet, &mut views).await?;
    Ok(views)
}
