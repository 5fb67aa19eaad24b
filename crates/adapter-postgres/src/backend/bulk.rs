//! Many rows at once: one statement for each table, with its columns as arrays. The statements are always the
//! same, so each connection prepares them once.

use super::values::{Conn, DbId, DbTime, columns::*};
use crate::store::{
    error::SqlError,
    messaging::alert_rows::NewAlertRow,
    money::rows::{
        AccountChange, EntryRow, HoldRow, KeptNameRow, KeyRow, LedgerRows, NewOutboundRow, NewTransferRow,
        PayeeRow, SealedTransfer,
    },
    rows::{NewAuditRow, NewConversationRow, NewInboxRow},
    schema::{contacts, kept_names, subject_keys},
    subjects::new_rows::{NewContactRow, NewKeyRow},
};
use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text},
};
use diesel_async::{RunQueryDsl, methods::ExecuteDsl};

/// A statement over columns: `$before unnest($1, $2, …) $after`, with one array for each field of a row.
macro_rules! over_columns {
    ($(#[$doc:meta])* $name:ident of $row:ident: $before:literal, $after:literal, $($field:ident $sql:ty => $rust:ty,)+) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name { $($field: Vec<$rust>,)+ }

        impl $name {
            fn of(rows: Vec<$row>) -> Self {
                let mut columns = Self::default();
                for row in rows {
                    $(columns.$field.push(row.$field);)+
                }
                columns
            }
        }

        impl QueryId for $name {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Pg> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql($before);
                let mut between = " unnest(";
                $(
                    out.push_sql(between);
                    out.push_bind_param::<Array<$sql>, _>(&self.$field)?;
                    between = ", ";
                )+
                let _last = between;
                out.push_sql(") ");
                out.push_sql($after);
                Ok(())
            }
        }
    };
}

pub(super) use over_columns;

over_columns! {
    Transfers of NewTransferRow:
    "insert into transfers (id, folio, caller, client_tx_id, owner, from_account, to_account, minor, currency, \
     status, first_status, verification_id, reverses, reversed_minor, expires_at, created_at, updated_at, sealed, \
     payee_sealed, payee_hash) \
     select * from",
    "",
    id UuidCol => DbId,
    folio Text => String,
    caller Text => String,
    client_tx_id Nullable<Text> => Option<String>,
    owner UuidCol => DbId,
    from_account UuidCol => DbId,
    to_account UuidCol => DbId,
    minor BigInt => i64,
    currency Text => String,
    status Text => String,
    first_status Text => String,
    verification_id Nullable<UuidCol> => Option<DbId>,
    reverses Nullable<UuidCol> => Option<DbId>,
    reversed_minor BigInt => i64,
    expires_at Nullable<InstantCol> => Option<DbTime>,
    created_at InstantCol => DbTime,
    updated_at InstantCol => DbTime,
    sealed Binary => Vec<u8>,
    payee_sealed Nullable<Binary> => Option<Vec<u8>>,
    payee_hash Text => String,
}

over_columns! {
    SealedTransfers of SealedTransfer:
    "update transfers t set sealed = n.sealed, payee_sealed = n.payee_sealed, payee_hash = n.payee_hash, \
     destination = null, concept = null from",
    "as n(id, sealed, payee_sealed, payee_hash) where t.id = n.id",
    id UuidCol => DbId,
    sealed Nullable<Binary> => Option<Vec<u8>>,
    payee_sealed Nullable<Binary> => Option<Vec<u8>>,
    payee_hash Nullable<Text> => Option<String>,
}

over_columns! {
    Entries of EntryRow:
    "insert into entries (transfer_id, account_id, minor, balance_after, version, at) select * from",
    "",
    transfer_id UuidCol => DbId,
    account_id UuidCol => DbId,
    minor BigInt => i64,
    balance_after Nullable<BigInt> => Option<i64>,
    version Nullable<BigInt> => Option<i64>,
    at InstantCol => DbTime,
}

