//! Looking into the books.

use super::super::{
    rows::{corrupt, fingerprint, from_json, money},
    schema::{accounts, entries, idempotency_keys, transfer_history, transfers, wallets},
};
use crate::backend::{Conn, Db, DbId, DbTime, Fault};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    idempotency::{Fingerprint, IdempotencyKey},
    ids::{TransferId, UserId, VerificationId, WalletId},
    ledger::Outcome,
    money::Currency,
    transfer::{Transfer, TransferStatus},
};
use ports::stores::{EntryView, PageRequest, TransferFilter, WalletView};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = transfers, check_for_backend(Db))]
pub(super) struct TransferRow {
    id: DbId,
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
    verification_id: Option<DbId>,
    refusal: Option<String>,
    expires_at: Option<DbTime>,
    created_at: DbTime,
}

impl TryFrom<TransferRow> for Transfer {
    type Error = Fault;
    fn try_from(row: TransferRow) -> Result<Self, Fault> {
        Ok(Self {
            id: TransferId(row.id.0),
            caller: row.caller,
            client_tx_id: row.client_tx_id,
            owner: UserId(row.owner.0),
            from: WalletId(row.from_account.0),
            to: WalletId(row.to_account.0),
            destination: from_json(&row.destination)?,
            amount: money(row.minor, &row.currency)?,
            concept: row.concept,
            status: TransferStatus::parse(&row.status).ok_or_else(|| corrupt(&row.status))?,
            verification: row.verification_id.map(|id| VerificationId(id.0)),
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
    type Error = Fault;
    fn try_from(row: WalletRow) -> Result<Self, Fault> {
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

pub(super) async fn find_transfer(conn: &mut Conn, id: TransferId) -> Result<Option<Transfer>, Fault> {
    let row = transfers::table
        .filter(transfers::id.eq(DbId(id.0)))
        .select(TransferRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Transfer::try_from).transpose()
}

pub(super) async fn transfer_history(
    conn: &mut Conn,
    id: TransferId,
) -> Result<Vec<(TransferStatus, DateTime<Utc>)>, Fault> {
    let rows = transfer_history::table
        .filter(transfer_history::transfer_id.eq(DbId(id.0)))
        .order(transfer_history::seq.asc())
        .select((transfer_history::status, transfer_history::at))
        .load::<(String, DbTime)>(conn)
        .await?;
    rows.into_iter()
        .map(|(status, at)| Ok((TransferStatus::parse(&status).ok_or_else(|| corrupt(&status))?, at.0)))
        .collect()
}

pub(super) async fn find_outcome(
    conn: &mut Conn,
    key: &IdempotencyKey,
) -> Result<Option<(Fingerprint, Outcome)>, Fault> {
    let row = idempotency_keys::table
        .find((&key.caller, &key.operation, &key.key))
        .select((idempotency_keys::fingerprint, idempotency_keys::outcome))
        .first::<(Vec<u8>, String)>(conn)
        .await
        .optional()?;
    row.map(|(bytes, outcome)| Ok((fingerprint(&bytes)?, from_json(&outcome)?))).transpose()
}

/// The row number behind which a page begins.
async fn seq_of_transfer(conn: &mut Conn, page: &PageRequest) -> Result<i64, Fault> {
    let Some(id) = page.after.as_deref().and_then(|id| Uuid::parse_str(id).ok()) else { return Ok(i64::MAX) };
    let seq = transfers::table
        .filter(transfers::id.eq(DbId(id)))
        .select(transfers::seq)
        .first(conn)
        .await
        .optional()?;
    Ok(seq.unwrap_or(0))
}

pub(super) async fn transfers(
    conn: &mut Conn,
    filter: &TransferFilter,
    page: &PageRequest,
) -> Result<Vec<Transfer>, Fault> {
    let before = seq_of_transfer(conn, page).await?;
    let mut query = transfers::table
        .filter(transfers::seq.lt(before))
        .order(transfers::seq.desc())
        .limit(page.limit)
        .select(TransferRow::as_select())
        .into_boxed();
    if let Some(caller) = &filter.caller {
        query = query.filter(transfers::caller.eq(caller));
    }
    query.load(conn).await?.into_iter().map(Transfer::try_from).collect()
}

pub(super) async fn wallets(
    conn: &mut Conn,
    user: Option<UserId>,
    page: &PageRequest,
) -> Result<Vec<WalletView>, Fault> {
    let after = match page.after.as_deref().and_then(|id| Uuid::parse_str(id).ok()) {
        Some(id) => {
            let seq = wallets::table.filter(wallets::id.eq(DbId(id))).select(wallets::seq);
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

pub(super) async fn find_wallet(conn: &mut Conn, id: WalletId) -> Result<Option<WalletView>, Fault> {
    let row = wallet_rows!().filter(wallets::id.eq(DbId(id.0))).first::<WalletRow>(conn).await.optional()?;
    row.map(WalletView::try_from).transpose()
}

pub(super) async fn first_wallet(
    conn: &mut Conn,
    user: UserId,
    currency: Currency,
) -> Result<Option<WalletView>, Fault> {
    let row = wallet_rows!()
        .filter(wallets::user_id.eq(DbId(user.0)))
        .filter(wallets::currency.eq(currency.code()))
        .order(wallets::seq.asc())
        .first::<WalletRow>(conn)
        .await
        .optional()?;
    row.map(WalletView::try_from).transpose()
}

pub(super) async fn entries(
    conn: &mut Conn,
    wallet: WalletId,
    page: &PageRequest,
) -> Result<Vec<EntryView>, Fault> {
    let before = page.after.as_deref().and_then(|version| version.parse::<i64>().ok()).unwrap_or(i64::MAX);
    let rows = entries::table
        .inner_join(transfers::table.on(transfers::id.eq(entries::transfer_id)))
        .filter(entries::account_id.eq(DbId(wallet.0)))
        .filter(entries::version.lt(before))
        .order(entries::version.desc())
        .limit(page.limit)
        .select((
            entries::version.assume_not_null(),
            entries::minor,
            entries::balance_after.assume_not_null(),
            entries::at,
            TransferRow::as_select(),
        ))
        .load::<(i64, i64, i64, DbTime, TransferRow)>(conn)
        .await?;
    rows.into_iter()
        .map(|(version, minor, balance, at, transfer)| {
            let amount = money(minor, &transfer.currency)?;
            let balance_after = money(balance, &transfer.currency)?;
            Ok(EntryView { version, amount, balance_after, transfer: transfer.try_into()?, at: at.0 })
        })
        .collect()
}
