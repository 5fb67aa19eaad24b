//! Delivery reports. Providers send them in any order, and also before we know the provider reference.

use super::{
    prices,
    row::{OutboxRow, advance, lock_row},
};
use crate::backend::{Conn, DbId, DbTime, for_update, lock_names};
use crate::store::{
    error::SqlError,
    messaging::consent_rows::{Change, change_consent},
    rows::{corrupt, from_json, to_json},
    schema::{early_delivery_reports, outbox},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::MessageId,
    message::Channel,
    messaging::consent::{ConsentStatus, recipient_key},
};
use ports::messaging::inbound_webhook::StatusReport;

/// The provider reports that the recipient has opted out.
pub(crate) async fn opt_out(conn: &mut Conn, row: &OutboxRow, now: DateTime<Utc>) -> Result<(), SqlError> {
    let channel = Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?;
    let change = Change {
        channel: channel.name(),
        recipient: &recipient_key(channel, &row.recipient),
        consent: ConsentStatus::OptedOut,
        source: "provider",
    };
    change_consent(conn, &change, now).await
}

/// Locks a provider reference. A delivery report under it waits until the reference is known, or is stored
/// for the settlement that will know it.
pub(crate) async fn lock_provider_id(conn: &mut Conn, provider_id: &str) -> Result<(), SqlError> {
    lock_names(conn, &[format!("sent:{provider_id}")]).await
}

/// Applies one delivery report. True when it is about a message of ours.
pub(crate) async fn apply(
    conn: &mut Conn,
    report: StatusReport,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let row = match (report.message, &report.provider_id) {
        (Some(id), _) => lock_row(conn, id).await?,
        (None, Some(provider_id)) => {
            lock_provider_id(conn, provider_id).await?;
            let row = by_provider_id(conn, provider_id).await?;
            if row.is_none() {
                leave_early(conn, provider_id, &report, now).await?;
            }
            row
        }
        (None, None) => None,
    };
    let Some(row) = row else { return Ok(false) };
    take_delivery_reports(conn, &row, report, now).await?;
    Ok(true)
}

async fn by_provider_id(conn: &mut Conn, provider_id: &str) -> Result<Option<OutboxRow>, SqlError> {
    let row = outbox::table.filter(outbox::provider_id.eq(provider_id)).select(OutboxRow::as_select());
    Ok(for_update!(row).first(conn).await.optional()?)
}

/// A delivery report proves that the message was sent: the relay need not wait for it any more.
async fn take_delivery_reports(
    conn: &mut Conn,
    row: &OutboxRow,
    report: StatusReport,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if report.opted_out {
        opt_out(conn, row, now).await?;
    }
    if let Some(category) = &report.price_category {
        prices::set_category(conn, row, category).await?;
    }
    prices::ask_after(conn, row, report.status, now).await?;
    advance(conn, row, report.status, report.provider_id, report.error, report.at.unwrap_or(now)).await
}

/// Stores an early delivery report for the settlement that will know its reference.
async fn leave_early(
    conn: &mut Conn,
    provider_id: &str,
    report: &StatusReport,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(early_delivery_reports::table)
        .values((
            early_delivery_reports::provider_id.eq(provider_id),
            early_delivery_reports::report.eq(to_json(report)?),
            early_delivery_reports::at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Applies the early delivery reports of a reference that is now known.
pub(crate) async fn catch_up(
    conn: &mut Conn,
    id: DbId,
    provider_id: &str,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let early = early_delivery_reports::table.filter(early_delivery_reports::provider_id.eq(provider_id));
    let reports = early
        .order(early_delivery_reports::seq.asc())
        .select(early_delivery_reports::report)
        .load::<String>(conn)
        .await?;
    for report in &reports {
        let row = lock_row(conn, MessageId(id.0)).await?.ok_or_else(|| corrupt("a message is missing"))?;
        take_delivery_reports(conn, &row, from_json(report)?, now).await?;
    }
    if !reports.is_empty() {
        diesel::delete(early).execute(conn).await?;
    }
    Ok(())
}
