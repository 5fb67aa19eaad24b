//! What became of a send.

use super::{
    OutboxRow,
    delivery_reports::{catch_up, lock_provider_id, opt_out},
    lane_name, status_of,
};
use crate::backend::{Conn, DbId, DbTime};
use crate::store::{
    SqlError,
    schema::{outbox, outbox_history, verification_sends},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::message::DeliveryStatus;
use ports::messaging::{Lane, Settlement};

pub(crate) async fn settle_row(
    conn: &mut Conn,
    row: OutboxRow,
    settlement: Settlement,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    match settlement {
        Settlement::Sent { provider_id } => {
            lock_provider_id(conn, &provider_id).await?;
            advance(conn, &row, DeliveryStatus::Sent, Some(provider_id.clone()), None, now).await?;
            catch_up(conn, row.id, &provider_id, now).await
        }
        Settlement::Failed { code, reason, opted_out } => {
            if opted_out {
                opt_out(conn, &row, now).await?;
            }
            advance(conn, &row, DeliveryStatus::Failed, None, Some(code.unwrap_or(reason)), now).await
        }
        Settlement::Dead { reason } => {
            diesel::update(outbox::table.find(row.seq))
                .set((outbox::phase.eq("settled"), outbox::dead_reason.eq(Some(reason.clone()))))
                .execute(conn)
                .await?;
            add_history(conn, row.id, DeliveryStatus::Unknown, Some(reason), now).await
        }
        // News may have come while it was on its way: then it is settled already.
        Settlement::RetryAt { .. } | Settlement::InDoubt { .. } if row.phase == "settled" => Ok(()),
        Settlement::RetryAt { at, reason } => {
            diesel::update(outbox::table.find(row.seq))
                .set((
                    outbox::phase.eq("waiting"),
                    outbox::due_at.eq(DbTime(at)),
                    outbox::in_doubt_since.eq(None::<DbTime>),
                ))
                .execute(conn)
                .await?;
            add_history(conn, row.id, DeliveryStatus::Queued, Some(reason), now).await
        }
        Settlement::InDoubt { look_at, resent, reason } => {
            let since = if resent { DbTime(now) } else { row.in_doubt_since.unwrap_or(DbTime(now)) };
            let is_delivery_reports = row.status != "unknown";
            let status = status_of(&row.status)?.advance(DeliveryStatus::Unknown);
            diesel::update(outbox::table.find(row.seq))
                .set((
                    outbox::phase.eq("doubt"),
                    outbox::status.eq(status.name()),
                    outbox::due_at.eq(DbTime(look_at)),
                    outbox::in_doubt_since.eq(Some(since)),
                    outbox::resent.eq(i32::from(resent || row.resent == 1)),
                ))
                .execute(conn)
                .await?;
            if is_delivery_reports {
                add_history(conn, row.id, status, Some(reason), now).await
            } else {
                Ok(())
            }
        }
    }
}

/// Moves a message forward and settles it. A code's text is wiped: it is worth nothing more.
pub(crate) async fn advance(
    conn: &mut Conn,
    row: &OutboxRow,
    reported: DeliveryStatus,
    provider_id: Option<String>,
    error: Option<String>,
    at: DateTime<Utc>,
) -> Result<(), SqlError> {
    let before = status_of(&row.status)?;
    let after = before.advance(reported);
    diesel::update(outbox::table.find(row.seq))
        .set((
            outbox::phase.eq("settled"),
            outbox::status.eq(after.name()),
            outbox::provider_id.eq(row.provider_id.clone().or(provider_id)),
            outbox::dead_reason.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    if row.lane == lane_name(Lane::Code) {
        diesel::update(outbox::table.find(row.seq))
            .set(outbox::body.eq(None::<Vec<u8>>))
            .execute(conn)
            .await?;
        // A code that did not go out costs nobody his quota.
        let went = if after == DeliveryStatus::Failed { "failed" } else { "sent" };
        diesel::update(verification_sends::table.filter(verification_sends::outbox_id.eq(row.id)))
            .set((verification_sends::status.eq(went), verification_sends::error.eq(error.clone())))
            .execute(conn)
            .await?;
    }
    if after == before { Ok(()) } else { add_history(conn, row.id, reported, error, at).await }
}

pub(crate) async fn add_history(
    conn: &mut Conn,
    id: DbId,
    status: DeliveryStatus,
    error: Option<String>,
    at: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(outbox_history::table)
        .values((
            outbox_history::outbox_id.eq(id),
            outbox_history::status.eq(status.name()),
            outbox_history::error.eq(error),
            outbox_history::at.eq(DbTime(at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
