//! Read wallets, entries, transfers and kept answers.

use super::counterparts;
use crate::{
    backend::{Conn, Db, DbId, DbTime, for_update},
    store::{
        error::SqlError,
        rows::{corrupt, day as read_day, fingerprint, from_json, money},
        schema::{accounts, entries, idempotency_keys, transfer_history, transfers, wallets},
        subjects::Vault,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{
        Currency,
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
use uuid::Uuid;

/// An instant after every entry.
const FAR_AWAY: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(at) => at,
    None => DateTime::<Utc>::UNIX_EPOCH,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = transfers, check_for_backend(Db))]
pub(crate) struct TransferRow {
    id: DbId,
    folio: String,
    caller: String,
    client_tx_id: Option<String>,
    owner: DbId,
    from_account: DbId,
    to_account: DbId,
    destination: String,
    minor: i64,
    currency: String,
    concept: Option<String>,
    status: String,
    first_status: String,
    verification_id: Option<DbId>,
    reverses: Option<DbId>,
    reversed_minor: i64,
    refusal: Option<String>,
    expires_at: Option<DbTime>,
    created_at: DbTime,
}

impl TryFrom<TransferRow> for Transfer {
    type Error = SqlError;
    fn try_from(row: TransferRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: TransferId(row.id.0),
            folio: row.folio.parse().map_err(corrupt)?,
            caller: row.caller.parse().map_err(corrupt)?,
            client_tx_id: row.client_tx_id,
            owner: UserId(row.owner.0),
            from: WalletId(row.from_account.0),
            to: WalletId(row.to_account.0),
            destination: from_json(&row.destination)?,
            amount: money(row.minor, &row.currency)?,
            concept: row.concept,
            status: status(&row.status)?,
            verification: row.verification_id.map(|id| VerificationId(id.0)),
            reverses: row.reverses.map(|id| TransferId(id.0)),
            reversed_minor: row.reversed_minor,
            refusal: row.refusal.as_deref().map(from_json).transpose()?,
            expires_at: row.expires_at.map(|at| at.0),
            created_at: row.created_at.0,
        })
    }
}

#[derive(Queryable)]
struct WalletRow {
    id: DbId,
    user_id: DbId,
    name: String,
    kind: String,
    currency: String,
    posted: i64,
    held: i64,
}

impl TryFrom<WalletRow> for WalletView {
    type Error = SqlError;
    fn try_from(row: WalletRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: WalletId(row.id.0),
            user: UserId(row.user_id.0),
            name: row.name,
            kind: row.kind,
            posted: money(row.posted, &row.currency)?,
            available: money(row.posted.saturating_sub(row.held), &row.currency)?,
        })
    }
}

macro_rules! wallet_rows {
    () => {
        wallets::table.inner_join(accounts::table.on(accounts::id.eq(wallets::id))).select((
            wallets::id,
            wallets::user_id,
            wallets::name,
            wallets::kind,
            wallets::currency,
            accounts::posted,
            accounts::held,
        ))
    };
}

pub(crate) async fn find_transfer(conn: &mut Conn, id: TransferId) -> Result<Option<Transfer>, SqlError> {
    find_row(conn, DbId(id.0)).await?.map(Transfer::try_from).transpose()
}

async fn find_row(conn: &mut Conn, id: DbId) -> Result<Option<TransferRow>, SqlError> {
    Ok(transfers::table.find(id).select(TransferRow::as_select()).first(conn).await.optional()?)
}

/// A transfer, locked until the transaction ends.
pub(crate) async fn lock_transfer(conn: &mut Conn, id: TransferId) -> Result<Option<Transfer>, SqlError> {
    let query = transfers::table.find(DbId(id.0)).select(TransferRow::as_select());
    let row = for_update!(query).first(conn).await.optional()?;
    row.map(Transfer::try_from).transpose()
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
        states.push((status(&row.first_status)?, row.created_at.0));
    }
    for (name, at) in rows {
        states.push((status(&name)?, at.0));
    }
    Ok(states)
}

fn status(name: &str) -> Result<TransferStatus, SqlError> {
    TransferStatus::parse(name).ok_or_else(|| corrupt(name))
}

pub(crate) async fn find_outcome(
    conn: &mut Conn,
    key: &IdempotencyKey,
) -> Result<Option<(Fingerprint, Outcome)>, SqlError> {
    let found = outcomes(conn, vec![key.digest().to_vec()]).await?;
    Ok(found.into_iter().next().map(|(_, known)| known))
}

/// The kept answers of keys, found by their digests. A transfer is returned as it was when it was first
/// answered.
pub(crate) async fn outcomes(
    conn: &mut Conn,
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
    let mut found = Vec::with_capacity(rows.len());
    for (key, stored, subject, refusal) in rows {
        let outcome = match (subject, refusal) {
            (Some(id), _) => {
                let row = find_row(conn, id).await?.ok_or_else(|| corrupt("a transfer vanished"))?;
                let first = status(&row.first_status)?;
                Outcome::Accepted(Box::new(Transfer::try_from(row)?.as_first_answered(first)))
            }
            (None, Some(refusal)) => Outcome::Refused(from_json(&refusal)?),
            (None, None) => return Err(corrupt("a key without an answer")),
        };
        found.push((key, (fingerprint(&stored)?, outcome)));
    }
    Ok(found)
}

pub(crate) async fn transfers(
    conn: &mut Conn,
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
    if let Some(after) = after_id(page)? {
        query = query.filter(transfers::id.lt(after));
    }
    query.load(conn).await?.into_iter().map(Transfer::try_from).collect()
}

fn after_id(page: &PageRequest) -> Result<Option<DbId>, SqlError> {
    page.after.as_deref().map(|id| Uuid::parse_str(id).map(DbId).map_err(corrupt)).transpose()
}

pub(crate) async fn wallets(
    conn: &mut Conn,
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
    query.load::<WalletRow>(conn).await?.into_iter().map(WalletView::try_from).collect()
}

pub(crate) async fn find_wallet(conn: &mut Conn, id: WalletId) -> Result<Option<WalletView>, SqlError> {
    let row = wallet_rows!().filter(wallets::id.eq(DbId(id.0))).first::<WalletRow>(conn).await.optional()?;
    row.map(WalletView::try_from).transpose()
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
    row.map(WalletView::try_from).transpose()
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

/// An entry; who is on the other side is not named yet.
pub(crate) fn entry_view((version, minor, balance, at, transfer): EntryRow) -> Result<EntryView, SqlError> {
    let amount = money(minor, &transfer.currency)?;
    let balance_after = money(balance, &transfer.currency)?;
    let (transfer, counterpart) = (Transfer::try_from(transfer)?, Counterpart::Unknown);
    Ok(EntryView { version, amount, balance_after, transfer, counterpart, at: at.0 })
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
    let mut views = rows.into_iter().map(entry_view).collect::<Result<Vec<_>, _>>()?;
    counterparts::name(conn, vault, wallet, &mut views).await?;
    Ok(views)
}
