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
use domain::{
    channel_account::ChannelAccount, ids::MessageId, message::Channel, messaging::consent::recipient_key,
};
use ports::{
    messaging::{Lane, NewOutbound},
    subject_keys::SubjectKeyId,
};
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

/// What a row is made of, besides its recipient.
struct Parts<'a> {
    id: MessageId,
    conversation_id: Option<DbId>,
    account: &'a ChannelAccount,
    channel: Channel,
    recipient: &'a str,
    lane: Lane,
    body: &'a OutboundBody,
    expires_at: DateTime<Utc>,
    client: Option<&'a str>,
}

/// A code whose message was prepared before, to send now.
pub(crate) struct PreparedCode<'a> {
    pub(crate) id: MessageId,
    pub(crate) account: &'a ChannelAccount,
    pub(crate) channel: Channel,
    pub(crate) recipient: &'a str,
    pub(crate) body: &'a OutboundBody,
    pub(crate) expires_at: DateTime<Utc>,
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
        let parts = Parts {
            id: message.id,
            conversation_id,
            account: &new.channel_account,
            channel: message.channel,
            recipient: &message.recipient,
            lane: new.lane,
            body: &OutboundBody::new(message.text.clone(), message.form.clone()),
            expires_at: new.expires_at,
            client: new.client.as_deref(),
        };
        Self::seal(conn, vault, parts, known, now).await
    }

    /// A code whose message was prepared before.
    pub(crate) async fn of_code(
        conn: &mut Conn,
        vault: &Vault,
        code: PreparedCode<'_>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let PreparedCode { id, account, channel, recipient, body, expires_at } = code;
        let parts = Parts {
            id,
            conversation_id: None,
            account,
            channel,
            recipient,
            lane: Lane::Code,
            body,
            expires_at,
            client: None,
        };
        Self::seal(conn, vault, parts, None, now).await
    }

    async fn seal(
        conn: &mut Conn,
        vault: &Vault,
        parts: Parts<'_>,
        known: Option<(&str, Uuid)>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let hash = recipient_hash(vault, parts.channel, parts.recipient);
        let contact = match known {
            Some((known, contact)) if known == hash => contact,
            _ => contact_of(conn, &hash, now).await?,
        };
        let key = SubjectKeyId::chat(contact);
        let keys = vault.key_for(conn, key, now).await?;
        let id = parts.id.0;
        Ok(Self {
            id: DbId(id),
            conversation_id: parts.conversation_id,
            contact_id: Some(DbId(contact)),
            channel_account: parts.account.key(),
            channel: parts.channel.name(),
            recipient_hash: hash,
            sealed: Some(keys.seal(key, recipient_of(&id), &parts.recipient)?),
            lane: lane_name(parts.lane),
            body: Some(keys.seal(key, body_of(&id), parts.body)?),
            phase: "waiting",
            status: "queued",
            attempts: 0,
            resent: 0,
            fence: 0,
            due_at: DbTime(now),
            leased_until: DbTime(now),
            created_at: DbTime(now),
            expires_at: DbTime(parts.expires_at),
            client_id: parts.client.map(str::to_owned),
        })
    }
}
