//! Rows of the queues as a batch changes them, one statement for each table.

use crate::backend::{DbId, DbTime};

/// A conversation that is leased, with where its replies go and when its sender last wrote.
pub(crate) struct HeldConversation {
    pub(crate) id: DbId,
    pub(crate) fence: i64,
    pub(crate) leased_until: DbTime,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) last_inbound_at: Option<DbTime>,
}

/// A conversation as its turn leaves it. It is written only if `fence` is still its fence.
pub(crate) struct EndedTurn {
    pub(crate) id: DbId,
    pub(crate) fence: i64,
    pub(crate) state: Vec<u8>,
    pub(crate) state_version: i32,
    pub(crate) freed_at: DbTime,
    pub(crate) updated_at: DbTime,
}

/// A message of the outbox that is leased.
pub(crate) struct OutboxLease {
    pub(crate) seq: i64,
    pub(crate) fence: i64,
    pub(crate) leased_until: DbTime,
    pub(crate) in_doubt_since: Option<DbTime>,
    pub(crate) attempts: i32,
}

/// A message of the outbox as settlements and delivery reports leave it. `wiped` is 1 if its text ends.
pub(crate) struct OutboxChange {
    pub(crate) seq: i64,
    pub(crate) phase: String,
    pub(crate) status: String,
    pub(crate) due_at: DbTime,
    pub(crate) in_doubt_since: Option<DbTime>,
    pub(crate) resent: i32,
    pub(crate) provider_hash: Option<String>,
    pub(crate) provider_sealed: Option<Vec<u8>>,
    pub(crate) dead_reason: Option<String>,
    pub(crate) price_due_at: Option<DbTime>,
    pub(crate) price_category: Option<String>,
    pub(crate) wiped: i32,
}

/// A change of a message's delivery status.
#[derive(Clone, diesel::Insertable)]
#[diesel(table_name = crate::store::schema::outbox_history)]
pub(crate) struct HistoryRow {
    pub(crate) outbox_id: DbId,
    pub(crate) status: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) at: DbTime,
}
