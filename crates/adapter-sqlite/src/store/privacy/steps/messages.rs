//! Messages of the person, both ways: bodies and addresses go, ids and hashes stay, so that a redelivery or a late
//! status is recognised and stores nothing.

use super::{LIMIT, Part, contacts_of};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{conversations, flow_responses, inbox, outbox},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;

/// What stands in the place of a recipient who is not known any more.
const ERASED: &str = "erased";

/// Cancels what waits, and wipes what went out.
pub(super) async fn wipe_outbound(conn: &mut Conn, user: UserId) -> Result<Part, SqlError> {
    let own = contacts_of(conn, user).await?.into_iter().map(Some).collect::<Vec<_>>();
    let rows = outbox::table
        .filter(outbox::contact_id.eq_any(own))
        .filter(outbox::recipient_hash.ne(ERASED))
        .order(outbox::seq)
        .limit(LIMIT)
        .select(outbox::id)
        .load::<DbId>(conn)
        .await?;
    let waiting = outbox::table.filter(outbox::id.eq_any(&rows)).filter(outbox::phase.ne("settled"));
    diesel::update(waiting)
        .set((
            outbox::phase.eq("settled"),
            outbox::status.eq("failed"),
            // A worker that has it leased settles nothing any more.
            outbox::fence.eq(outbox::fence + 1),
        ))
        .execute(conn)
        .await?;
    diesel::update(outbox::table.filter(outbox::id.eq_any(&rows)))
        .set((
            outbox::body.eq(None::<Vec<u8>>),
            outbox::sealed.eq(None::<Vec<u8>>),
            outbox::provider_sealed.eq(None::<Vec<u8>>),
            outbox::recipient_hash.eq(ERASED),
            outbox::price_due_at.eq(None::<DbTime>),
            outbox::dead_reason.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(Part::of(rows.len()))
}

/// Wipes texts and raw webhooks. A message that waits is not answered any more.
pub(super) async fn wipe_inbound(
    conn: &mut Conn,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Part, SqlError> {
    let own = contacts_of(conn, user).await?.into_iter().map(Some).collect::<Vec<_>>();
    let not_wiped = inbox::body.ne(Vec::<u8>::new()).or(inbox::raw.is_not_null());
    let rows = inbox::table
        .filter(inbox::contact_id.eq_any(own))
        .filter(not_wiped)
        .order(inbox::seq)
        .limit(LIMIT)
        .select(inbox::id)
        .load::<DbId>(conn)
        .await?;
    diesel::update(inbox::table.filter(inbox::id.eq_any(&rows)).filter(inbox::state.ne("done")))
        .set((inbox::state.eq("done"), inbox::settled_at.eq(Some(DbTime(now)))))
        .execute(conn)
        .await?;
    diesel::update(inbox::table.filter(inbox::id.eq_any(&rows)))
        .set((
            inbox::body.eq(Vec::<u8>::new()),
            inbox::raw.eq(None::<Vec<u8>>),
            inbox::reason.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(Part::of(rows.len()))
}

/// Wipes what the engine remembers of the person. The rows stay as tombstones.
pub(super) async fn wipe_conversations(conn: &mut Conn, user: UserId) -> Result<Part, SqlError> {
    let own = contacts_of(conn, user).await?.into_iter().map(Some).collect::<Vec<_>>();
    let rows = diesel::update(conversations::table.filter(conversations::contact_id.eq_any(own)))
        .set((
            conversations::state.eq(Vec::<u8>::new()),
            conversations::sealed.eq(None::<Vec<u8>>),
            // A turn that is running commits nothing any more.
            conversations::fence.eq(conversations::fence + 1),
        ))
        .execute(conn)
        .await?;
    Ok(Part::whole(rows))
}

pub(super) async fn delete_answers(conn: &mut Conn, user: UserId) -> Result<Part, SqlError> {
    let own = contacts_of(conn, user).await?.into_iter().map(Some).collect::<Vec<_>>();
    let rows = flow_responses::table
        .filter(flow_responses::contact_id.eq_any(own))
        .limit(LIMIT)
        .select(flow_responses::id)
        .load::<DbId>(conn)
        .await?;
    let gone = diesel::delete(flow_responses::table.filter(flow_responses::id.eq_any(rows)));
    Ok(Part::of(gone.execute(conn).await?))
}
