//! Outbound messages.

use super::{
    BATCH,
    inbound::{contact_in, contacts_and_keys},
};
use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        messaging::outbox::{
            new_row::{body_of, provider_id_of, recipient_hash, recipient_of},
            row::provider_hash,
        },
        rows::OutboundBody,
        schema::outbox,
        subjects::{Keys, Vault},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::message::Channel;
use ports::subject_keys::SubjectKeyId;
use uuid::Uuid;

/// An outbound message in the clear: its row, channel, recipient, body, and the provider's id.
type Clear = (i64, DbId, String, String, Option<Vec<u8>>, Option<String>);

/// Outbound messages. A body that can't be opened stays as it is.
pub(super) async fn messages(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = outbox::table
        .filter(outbox::contact_id.is_null())
        .limit(BATCH)
        .select((
            outbox::seq,
            outbox::id,
            outbox::channel,
            outbox::recipient_hash,
            outbox::body,
            outbox::provider_hash,
        ))
        .load::<Clear>(conn)
        .await?;
    let hash_of = |channel: &str, recipient: &str| match Channel::parse(channel) {
        Some(channel) => recipient_hash(vault, channel, recipient),
        None => vault.address(recipient),
    };
    let hashes = rows.iter().map(|(_, _, channel, recipient, ..)| hash_of(channel, recipient)).collect();
    let (contacts, keys) = contacts_and_keys(conn, vault, hashes, now).await?;
    let sealed = rows.len();
    for (seq, id, channel, recipient, body, provider_id) in rows {
        let hash = hash_of(&channel, &recipient);
        let contact = contact_in(&contacts, &hash)?;
        let key = SubjectKeyId::chat(contact);
        let provider_sealed = match &provider_id {
            Some(provider_id) => Some(keys.seal(key, provider_id_of(&id.0), provider_id)?),
            None => None,
        };
        diesel::update(outbox::table.find(seq))
            .set((
                outbox::recipient_hash.eq(hash),
                outbox::contact_id.eq(Some(DbId(contact))),
                outbox::sealed.eq(Some(keys.seal(key, recipient_of(&id.0), &recipient)?)),
                outbox::body.eq(body.map(|body| reseal(&keys, key, id.0, body)).transpose()?),
                outbox::provider_hash.eq(provider_id.map(|provider_id| provider_hash(vault, &provider_id))),
                outbox::provider_sealed.eq(provider_sealed),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

fn reseal(keys: &Keys, key: SubjectKeyId, id: Uuid, body: Vec<u8>) -> Result<Vec<u8>, SqlError> {
    let opened: Option<OutboundBody> = keys.open(body_of(&id), &body).ok().flatten();
    opened.map_or(Ok(body), |opened| keys.seal(key, body_of(&id), &opened))
}
