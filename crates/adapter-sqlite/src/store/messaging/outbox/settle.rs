//! Settle a send: write down what became of it.

use super::{
    delivery_reports::{catch_up, lock_provider_id, opt_out},
    row::{OutboxRow, add_history, advance, status_of},
};
use crate::backend::{Conn, DbTime};
use crate::store::{error::SqlError, schema::outbox, subjects::Vault};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::message::DeliveryStatus;
use ports::messaging::Settlement;

pub(crate) async fn settle_row(
    conn: &mut Conn,
    vault: &Vault,
    row: OutboxRow,
    settlement: Settlement,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    match settlement {
        Settlement::Sent { provider_id } => {
            lock_provider_id(conn, vault, &provider_id).await?;
            advance(conn, vault, &row, DeliveryStatus::Sent, Some(provider_id.clone()), None, now).await?;
            catch_up(conn, vault, row.id, &provider_id, now).await
        }
        Settlement::Failed { code, reason, opted_out } => {
            if opted_out {
                opt_out(conn, vault, &row, now).await?;
            }
            advance(conn, vault, &row, DeliveryStatus::Failed, None, Some(code.unwrap_or(reason)), now).await
        }
        Settlement::Dead { reason } => {
            diesel::update(outbox::table.find(row.seq))
                .set((outbox::phase.eq("settled"), outbox::dead_reason.eq(Some(reason.clone()))))
                .execute(conn)
                .await?;
            add_history(conn, row.id, DeliveryStatus::Unknown, Some(reason), now).await
        }
        // A delivery report may have come during the send: then the message is settled already.
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
