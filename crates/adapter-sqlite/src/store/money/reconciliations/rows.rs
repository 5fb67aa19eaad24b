//! Rows of reconciliations.

use super::date_column;
use crate::{
    backend::{Conn, Db, DbId, DbTime},
    store::{
        error::SqlError,
        rows::{column, corrupt, count, day, money},
        schema::{outbound_payments, reconciliation_items, reconciliations, transfers},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::TransferId,
    money::{
        Money,
        bank::OperatingDate,
        outbound::OutboundState,
        reconciliation::{ReconciliationClass, ReconciliationItem, SentPayment},
    },
};
use ports::money::{FoundItem, NewReconciliation, ReconciliationRun};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(check_for_backend(Db))]
pub(super) struct SentRow {
    #[diesel(select_expression = outbound_payments::transfer_id)]
    transfer_id: DbId,
    #[diesel(select_expression = outbound_payments::reference)]
    reference: String,
    #[diesel(select_expression = outbound_payments::operating_date)]
    operating_date: Option<i32>,
    #[diesel(select_expression = outbound_payments::state)]
    state: String,
    #[diesel(select_expression = outbound_payments::released_at)]
    released_at: Option<DbTime>,
    #[diesel(select_expression = transfers::minor)]
    minor: i64,
    #[diesel(select_expression = transfers::currency)]
    currency: String,
}

impl TryFrom<SentRow> for SentPayment {
    type Error = SqlError;
    fn try_from(row: SentRow) -> Result<Self, SqlError> {
        let date = row.operating_date.ok_or_else(|| corrupt("a sent payment without a date"))?;
        Ok(Self {
            transfer: TransferId(row.transfer_id.0),
            reference: row.reference.parse().map_err(corrupt)?,
            operating_date: OperatingDate::new(day(date)?),
            amount: money(row.minor, &row.currency)?,
            state: OutboundState::parse(&row.state).ok_or_else(|| corrupt(row.state))?,
            was_released: row.released_at.is_some(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reconciliations, check_for_backend(Db))]
pub(super) struct RunRow {
    id: DbId,
    pub(super) operating_date: i32,
    pub(super) number: i64,
    unreadable: i32,
    started_at: DbTime,
    finished_at: DbTime,
}

impl RunRow {
    pub(super) fn of(run: &NewReconciliation, number: i64, now: DateTime<Utc>) -> Self {
        Self {
            id: DbId(run.id),
            operating_date: date_column(run.date),
            number,
            unreadable: column(u32::try_from(run.unreadable).unwrap_or(u32::MAX)),
            started_at: DbTime(run.started_at),
            finished_at: DbTime(now),
        }
    }
}

impl TryFrom<RunRow> for ReconciliationRun {
    type Error = SqlError;
    fn try_from(row: RunRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: row.id.0,
            date: OperatingDate::new(day(row.operating_date)?),
            started_at: row.started_at.0,
            finished_at: row.finished_at.0,
            unreadable: count(row.unreadable)?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reconciliation_items, check_for_backend(Db))]
pub(super) struct ItemRow {
    id: DbId,
    operating_date: i32,
    class: String,
    reference: Option<String>,
    entry_id: Option<String>,
    transfer_id: Option<DbId>,
    ours: Option<i64>,
    ours_currency: Option<String>,
    theirs: Option<i64>,
    theirs_currency: Option<String>,
    first_run: i64,
    opened_at: DbTime,
    closed_at: Option<DbTime>,
}

impl ItemRow {
    pub(super) fn new(id: Uuid, day: i32, item: &ReconciliationItem, run: i64, now: DateTime<Utc>) -> Self {
        let minor = |money: Option<Money>| money.map(|money| money.minor);
        let currency = |money: Option<Money>| money.map(|money| money.currency.code().to_owned());
        Self {
            id: DbId(id),
            operating_date: day,
            class: item.class.name().to_owned(),
            reference: item.reference.clone(),
            entry_id: item.entry_id.clone(),
            transfer_id: item.transfer.map(|id| DbId(id.0)),
            ours: minor(item.ours),
            ours_currency: currency(item.ours),
            theirs: minor(item.theirs),
            theirs_currency: currency(item.theirs),
            first_run: run,
            opened_at: DbTime(now),
            closed_at: None,
        }
    }
}

impl TryFrom<ItemRow> for FoundItem {
    type Error = SqlError;
    fn try_from(row: ItemRow) -> Result<Self, SqlError> {
        let amount = |minor: Option<i64>, currency: Option<String>| {
            minor.zip(currency).map(|(minor, currency)| money(minor, &currency)).transpose()
        };
        Ok(Self {
            id: row.id.0,
            item: ReconciliationItem {
                class: ReconciliationClass::parse(&row.class).ok_or_else(|| corrupt(row.class))?,
                reference: row.reference,
                entry_id: row.entry_id,
                transfer: row.transfer_id.map(|id| TransferId(id.0)),
                ours: amount(row.ours, row.ours_currency)?,
                theirs: amount(row.theirs, row.theirs_currency)?,
            },
            opened_at: row.opened_at.0,
            closed_at: row.closed_at.map(|at| at.0),
        })
    }
}

pub(super) async fn insert_item(conn: &mut Conn, row: ItemRow) -> Result<(), SqlError> {
    diesel::insert_into(reconciliation_items::table).values(row).execute(conn).await?;
    Ok(())
}
