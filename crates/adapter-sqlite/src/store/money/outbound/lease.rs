//! Lease payments that are due, and begin to send them.

use super::row::{OutboundRow, put_leased};
use crate::{
    backend::{Conn, DbId, DbTime, skip_locked},
    store::{
        error::SqlError,
        money::read,
        schema::{outbound_payments, transfers},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::money::{outbound::OutboundPayment, transfer::TransferStatus};
use ports::money::LeasedPayment;

pub(super) async fn any_due(conn: &mut Conn, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let due = outbound_payments::table
        .filter(outbound_payments::next_at.le(DbTime(now)))
        .filter(outbound_payments::leased_until.le(DbTime(now)))
        .select(outbound_payments::transfer_id);
    Ok(due.first::<DbId>(conn).await.optional()?.is_some())
}

pub(super) async fn lease(
    conn: &mut Conn,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<LeasedPayment>, SqlError> {
    let due = outbound_payments::table
        .filter(outbound_payments::next_at.le(DbTime(now)))
        .filter(outbound_payments::leased_until.le(DbTime(now)))
        .order(outbound_payments::next_at.asc())
        .limit(limit)
        .select(OutboundRow::as_select());
    let rows = skip_locked!(due).load::<OutboundRow>(conn).await?;
    let mut leased = Vec::with_capacity(rows.len());
    for row in rows {
        let fence = row.fence.saturating_add(1);
        let payment = OutboundPayment::try_from(row)?;
        diesel::update(outbound_payments::table.find(DbId(payment.transfer.0)))
            .set((outbound_payments::fence.eq(fence), outbound_payments::leased_until.eq(DbTime(until))))
            .execute(conn)
            .await?;
        leased.push(LeasedPayment { payment, fence });
    }
    Ok(leased)
}

/// Stores that a payment is sent, if its money is still held. A transfer that was handed over no longer expires,
/// because nobody could call it back.
pub(super) async fn begin_submit(
    conn: &mut Conn,
    begun: &OutboundPayment,
    fence: i64,
    order_digest: [u8; 32],
) -> Result<bool, SqlError> {
    let is_held = read::lock_unopened(conn, begun.transfer)
        .await?
        .is_some_and(|transfer| transfer.status == TransferStatus::Processing);
    if !is_held || !put_leased(conn, begun, fence, &order_digest).await? {
        return Ok(false);
    }
    let row = transfers::table.find(DbId(begun.transfer.0));
    diesel::update(row).set(transfers::expires_at.eq(None::<DbTime>)).execute(conn).await?;
    Ok(true)
}
