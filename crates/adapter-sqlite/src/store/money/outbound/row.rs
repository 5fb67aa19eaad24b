//! Rows of payments to an outside bank, and of the calls about them.

use crate::{
    backend::{Conn, Db, DbId, DbTime, for_update},
    store::{
        error::SqlError,
        rows::{column, corrupt, count, day},
        schema::{bank_calls, outbound_payments},
    },
};
use chrono::{DateTime, Datelike, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::TransferId,
    money::{
        bank::{BankReason, BankStatus, OperatingDate},
        outbound::{FirstResolution, OutboundPayment, OutboundState, ParkReason, Resolution},
    },
};
use ports::money::{BankCall, BankOperation};

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbound_payments, check_for_backend(Db))]
pub(super) struct OutboundRow {
    transfer_id: DbId,
    reference: String,
    state: String,
    version: i64,
    operating_date: Option<i32>,
    submitted_at: Option<DbTime>,
    tries: i32,
    next_at: Option<DbTime>,
    pub(super) fence: i64,
    parked: Option<String>,
    reason_code: Option<String>,
    doubt_since: Option<DbTime>,
    released_at: Option<DbTime>,
    contradicted_at: Option<DbTime>,
    first_by: Option<String>,
    first_verdict: Option<String>,
}

impl TryFrom<OutboundRow> for OutboundPayment {
    type Error = SqlError;
    fn try_from(row: OutboundRow) -> Result<Self, SqlError> {
        let parked = |name: String| ParkReason::parse(&name).ok_or_else(|| corrupt(name));
        let first_resolution = match (row.first_by, row.first_verdict) {
            (Some(by), Some(verdict)) => Some(FirstResolution {
                by: by.parse().map_err(corrupt)?,
                verdict: Resolution::parse(&verdict).ok_or_else(|| corrupt(verdict))?,
            }),
            _ => None,
        };
        Ok(Self {
            transfer: TransferId(row.transfer_id.0),
            reference: row.reference.parse().map_err(corrupt)?,
            state: OutboundState::parse(&row.state).ok_or_else(|| corrupt(row.state))?,
            version: row.version,
            operating_date: row.operating_date.map(operating_date).transpose()?,
            submitted_at: row.submitted_at.map(|at| at.0),
            tries: count(row.tries)?,
            next_at: row.next_at.map(|at| at.0),
            parked: row.parked.map(parked).transpose()?,
            reason: row.reason_code.as_deref().and_then(reason),
            doubt_since: row.doubt_since.map(|at| at.0),
            released_at: row.released_at.map(|at| at.0),
            contradicted_at: row.contradicted_at.map(|at| at.0),
            first_resolution,
        })
    }
}

/// What a decision writes over a row. `None` empties the column.
#[derive(AsChangeset)]
#[diesel(table_name = outbound_payments, treat_none_as_null = true)]
struct ChangedRow {
    state: &'static str,
    version: i64,
    operating_date: Option<i32>,
    submitted_at: Option<DbTime>,
    tries: i32,
    next_at: Option<DbTime>,
    parked: Option<&'static str>,
    reason_code: Option<String>,
    doubt_since: Option<DbTime>,
    released_at: Option<DbTime>,
    contradicted_at: Option<DbTime>,
    first_by: Option<String>,
    first_verdict: Option<&'static str>,
}

impl ChangedRow {
    fn of(payment: &OutboundPayment) -> Self {
        let first = payment.first_resolution.as_ref();
        Self {
            state: payment.state.name(),
            version: payment.version,
            operating_date: payment.operating_date.map(date_column),
            submitted_at: payment.submitted_at.map(DbTime),
            tries: column(payment.tries),
            next_at: payment.next_at.map(DbTime),
            parked: payment.parked.map(ParkReason::name),
            // The bank's words may name people: they stay in the sealed answer.
            reason_code: payment.reason.as_ref().map(|reason| reason.code().to_owned()),
            doubt_since: payment.doubt_since.map(DbTime),
            released_at: payment.released_at.map(DbTime),
            contradicted_at: payment.contradicted_at.map(DbTime),
            first_by: first.map(|first| first.by.key()),
            first_verdict: first.map(|first| first.verdict.name()),
        }
    }
}

