//! Rows of the queues, many in one call to the thread that has the connection.

use super::values::{Conn, DbId};
use crate::store::{
    error::SqlError,
    messaging::{
        outbox::new_row::NewOutboxRow,
        queue_rows::{EndedTurn, HeldConversation, HistoryRow, OutboxChange, OutboxLease},
    },
    schema::{conversations, outbox, outbox_history},
};
use diesel::{QueryResult, SqliteConnection, prelude::*};

/// Runs a statement for each row.
async fn each<T: Send + 'static>(
    conn: &mut Conn,
    rows: Vec<T>,
    statement: impl Fn(&mut SqliteConnection, &T) -> QueryResult<usize> + Send + 'static,
) -> Result<(), SqlError> {
    if rows.is_empty() {
        return Ok(());
    }
    let all = move |conn: &mut SqliteConnection| {
        for row in &rows {
            statement(conn, row)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(all).await?)
}

/// Leases conversations.
pub(crate) async fn hold_conversations(conn: &mut Conn, rows: Vec<HeldConversation>) -> Result<(), SqlError> {
    each(conn, rows, |conn, row| {
        diesel::update(conversations::table.find(row.id))
            .set((
                conversations::fence.eq(row.fence),
                conversations::leased_until.eq(row.leased_until),
                conversations::sealed.eq(&row.sealed),
                conversations::last_inbound_at.eq(row.last_inbound_at),
            ))
            .execute(conn)
    })
    .await
}

/// Writes conversations as their turns leave them. Returns those whose fence was still the newest, with it.
pub(crate) async fn end_turns(conn: &mut Conn, rows: Vec<EndedTurn>) -> Result<Vec<(DbId, i64)>, SqlError> {
    let end = move |conn: &mut SqliteConnection| {
        let mut freed = Vec::with_capacity(rows.len());
        for row in &rows {
            let held = conversations::table.find(row.id).filter(conversations::fence.eq(row.fence));
            let written = diesel::update(held)
                .set((
                    conversations::state.eq(&row.state),
                    conversations::state_version.eq(row.state_version),
                    conversations::leased_until.eq(row.freed_at),
                    // A late renewal has no effect any more.
                    conversations::fence.eq(row.fence.saturating_add(1)),
                    conversations::updated_at.eq(row.updated_at),
                ))
                .execute(conn)?;
            if written == 1 {
                freed.push((row.id, row.fence));
            }
        }
        Ok(freed)
    };
    Ok(conn.spawn_blocking(end).await?)
}

/// Stores messages to send, in their order.
pub(crate) async fn insert_outbox(conn: &mut Conn, rows: Vec<NewOutboxRow>) -> Result<(), SqlError> {
    each(conn, rows, |conn, row| diesel::insert_into(outbox::table).values(row).execute(conn)).await
}

/// Leases messages to send.
pub(crate) async fn lease_outbox(conn: &mut Conn, rows: Vec<OutboxLease>) -> Result<(), SqlError> {
    each(conn, rows, |conn, row| {
        diesel::update(outbox::table.find(row.seq))
            .set((
                outbox::phase.eq("leased"),
                outbox::fence.eq(row.fence),
                outbox::leased_until.eq(row.leased_until),
                outbox::in_doubt_since.eq(row.in_doubt_since),
                outbox::attempts.eq(row.attempts),
            ))
            .execute(conn)
    })
    .await
}

/// Writes what settlements and delivery reports changed.
pub(crate) async fn change_outbox(conn: &mut Conn, rows: Vec<OutboxChange>) -> Result<(), SqlError> {
    each(conn, rows, |conn, row| {
        diesel::update(outbox::table.find(row.seq))
            .set((
                outbox::phase.eq(&row.phase),
                outbox::status.eq(&row.status),
                outbox::due_at.eq(row.due_at),
                outbox::in_doubt_since.eq(row.in_doubt_since),
                outbox::resent.eq(row.resent),
                outbox::provider_hash.eq(&row.provider_hash),
                outbox::provider_sealed.eq(&row.provider_sealed),
                outbox::dead_reason.eq(&row.dead_reason),
                outbox::price_due_at.eq(row.price_due_at),
                outbox::price_category.eq(&row.price_category),
                (row.wiped == 1).then(|| outbox::body.eq(None::<Vec<u8>>)),
            ))
            .execute(conn)
    })
    .await
}

/// Adds to the histories of messages, in their order.
pub(crate) async fn insert_history(conn: &mut Conn, rows: Vec<HistoryRow>) -> Result<(), SqlError> {
    each(conn, rows, |conn, row| diesel::insert_into(outbox_history::table).values(row).execute(conn)).await
}
