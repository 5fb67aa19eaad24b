//! A message of the outbox as it is kept, and how its status moves forward.

use crate::backend::{Conn, Db, DbId, DbTime, for_update};
use crate::store::{
    error::SqlError,
    rows::{corrupt, lane_name},
    schema::{outbox, outbox_history, verification_sends},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::MessageId, message::DeliveryStatus};
use ports::messaging::Lane;

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(Db))]
pub(crate) struct OutboxRow {
    pub(crate) seq: i64,
    pub(crate) id: DbId,
    pub(crate) channel_account: String,
    pub(crate) channel: String,
    pub(crate) recipient: String,
    pub(crate) lane: String,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) phase: String,
    pub(crate) status: String,
    pub(crate) attempts: i32,
    pub(crate) resent: i32,
    pub(crate) fence: i64,
    pub(crate) in_doubt_since: Option<DbTime>,
    pub(crate) provider_id: Option<String>,
    pub(crate) expires_at: DbTime,
    pub(crate) client_id: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) price_currency: Option<String>,
    pub(crate) price_category: Option<String>,
}

/// A message, locked until the transaction ends.
pub(crate) async fn lock_row(conn: &mut Conn, id: MessageId) -> Result<Option<OutboxRow>, SqlError> {
    let row = outbox::table.filter(outbox::id.eq(DbId(id.0))).select(OutboxRow::as_select());
    Ok(for_update!(row).first(conn).await.optional()?)
}

pub(crate) fn status_of(name: &str) -> Result<DeliveryStatus, SqlError> {
    DeliveryStatus::parse(name).ok_or_else(|| corrupt(format!("status {name}")))
}

/// Moves a message forward and settles it. The text of a code is wiped, because nothing needs it any more.
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
        // A code that was not sent uses up no quota.
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