/// The payment of a transfer, locked until the transaction ends.
pub(super) async fn lock(conn: &mut Conn, transfer: TransferId) -> Result<Option<OutboundPayment>, SqlError> {
    let query = outbound_payments::table.find(DbId(transfer.0)).select(OutboundRow::as_select());
    let row = for_update!(query).first::<OutboundRow>(conn).await.optional()?;
    row.map(OutboundPayment::try_from).transpose()
}

/// Writes a payment over its row, which is locked, and ends its lease.
pub(super) async fn put(
    conn: &mut Conn,
    payment: &OutboundPayment,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let row = outbound_payments::table.find(DbId(payment.transfer.0));
    let lease_ends = outbound_payments::leased_until.eq(DbTime(now));
    diesel::update(row).set((ChangedRow::of(payment), lease_ends)).execute(conn).await?;
    Ok(())
}

/// Writes a payment over the version before, under a lease that goes on. False: it is another version, or the lease is
/// lost.
pub(super) async fn put_leased(
    conn: &mut Conn,
    payment: &OutboundPayment,
    fence: i64,
    order_digest: &[u8],
) -> Result<bool, SqlError> {
    let row = outbound_payments::table
        .find(DbId(payment.transfer.0))
        .filter(outbound_payments::version.eq(payment.version.saturating_sub(1)))
        .filter(outbound_payments::fence.eq(fence));
    let digest = outbound_payments::order_digest.eq(Some(order_digest));
    Ok(diesel::update(row).set((ChangedRow::of(payment), digest)).execute(conn).await? == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = bank_calls, check_for_backend(Db))]
pub(super) struct CallRow {
    id: DbId,
    at: DbTime,
    operation: String,
    reference: String,
    operating_date: Option<i32>,
    outcome: String,
    http_status: Option<i32>,
    bank_status: Option<String>,
    reason_code: Option<String>,
}

impl TryFrom<CallRow> for BankCall {
    type Error = SqlError;
    fn try_from(row: CallRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: row.id.0,
            at: row.at.0,
            operation: BankOperation::parse(&row.operation).ok_or_else(|| corrupt(row.operation))?,
            reference: row.reference.parse().map_err(corrupt)?,
            operating_date: row.operating_date.map(operating_date).transpose()?,
            outcome: row.outcome,
            http_status: row.http_status.map(u16::try_from).transpose().map_err(corrupt)?,
            bank_status: row.bank_status.as_deref().and_then(BankStatus::parse),
            reason: row.reason_code.as_deref().and_then(reason),
            raw: Vec::new(),
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = bank_calls)]
pub(super) struct NewCallRow {
    id: DbId,
    transfer_id: DbId,
    at: DbTime,
    operation: &'static str,
    reference: String,
    operating_date: Option<i32>,
    outcome: String,
    http_status: Option<i32>,
    bank_status: Option<&'static str>,
    reason_code: Option<String>,
    sealed: Option<Vec<u8>>,
}

impl NewCallRow {
    pub(super) fn new(call: &BankCall, transfer: TransferId, sealed: Option<Vec<u8>>) -> Self {
        Self {
            id: DbId(call.id),
            transfer_id: DbId(transfer.0),
            at: DbTime(call.at),
            operation: call.operation.name(),
            reference: call.reference.to_string(),
            operating_date: call.operating_date.map(date_column),
            outcome: call.outcome.clone(),
            http_status: call.http_status.map(i32::from),
            bank_status: call.bank_status.map(BankStatus::code),
            reason_code: call.reason.as_ref().map(|reason| reason.code().to_owned()),
            sealed,
        }
    }
}

fn operating_date(column: i32) -> Result<OperatingDate, SqlError> {
    Ok(OperatingDate::new(day(column)?))
}

fn date_column(date: OperatingDate) -> i32 {
    date.date().num_days_from_ce()
}

fn reason(code: &str) -> Option<BankReason> {
    BankReason::try_new(code, "")
}
