//! A new message of the outbox, sealed under the key of its recipient's contact.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        rows::{OutboundBody, lane_name},
        schema::outbox,
        subjects::{Place, Vault, contacts::contact_of},
    },
};
use chrono::{DateTime, Utc};
use domain::{message::Channel, messaging::consent::recipient_key};
use ports::{messaging::NewOutbound, subject_keys::SubjectKeyId};
use uuid::Uuid;

/// The place of a message's body.
pub(crate) const fn body_of(id: &Uuid) -> Place<'_> {
    Place::of("outbox.body", id)
}

/// The place of a message's recipient.
pub(crate) const fn recipient_of(id: &Uuid) -> Place<'_> {
    Place::of("outbox.sealed", id)
}

/// The place of the provider's id of a message.
pub(crate) const fn provider_id_of(id: &Uuid) -> Place<'_> {
    Place::of("outbox.provider_sealed", id)
}

/// The hash by which a recipient is found: that of their canonical number, address or chat.
pub(crate) fn recipient_hash(vault: &Vault, channel: Channel, address: &str) -> String {
    vault.address(&recipient_key(channel, address))
}

#[derive(diesel::Insertable)]
#[diesel(table_name = outbox)]
pub(crate) struct NewOutboxRow {
    id: DbId,
    conversation_id: Option<DbId>,
    contact_id: Option<DbId>,
    channel_account: String,
    channel: &'static str,
    recipient_hash: String,
    sealed: Option<Vec<u8>>,
    lane: &'static str,
    body: Option<Vec<u8>>,
    phase: &'static str,
    status: &'static str,
    attempts: i32,
    resent: i32,
    fence: i64,
    due_at: DbTime,
    leased_until: DbTime,
    created_at: DbTime,
    expires_at: DbTime,
    client_id: Option<String>,
}

impl NewOutboxRow {
    /// `conversation_id`: the conversation of the message. `None`: it belongs to none.
    pub(crate) async fn new(
        conn: &mut Conn,
        vault: &Vault,
        new: &NewOutbound,
        conversation_id: Option<DbId>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        Self::known(conn, vault, new, conversation_id, None, now).await
    }

    /// The same, by a caller who knows a recipient already: the hash of their address, and their contact.
    pub(crate) async fn known(
        conn: &mut Conn,
        vault: &Vault,
        new: &NewOutbound,
        conversation_id: Option<DbId>,
        known: Option<(&str, Uuid)>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let message = &new.message;
        let hash = recipient_hash(vault, message.channel, &message.recipient);
        let contact = match known {
            Some((known, contact)) if known == hash => contact,
            _ => contact_of(conn, &hash, now).await?,
        };
        let key = SubjectKeyId::chat(contact);
        let keys = vault.key_for(conn, key, now).await?;
        let id = message.id.0;
        let body = OutboundBody::new(message.text.clone(), message.form.clone());
        Ok(Self {
            id: DbId(id),
            conversation_id,
            contact_id: Some(DbId(contact)),
            channel_account: new.channel_account.key(),
            channel: message.channel.name(),
            recipient_hash: hash,
            sealed: Some(keys.seal(key, recipient_of(&id), &message.recipient)?),
            lane: lane_name(new.lane),
            body: Some(keys.seal(key, body_of(&id), &body)?),
            phase: "waiting",
            status: "queued",
            attempts: 0,
            resent: 0,
            fence: 0,
            due_at: DbTime(now),
            leased_until: DbTime(now),
            created_at: DbTime(now),
            expires_at: DbTime(new.expires_at),
            client_id: new.client.clone(),
        })
    }
}
