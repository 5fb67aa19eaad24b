//! Many rows in one call to the thread that has the connection: a call costs more than a statement.

use super::values::{Conn, DbId};
use crate::store::{
    error::SqlError,
    money::rows::{AccountChange, KeptNameRow, LedgerRows, SealedTransfer},
    rows::{NewAuditRow, NewConversationRow, NewInboxRow},
    schema::{
        accounts, alerts, audit, contacts, conversations, entries, holds, idempotency_keys, inbox,
        kept_names, outbound_payments, payees, subject_keys, transfers,
    },
    subjects::new_rows::{NewContactRow, NewKeyRow},
};
use diesel::{QueryResult, SqliteConnection, prelude::*, query_dsl::methods::FilterDsl};

/// Writes all rows of a fold.
pub(crate) async fn write_ledger(conn: &mut Conn, rows: LedgerRows) -> Result<(), SqlError> {
    Ok(conn.spawn_blocking(move |conn| write_each(conn, &rows)).await?)
}

fn write_each(conn: &mut SqliteConnection, rows: &LedgerRows) -> QueryResult<()> {
    for row in &rows.transfers {
        diesel::insert_into(transfers::table).values(row).execute(conn)?;
    }
    for row in &rows.entries {
        diesel::insert_into(entries::table).values(row).execute(conn)?;
    }
    for row in &rows.accounts {
        change_account(conn, row)?;
    }
    for row in &rows.keys {
        diesel::insert_into(idempotency_keys::table).values(row).execute(conn)?;
    }
    for row in &rows.holds {
        diesel::insert_into(holds::table).values(row).execute(conn)?;
    }
    for row in &rows.outbound {
        diesel::insert_into(outbound_payments::table).values(row).execute(conn)?;
    }
    for row in &rows.payees {
        let paid_at = diesel::upsert::excluded(payees::last_paid_at);
        let upsert = diesel::insert_into(payees::table)
            .values(row)
            .on_conflict((payees::user_id, payees::account_hash))
            .do_update()
            .set(payees::last_paid_at.eq(paid_at));
        FilterDsl::filter(upsert, paid_at.is_not_null().and(payees::id.is_not_null())).execute(conn)?;
    }
    for row in &rows.alerts {
        diesel::insert_into(alerts::table).values(row).execute(conn)?;
    }
    for row in &rows.audit {
        diesel::insert_into(audit::table).values(row).execute(conn)?;
    }
    Ok(())
}

fn change_account(conn: &mut SqliteConnection, row: &AccountChange) -> QueryResult<usize> {
    diesel::update(accounts::table.find(row.id))
        .set((
            accounts::posted.eq(row.posted),
            accounts::held.eq(row.held),
            accounts::version.eq(row.version),
            accounts::spent_on.eq(row.spent_on),
            accounts::spent_day.eq(row.spent_day),
            accounts::spent_month.eq(row.spent_month),
        ))
        .execute(conn)
}

/// Adds audit rows outside a fold.
pub(crate) async fn insert_audit(conn: &mut Conn, rows: Vec<NewAuditRow>) -> Result<(), SqlError> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(audit::table).values(row).execute(conn)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(insert).await?)
}

/// Inserts conversations, and skips those that exist.
pub(crate) async fn insert_conversations(
    conn: &mut Conn,
    rows: Vec<NewConversationRow>,
) -> Result<(), SqlError> {
    let insert = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(conversations::table)
                .values(row)
                .on_conflict((conversations::channel_account, conversations::sender_hash))
                .do_nothing()
                .execute(conn)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(insert).await?)
}

/// Inserts messages that are new, and returns their ids.
pub(crate) async fn insert_inbox(conn: &mut Conn, rows: Vec<NewInboxRow>) -> Result<Vec<DbId>, SqlError> {
    let insert = move |conn: &mut SqliteConnection| {
        let mut new = Vec::with_capacity(rows.len());
        for row in &rows {
            let kept = diesel::insert_into(inbox::table)
                .values(row)
                .on_conflict((inbox::channel_account, inbox::event_hash))
                .do_nothing()
                .execute(conn)?;
            if kept == 1 {
                new.push(row.id);
            }
        }
        Ok(new)
    };
    Ok(conn.spawn_blocking(insert).await?)
}

/// Inserts keys of subjects, and skips those that exist.
pub(crate) async fn insert_subject_keys(conn: &mut Conn, rows: Vec<NewKeyRow>) -> Result<(), SqlError> {
    let insert = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(subject_keys::table).values(row).on_conflict_do_nothing().execute(conn)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(insert).await?)
}

/// Inserts contacts, and skips those whose address has one.
pub(crate) async fn insert_contacts(conn: &mut Conn, rows: Vec<NewContactRow>) -> Result<(), SqlError> {
    let insert = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(contacts::table).values(row).on_conflict_do_nothing().execute(conn)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(insert).await?)
}

/// Keeps names; one that is kept already stays.
pub(crate) async fn insert_kept_names(conn: &mut Conn, rows: Vec<KeptNameRow>) -> Result<(), SqlError> {
    let insert = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(kept_names::table).values(row).on_conflict_do_nothing().execute(conn)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(insert).await?)
}

/// Puts sealed forms in place of what transfers had in the clear.
pub(crate) async fn seal_transfers(conn: &mut Conn, rows: Vec<SealedTransfer>) -> Result<(), SqlError> {
    let update = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::update(transfers::table.find(row.id))
                .set((
                    transfers::sealed.eq(&row.sealed),
                    transfers::payee_sealed.eq(&row.payee_sealed),
                    transfers::payee_hash.eq(&row.payee_hash),
                    transfers::destination.eq(None::<String>),
                    transfers::concept.eq(None::<String>),
                ))
                .execute(conn)?;
        }
        Ok(())
    };
    Ok(conn.spawn_blocking(update).await?)
}
