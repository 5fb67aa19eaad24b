//! What a turn decided, besides the state of its conversation and its timer.

use super::{
    consent_rows::{Change, change_consent},
    flows::keep_response,
    leased_contacts::Sender,
    outbox::new_row::{NewOutboxRow, recipient_hash},
};
use crate::{
    backend::{Conn, DbId},
    store::{
        accounts::names::keep_profile_name,
        error::SqlError,
        money::payees::change_payee,
        operations::audit_record::record,
        schema::outbox,
        subjects::{Vault, contacts::contacts_of},
    },
};
use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use ports::{
    messaging::{NewOutbound, Turn},
    subject_keys::SubjectKeyId,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Writes what a turn decided, but for the state of its conversation and its timer. Replies to the sender go to the
/// contact `to`.
pub(super) async fn write_decisions(
    conn: &mut Conn,
    vault: &Vault,
    turn: &Turn,
    sender: &Sender,
    to: Uuid,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if let Some(consent) = turn.consent {
        let change = Change {
            channel: &sender.channel,
            hash: &sender.hash,
            recipient: sender.key.as_deref(),
            consent,
            source: "message",
        };
        change_consent(conn, vault, &change, now).await?;
    }
    let hash = |reply: &NewOutbound| recipient_hash(vault, reply.message.channel, &reply.message.recipient);
    let others: BTreeSet<String> =
        turn.replies.iter().map(hash).filter(|hash| *hash != sender.hash).collect();
    if !others.is_empty() {
        contacts_of(conn, others, now).await?;
    }
    for reply in &turn.replies {
        let known = Some((sender.hash.as_str(), to));
        let conversation = Some(DbId(turn.conversation.0));
        let row = NewOutboxRow::known(conn, vault, reply, conversation, known, now).await?;
        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    }
    if let Some(response) = &turn.flow_response {
        let keys = vault.key_for(conn, SubjectKeyId::chat(sender.contact), now).await?;
        keep_response(conn, &keys, sender.contact, turn.event, response, now).await?;
    }
    for change in &turn.payee_changes {
        change_payee(conn, vault, change, now).await?;
    }
    if let Some((user, name)) = &turn.profile_name {
        keep_profile_name(conn, vault, *user, name, now).await?;
    }
    record(conn, &turn.audit, now).await
}
