//! Messages on their way into the inbox, and the conversations that they find.

use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        schema::{contacts, conversations},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::EventId;
use ports::{messaging::inbound_webhook::InboundMessage, subject_keys::LookupKind};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A message that is to be stored.
#[derive(Clone)]
pub(crate) struct Submitted {
    pub(super) id: EventId,
    pub(super) message: InboundMessage,
    pub(super) at: DateTime<Utc>,
    /// Until when it is leased at once. `None`: it waits for a worker.
    pub(super) leased_until: Option<DateTime<Utc>>,
}

/// What tells conversations apart: our channel account, and the hash of the sender.
pub(super) type ConversationKey = (String, String);

/// A conversation, and the contact under whose key it is sealed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) id: DbId,
    pub(super) contact: Uuid,
}

/// A conversation whose contact has retired: it was erased, or another person has its address now.
pub(super) struct Retired {
    pub(super) key: ConversationKey,
    pub(super) id: DbId,
}

/// A message on its way into the inbox, with the hashes that its row is found by.
pub(super) struct Arrived {
    pub(super) id: EventId,
    pub(super) message: InboundMessage,
    pub(super) at: DateTime<Utc>,
    pub(super) conversation: ConversationKey,
    pub(super) event_hash: String,
}

impl Arrived {
    pub(super) fn new(vault: &Vault, submitted: Submitted) -> Self {
        let Submitted { id, message, at, leased_until: _ } = submitted;
        let sender_hash = vault.address(sender_key(&message));
        Self {
            id,
            at,
            conversation: (message.channel_account.key(), sender_hash),
            event_hash: event_hash(vault, &message.provider_event_id),
            message,
        }
    }
}

/// The key of a sender's conversation and consent: their number in canonical form, or their address.
pub(super) fn sender_key(message: &InboundMessage) -> &str {
    message.phone.as_ref().map_or(&message.sender, |phone| phone.e164())
}

/// The hash of a provider's id of a message. Some ids contain a number.
pub(super) fn event_hash(vault: &Vault, provider_event_id: &str) -> String {
    vault.lookup(LookupKind::ProviderReference, provider_event_id)
}

/// Conversations whose contact is still that of their sender's address, and those whose contact has retired.
pub(super) async fn find_conversations(
    conn: &mut Conn,
    keys: impl Iterator<Item = &ConversationKey> + Clone,
) -> Result<(HashMap<ConversationKey, Found>, Vec<Retired>), SqlError> {
    let accounts: BTreeSet<_> = keys.clone().map(|(account, _)| account.clone()).collect();
    let senders: Vec<_> = keys.map(|(_, sender)| sender.clone()).collect();
    let rows = conversations::table
        .left_join(contacts::table)
        .filter(conversations::channel_account.eq_any(accounts))
        .filter(conversations::sender_hash.eq_any(senders))
        .select((
            conversations::channel_account,
            conversations::sender_hash,
            conversations::id,
            conversations::contact_id,
            contacts::lookup.nullable(),
        ))
        .load::<(String, String, DbId, Option<DbId>, Option<String>)>(conn)
        .await?;
    let (mut known, mut retired) = (HashMap::with_capacity(rows.len()), Vec::new());
    for (account, sender, id, contact, lookup) in rows {
        let key = (account, sender);
        match (contact, lookup) {
            (Some(contact), Some(_)) => drop(known.insert(key, Found { id, contact: contact.0 })),
            _ => retired.push(Retired { key, id }),
        }
    }
    Ok((known, retired))
}