over_columns! {
    Accounts of AccountChange:
    "update accounts a set posted = n.posted, held = n.held, version = n.version, spent_on = n.spent_on, \
     spent_day = n.spent_day, spent_month = n.spent_month from",
    "as n(id, posted, held, version, spent_on, spent_day, spent_month) where a.id = n.id",
    id UuidCol => DbId,
    posted BigInt => i64,
    held BigInt => i64,
    version BigInt => i64,
    spent_on Integer => i32,
    spent_day BigInt => i64,
    spent_month BigInt => i64,
}

over_columns! {
    Keys of KeyRow:
    "insert into idempotency_keys (key, fingerprint, subject, refusal, at) select * from",
    "",
    key Binary => Vec<u8>,
    fingerprint Binary => Vec<u8>,
    subject Nullable<UuidCol> => Option<DbId>,
    refusal Nullable<Text> => Option<String>,
    at InstantCol => DbTime,
}

over_columns! {
    Holds of HoldRow:
    "insert into holds (transfer_id, account_id, minor, spent_on, state, created_at) select * from",
    "",
    transfer_id UuidCol => DbId,
    account_id UuidCol => DbId,
    minor BigInt => i64,
    spent_on Integer => i32,
    state Text => &'static str,
    created_at InstantCol => DbTime,
}

over_columns! {
    Outbound of NewOutboundRow:
    "insert into outbound_payments (transfer_id, reference, state, version, tries, next_at, fence, leased_until, \
     created_at) select * from",
    "",
    transfer_id UuidCol => DbId,
    reference Text => String,
    state Text => &'static str,
    version BigInt => i64,
    tries Integer => i32,
    next_at Nullable<InstantCol> => Option<DbTime>,
    fence BigInt => i64,
    leased_until InstantCol => DbTime,
    created_at InstantCol => DbTime,
}

over_columns! {
    Payees of PayeeRow:
    "insert into payees (user_id, account_hash, first_seen_at, last_paid_at) select * from",
    "on conflict (user_id, account_hash) do update set last_paid_at = excluded.last_paid_at \
     where excluded.last_paid_at is not null and payees.id is not null",
    user_id UuidCol => DbId,
    account_hash Text => String,
    first_seen_at InstantCol => DbTime,
    last_paid_at Nullable<InstantCol> => Option<DbTime>,
}

over_columns! {
    Alerts of NewAlertRow:
    "insert into alerts (kind, user_id, transfer_id, ordered_on, fence, leased_until, created_at) select * from",
    "",
    kind Text => &'static str,
    user_id UuidCol => DbId,
    transfer_id Nullable<UuidCol> => Option<DbId>,
    ordered_on Nullable<Text> => Option<String>,
    fence BigInt => i64,
    leased_until InstantCol => DbTime,
    created_at InstantCol => DbTime,
}

over_columns! {
    Audit of NewAuditRow:
    "insert into audit (at, who, channel, request_id, action, subject, on_behalf_of, before, after) select * from",
    "",
    at InstantCol => DbTime,
    who Text => String,
    channel Text => String,
    request_id Text => String,
    action Text => String,
    subject Text => String,
    on_behalf_of Nullable<Text> => Option<String>,
    before Nullable<Text> => Option<String>,
    after Nullable<Text> => Option<String>,
}

over_columns! {
    Inbox of NewInboxRow:
    "insert into inbox (id, conversation_id, contact_id, channel_account, event_hash, body, raw, state, tries, \
     received_at) select * from",
    "on conflict (channel_account, event_hash) do nothing returning id",
    id UuidCol => DbId,
    conversation_id UuidCol => DbId,
    contact_id Nullable<UuidCol> => Option<DbId>,
    channel_account Text => String,
    event_hash Text => String,
    body Binary => Vec<u8>,
    raw Nullable<Binary> => Option<Vec<u8>>,
    state Text => &'static str,
    tries Integer => i32,
    received_at InstantCol => DbTime,
}

impl Query for Inbox {
    type SqlType = UuidCol;
}

