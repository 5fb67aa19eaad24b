//! Delivery reports. Providers send them in any order, and also before we know the provider reference.

use super::{
    prices,
    row::{OutboxRow, advance, lock_row, provider_hash},
};
use crate::backend::{Conn, DbId, DbTime, for_update, lock_names};
use crate::store::{
    error::SqlError,
    messaging::consent_rows::{Change, change_consent},
    rows::{corrupt, from_json, to_json},
    schema::{early_delivery_reports, outbox},
    subjects::Vault,
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
pub(crate) async fn opt_out(
    conn: &mut Conn,
    vault: &Vault,
    row: &OutboxRow,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let channel = Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?;
    let keys = vault.keys_in(conn, row.sealed.as_deref()).await?;
    let recipient = row.recipient(&keys)?.map(|recipient| recipient_key(channel, &recipient));
    let change = Change {
        channel: channel.name(),
        hash: &row.recipient_hash,
        recipient: recipient.as_deref(),
        consent: ConsentStatus::OptedOut,
        source: "provider",
    };
    change_consent(conn, vault, &change, now).await
}

/// Locks a provider reference. A delivery report under it waits until the reference is known, or is stored
/// for the settlement that will know it.
pub(crate) async fn lock_provider_id(
    conn: &mut Conn,
    vault: &Vault,
    provider_id: &str,
) -> Result<(), SqlError> {
    lock_names(conn, &[format!("sent:{}", provider_hash(vault, provider_id))]).await
}

/// Applies one delivery report. True when it is about a message of ours.
pub(crate) async fn apply(
    conn: &mut Conn,
    vault: &Vault,
    report: StatusReport,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let row = match (report.message, &report.provider_id) {
        (Some(id), _) => lock_row(conn, id).await?,
        (None, Some(provider_id)) => {
            lock_provider_id(conn, vault, provider_id).await?;
            let hash = provider_hash(vault, provider_id);
            let row = by_provider_id(conn, &hash).await?;
            if row.is_none() {
                leave_early(conn, &hash, &report, now).await?;
            }
            row
        }
        (None, None) => None,
    };
    let Some(row) = row else { return Ok(false) };
    take_delivery_reports(conn, vault, &row, report, now).await?;
    Ok(true)
}

async fn by_provider_id(conn: &mut Conn, hash: &str) -> Result<Option<OutboxRow>, SqlError> {
    let row = outbox::table.filter(outbox::provider_hash.eq(hash)).select(OutboxRow::as_select());
    Ok(for_update!(row).first(conn).await.optional()?)
}

/// A delivery report proves that the message was sent: the relay need not wait for it any more.
async fn take_delivery_reports(
    conn: &mut Conn,
    vault: &Vault,
    row: &OutboxRow,
    report: StatusReport,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if report.opted_out {
        opt_out(conn, vault, row, now).await?;
    }
    if let Some(category) = &report.price_category {
        prices::set_category(conn, row, category).await?;
    }
    prices::ask_after(conn, row, report.status, now).await?;
    advance(conn, vault, row, report.status, report.provider_id, report.error, report.at.unwrap_or(now)).await
}

/// Stores an early delivery report for the settlement that will know its reference. The reference is stored as its hash.
async fn leave_early(
    conn: &mut Conn,
    hash: &str,
    report: &StatusReport,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let report = StatusReport { provider_id: None, ..report.clone() };
    diesel::insert_into(early_delivery_reports::table)
        .values((
            early_delivery_reports::provider_hash.eq(hash),
            early_delivery_reports::report.eq(to_json(&report)?),
            early_delivery_reports::at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Applies the early delivery reports of a reference that is now known.
pub(crate) async fn catch_up(
    conn: &mut Conn,
    vault: &Vault,
    id: DbId,
    provider_id: &str,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let hash = provider_hash(vault, provider_id);
    let early = early_delivery_reports::table.filter(early_delivery_reports::provider_hash.eq(&hash));
    let reports = early
        .order(early_delivery_reports::seq.asc())
        .select(early_delivery_reports::report)
        .load::<String>(conn)
        .await?;
    for report in &reports {
        let row = lock_row(conn, MessageId(id.0)).await?.ok_or_else(|| corrupt("a message is missing"))?;
        let report = StatusReport { provider_id: Some(provider_id.to_owned()), ..from_json(report)? };
        take_delivery_reports(conn, vault, &row, report, now).await?;
    }
    if !reports.is_empty() {
        diesel::delete(early).execute(conn).await?;
    }
    Ok(())
}
