//! Rows of the queues, many at once: one statement for each table, with its columns as arrays.

use super::{
    bulk::{over_columns, send},
    values::{Conn, DbId, DbTime, columns::*},
};
use crate::store::{
    error::SqlError,
    messaging::{
        outbox::new_row::NewOutboxRow,
        queue_rows::{EndedTurn, HeldConversation, HistoryRow, OutboxChange, OutboxLease},
    },
};
use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text},
};
use diesel_async::RunQueryDsl;

over_columns! {
    HeldConversations of HeldConversation:
    "update conversations c set fence = n.fence, leased_until = n.leased_until, sealed = n.sealed, \
     last_inbound_at = n.last_inbound_at from",
    "as n(id, fence, leased_until, sealed, last_inbound_at) where c.id = n.id",
    id UuidCol => DbId,
    fence BigInt => i64,
    leased_until InstantCol => DbTime,
    sealed Nullable<Binary> => Option<Vec<u8>>,
    last_inbound_at Nullable<InstantCol> => Option<DbTime>,
}

// The fence grows, so that a late renewal has no effect any more.
over_columns! {
    EndedTurns of EndedTurn:
    "update conversations c set state = n.state, state_version = n.state_version, leased_until = n.freed_at, \
     fence = n.fence + 1, updated_at = n.updated_at from",
    "as n(id, fence, state, state_version, freed_at, updated_at) where c.id = n.id and c.fence = n.fence \
     returning n.id, n.fence",
    id UuidCol => DbId,
    fence BigInt => i64,
    state Binary => Vec<u8>,
    state_version Integer => i32,
    freed_at InstantCol => DbTime,
    updated_at InstantCol => DbTime,
}

impl Query for EndedTurns {
    type SqlType = (UuidCol, BigInt);
}

over_columns! {
    NewOutbox of NewOutboxRow:
    "insert into outbox (id, conversation_id, contact_id, channel_account, channel, recipient_hash, sealed, lane, \
     body, phase, status, attempts, resent, fence, due_at, leased_until, created_at, expires_at, client_id) \
     select * from",
    "",
    id UuidCol => DbId,
    conversation_id Nullable<UuidCol> => Option<DbId>,
    contact_id Nullable<UuidCol> => Option<DbId>,
    channel_account Text => String,
    channel Text => &'static str,
    recipient_hash Text => String,
    sealed Nullable<Binary> => Option<Vec<u8>>,
    lane Text => &'static str,
    body Nullable<Binary> => Option<Vec<u8>>,
    phase Text => &'static str,
    status Text => &'static str,
    attempts Integer => i32,
    resent Integer => i32,
    fence BigInt => i64,
    due_at InstantCol => DbTime,
    leased_until InstantCol => DbTime,
    created_at InstantCol => DbTime,
    expires_at InstantCol => DbTime,
    client_id Nullable<Text> => Option<String>,
}

over_columns! {
    OutboxLeases of OutboxLease:
    "update outbox o set phase = 'leased', fence = n.fence, leased_until = n.leased_until, \
     in_doubt_since = n.in_doubt_since, attempts = n.attempts from",
    "as n(seq, fence, leased_until, in_doubt_since, attempts) where o.seq = n.seq",
    seq BigInt => i64,
    fence BigInt => i64,
    leased_until InstantCol => DbTime,
    in_doubt_since Nullable<InstantCol> => Option<DbTime>,
    attempts Integer => i32,
}

over_columns! {
    OutboxChanges of OutboxChange:
    "update outbox o set phase = n.phase, status = n.status, due_at = n.due_at, in_doubt_since = n.in_doubt_since, \
     resent = n.resent, provider_hash = n.provider_hash, provider_sealed = n.provider_sealed, \
     dead_reason = n.dead_reason, price_due_at = n.price_due_at, price_category = n.price_category, \
     body = case when n.wiped = 1 then null else o.body end from",
    "as n(seq, phase, status, due_at, in_doubt_since, resent, provider_hash, provider_sealed, dead_reason, \
     price_due_at, price_category, wiped) where o.seq = n.seq",
    seq BigInt => i64,
    phase Text => String,
    status Text => String,
    due_at InstantCol => DbTime,
    in_doubt_since Nullable<InstantCol> => Option<DbTime>,
    resent Integer => i32,
    provider_hash Nullable<Text> => Option<String>,
    provider_sealed Nullable<Binary> => Option<Vec<u8>>,
    dead_reason Nullable<Text> => Option<String>,
    price_due_at Nullable<InstantCol> => Option<DbTime>,
    price_category Nullable<Text> => Option<String>,
    wiped Integer => i32,
}

over_columns! {
    History of HistoryRow:
    "insert into outbox_history (outbox_id, status, error, at) select * from",
    "",
    outbox_id UuidCol => DbId,
    status Text => &'static str,
    error Nullable<Text> => Option<String>,
    at InstantCol => DbTime,
}

/// Leases conversations.
pub(crate) async fn hold_conversations(conn: &mut Conn, rows: Vec<HeldConversation>) -> Result<(), SqlError> {
    send(conn, rows.len(), HeldConversations::of(rows)).await
}

/// Writes conversations as their turns leave them. Returns those whose fence was still the newest, with it.
pub(crate) async fn end_turns(conn: &mut Conn, rows: Vec<EndedTurn>) -> Result<Vec<(DbId, i64)>, SqlError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Ok(EndedTurns::of(rows).get_results::<(DbId, i64)>(conn).await?)
}

/// Stores messages to send, in their order.
pub(crate) async fn insert_outbox(conn: &mut Conn, rows: Vec<NewOutboxRow>) -> Result<(), SqlError> {
    send(conn, rows.len(), NewOutbox::of(rows)).await
}

/// Leases messages to send.
pub(crate) async fn lease_outbox(conn: &mut Conn, rows: Vec<OutboxLease>) -> Result<(), SqlError> {
    send(conn, rows.len(), OutboxLeases::of(rows)).await
}

/// Writes what settlements and delivery reports changed.
pub(crate) async fn change_outbox(conn: &mut Conn, rows: Vec<OutboxChange>) -> Result<(), SqlError> {
    send(conn, rows.len(), OutboxChanges::of(rows)).await
}

/// Adds to the histories of messages, in their order.
pub(crate) async fn insert_history(conn: &mut Conn, rows: Vec<HistoryRow>) -> Result<(), SqlError> {
    send(conn, rows.len(), History::of(rows)).await
}