over_columns! {
    Conversations of NewConversationRow:
    "insert into conversations (id, channel_account, channel, sender_hash, contact_id, sealed, state, state_version, \
     fence, leased_until, created_at, updated_at) select * from",
    "on conflict (channel_account, sender_hash) do nothing",
    id UuidCol => DbId,
    channel_account Text => String,
    channel Text => String,
    sender_hash Text => String,
    contact_id Nullable<UuidCol> => Option<DbId>,
    sealed Nullable<Binary> => Option<Vec<u8>>,
    state Binary => Vec<u8>,
    state_version Integer => i32,
    fence BigInt => i64,
    leased_until InstantCol => DbTime,
    created_at InstantCol => DbTime,
    updated_at InstantCol => DbTime,
}

/// Sends a statement without waiting for those before it. A statement without rows is not sent.
pub(super) async fn send<S>(conn: &Conn, rows: usize, statement: S) -> Result<(), SqlError>
where
    S: QueryFragment<Pg> + QueryId + Send,
{
    if rows > 0 {
        let mut conn = conn;
        ExecuteDsl::execute(statement, &mut conn).await?;
    }
    Ok(())
}

/// Writes all rows of a fold. The statements are sent one after the other, and their answers are awaited
/// together: a single transfer costs one round trip, not one for each table.
pub(crate) async fn write_ledger(conn: &mut Conn, rows: LedgerRows) -> Result<(), SqlError> {
    let conn: &Conn = conn;
    let LedgerRows { transfers, entries, accounts, keys, holds, outbound, payees, audit, alerts } = rows;
    tokio::try_join!(
        send(conn, transfers.len(), Transfers::of(transfers)),
        send(conn, entries.len(), Entries::of(entries)),
        send(conn, accounts.len(), Accounts::of(accounts)),
        send(conn, keys.len(), Keys::of(keys)),
        send(conn, holds.len(), Holds::of(holds)),
        send(conn, outbound.len(), Outbound::of(outbound)),
        send(conn, payees.len(), Payees::of(payees)),
        send(conn, audit.len(), Audit::of(audit)),
        send(conn, alerts.len(), Alerts::of(alerts)),
    )?;
    Ok(())
}

/// Adds audit rows outside a fold.
pub(crate) async fn insert_audit(conn: &mut Conn, rows: Vec<NewAuditRow>) -> Result<(), SqlError> {
    send(conn, rows.len(), Audit::of(rows)).await
}

/// Inserts conversations, and skips those that exist.
pub(crate) async fn insert_conversations(
    conn: &mut Conn,
    rows: Vec<NewConversationRow>,
) -> Result<(), SqlError> {
    send(conn, rows.len(), Conversations::of(rows)).await
}

/// Inserts messages that are new, and returns their ids.
pub(crate) async fn insert_inbox(conn: &mut Conn, rows: Vec<NewInboxRow>) -> Result<Vec<DbId>, SqlError> {
    Ok(Inbox::of(rows).get_results::<DbId>(conn).await?)
}

/// Inserts keys of subjects, and skips those that exist.
pub(crate) async fn insert_subject_keys(conn: &mut Conn, rows: Vec<NewKeyRow>) -> Result<(), SqlError> {
    diesel::insert_into(subject_keys::table).values(rows).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}

/// Inserts contacts, and skips those whose address has one.
pub(crate) async fn insert_contacts(conn: &mut Conn, rows: Vec<NewContactRow>) -> Result<(), SqlError> {
    diesel::insert_into(contacts::table).values(rows).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}

/// Keeps names; one that is kept already stays.
pub(crate) async fn insert_kept_names(conn: &mut Conn, rows: Vec<KeptNameRow>) -> Result<(), SqlError> {
    diesel::insert_into(kept_names::table).values(rows).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}

/// Puts sealed forms in place of what transfers had in the clear.
pub(crate) async fn seal_transfers(conn: &mut Conn, rows: Vec<SealedTransfer>) -> Result<(), SqlError> {
    send(conn, rows.len(), SealedTransfers::of(rows)).await
}
