//! Write a batch of settlements and delivery reports: one statement for each table, and none where nothing changed.

use super::{row::OutboxRow, standing::Standing};
use crate::backend::{Conn, DbTime, change_outbox, insert_history};
use crate::store::{
    error::SqlError,
    messaging::consent_rows::{Change, change_consent},
    rows::{corrupt, to_json},
    schema::{early_delivery_reports, verification_sends},
    subjects::Vault,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    message::Channel,
    messaging::consent::{ConsentStatus, recipient_key},
};
use ports::messaging::inbound_webhook::StatusReport;

/// What a batch leaves to be written.
pub(super) struct Writes<'a> {
    pub(super) messages: Vec<&'a Standing>,
    /// Reports for messages whose provider's id is not known yet: its hash, the report, when it came.
    pub(super) early: Vec<(String, StatusReport, DateTime<Utc>)>,
    /// The stored early reports that found their message.
    pub(super) found: &'a [i64],
}

/// Writes what changed.
pub(super) async fn write(
    conn: &mut Conn,
    vault: &Vault,
    writes: Writes<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let Writes { messages, early, found } = writes;
    write_messages(conn, &messages).await?;
    for (hash, report, at) in early {
        diesel::insert_into(early_delivery_reports::table)
            .values((
                early_delivery_reports::provider_hash.eq(hash),
                early_delivery_reports::report.eq(to_json(&report)?),
                early_delivery_reports::at.eq(DbTime(at)),
            ))
            .execute(conn)
            .await?;
    }
    if !found.is_empty() {
        let found = early_delivery_reports::seq.eq_any(found.to_vec());
        diesel::delete(early_delivery_reports::table.filter(found)).execute(conn).await?;
    }
    // What the same batch queued again is withdrawn too.
    for standing in messages.iter().filter(|standing| standing.has_opted_out) {
        opt_out(conn, vault, &standing.row, now).await?;
    }
    Ok(())
}

/// Writes the messages that changed, with their histories and the sends of codes.
pub(super) async fn write_messages(conn: &mut Conn, messages: &[&Standing]) -> Result<(), SqlError> {
    change_outbox(conn, messages.iter().filter_map(|standing| standing.change()).collect()).await?;
    let history = messages.iter().flat_map(|standing| standing.history.iter().cloned());
    insert_history(conn, history.collect()).await?;
    for standing in messages {
        let Some((went, error)) = &standing.code_send else { continue };
        let send = verification_sends::table.filter(verification_sends::outbox_id.eq(standing.row.id));
        diesel::update(send)
            .set((verification_sends::status.eq(*went), verification_sends::error.eq(error.clone())))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The provider reports that the recipient has opted out.
async fn opt_out(
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
