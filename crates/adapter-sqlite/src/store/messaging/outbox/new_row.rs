//! A new message of the outbox, sealed under the key of its recipient's contact.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        queued::note,
        rows::{OutboundBody, lane_name},
        schema::outbox,
        subjects::{Place, Vault, contacts::contact_of},
    },
};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{message::Channel, messaging::consent::recipient_key};
use ports::{
    messaging::{LeasedMessage, NewOutbound},
    operations::WorkKind,
    subject_keys::SubjectKeyId,
};
use std::collections::{BTreeSet, HashSet};
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

/// What tells lanes apart: the recipient's hash, the channel, the lane.
pub(crate) type LaneKey = (String, String, String);

/// How long the first message of a queue may delay the rest.
pub(super) const HEAD_BLOCKS: Duration = Duration::seconds(60);

/// The lanes of these messages in which an open message blocks them.
pub(crate) async fn open_lanes(
    conn: &mut Conn,
    rows: impl Iterator<Item = &NewOutboxRow> + Send,
    now: DateTime<Utc>,
) -> Result<HashSet<LaneKey>, SqlError> {
    let hashes: BTreeSet<String> = rows.map(|row| row.recipient_hash.clone()).collect();
    if hashes.is_empty() {
        return Ok(HashSet::new());
    }
    let blocks_since = now.checked_sub_signed(HEAD_BLOCKS).unwrap_or(now);
    let open = outbox::table
        .filter(outbox::recipient_hash.eq_any(hashes))
        .filter(outbox::phase.ne("settled"))
        .filter(outbox::created_at.gt(DbTime(blocks_since)))
        .select((outbox::recipient_hash, outbox::channel, outbox::lane))
        .load::<LaneKey>(conn)
        .await?;
    Ok(open.into_iter().collect())
}

/// The hash by which a recipient is found: that of their canonical number, address or chat.
pub(crate) fn recipient_hash(vault: &Vault, channel: Channel, address: &str) -> String {
    vault.address(&recipient_key(channel, address))
}

#[derive(diesel::Insertable)]
#[diesel(table_name = outbox)]
pub(crate) struct NewOutboxRow {
    pub(crate) id: DbId,
    pub(crate) conversation_id: Option<DbId>,
    pub(crate) contact_id: Option<DbId>,
    pub(crate) channel_account: String,
    pub(crate) channel: &'static str,
    pub(crate) recipient_hash: String,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) lane: &'static str,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) phase: &'static str,
    pub(crate) status: &'static str,
    pub(crate) attempts: i32,
    pub(crate) resent: i32,
    pub(crate) fence: i64,
    pub(crate) due_at: DbTime,
    pub(crate) leased_until: DbTime,
    pub(crate) created_at: DbTime,
    pub(crate) expires_at: DbTime,
    pub(crate) client_id: Option<String>,
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
        note(WorkKind::Messages, now);
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

    pub(crate) fn lane_key(&self) -> LaneKey {
        (self.recipient_hash.clone(), self.channel.to_owned(), self.lane.to_owned())
    }

    /// Leases the message before it is stored.
    pub(crate) fn lease(&mut self, new: &NewOutbound, until: DateTime<Utc>) -> LeasedMessage {
        let leased = leased_as_stored(new);
        self.phase = "leased";
        self.fence = leased.fence;
        self.attempts = 1;
        self.leased_until = DbTime(until);
        leased
    }
}

/// A message that was leased before it was stored.
pub(crate) fn leased_as_stored(new: &NewOutbound) -> LeasedMessage {
    LeasedMessage {
        message: new.message.clone(),
        channel_account: new.channel_account.clone(),
        attempts: 0,
        fence: 1,
        in_doubt_since: None,
        resent: false,
        expires_at: new.expires_at,
    }
}
