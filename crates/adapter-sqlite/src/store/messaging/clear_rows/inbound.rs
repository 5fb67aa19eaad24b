//! Conversations, inbound messages and answers to flows.

use super::BATCH;
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        messaging::{
            arrivals::event_hash,
            sealed::{
                InboundBody, RawBody, ResponseBody, SealedSender, SealedState, answers_of, body_of,
                sender_of, state_of,
            },
        },
        rows::corrupt,
        schema::{conversations, flow_responses, inbox},
        subjects::{Keys, Vault, contacts::contacts_of},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ports::subject_keys::SubjectKeyId;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The contacts of these addresses, and their keys.
pub(super) async fn contacts_and_keys(
    conn: &mut Conn,
    vault: &Vault,
    hashes: BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<(HashMap<String, Uuid>, Keys), SqlError> {
    let contacts = contacts_of(conn, hashes, now).await?;
    let keys = vault.keys_for(conn, contacts.values().copied().map(SubjectKeyId::chat), now).await?;
    Ok((contacts, keys))
}

pub(super) fn contact_in(contacts: &HashMap<String, Uuid>, hash: &str) -> Result<Uuid, SqlError> {
    contacts.get(hash).copied().ok_or_else(|| corrupt("a contact was not kept"))
}

/// Conversations. A state that can't be opened stays as it is.
pub(super) async fn conversations(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    let rows = conversations::table
        .filter(conversations::contact_id.is_null())
        .limit(BATCH)
        .select((conversations::id, conversations::sender_hash, conversations::address, conversations::state))
        .load::<(DbId, String, Option<String>, Vec<u8>)>(conn)
        .await?;
    let hashes = rows.iter().map(|(_, sender, ..)| vault.address(sender)).collect();
    let (contacts, keys) = contacts_and_keys(conn, vault, hashes, now).await?;
    let sealed = rows.len();
    for (id, sender, address, state) in rows {
        let hash = vault.address(&sender);
        let contact = contact_in(&contacts, &hash)?;
        let key = SubjectKeyId::chat(contact);
        let sender = SealedSender::new(sender, address);
        let opened: Option<SealedState> = keys.open(state_of(&id.0), &state).ok().flatten();
        let state = match opened {
            Some(opened) => keys.seal(key, state_of(&id.0), &opened)?,
            None => state,
        };
        diesel::update(conversations::table.find(id))
            .set((
                conversations::sender_hash.eq(hash),
                conversations::contact_id.eq(Some(DbId(contact))),
                conversations::sealed.eq(Some(keys.seal(key, sender_of(&id.0), &sender)?)),
                conversations::state.eq(state),
                conversations::address.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

/// Inbound messages and timers. The webhook's body is put apart. A body that can't be opened stays as it is.
pub(super) async fn messages(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = inbox::table
        .inner_join(conversations::table)
        .filter(inbox::contact_id.is_null())
        .limit(BATCH)
        .select((
            inbox::seq,
            inbox::id,
            conversations::contact_id.assume_not_null(),
            inbox::event_hash,
            inbox::body,
        ))
        .load::<(i64, DbId, DbId, String, Vec<u8>)>(conn)
        .await?;
    let ids = rows.iter().map(|(_, _, contact, ..)| SubjectKeyId::chat(contact.0));
    let ids: BTreeSet<_> = ids.collect();
    let keys = vault.keys_for(conn, ids, now).await?;
    let sealed = rows.len();
    for (seq, id, contact, event, body) in rows {
        let key = SubjectKeyId::chat(contact.0);
        let hash = event_hash(vault, &event);
        let opened: Option<InboundBody> = keys.open(body_of(&id.0), &body).ok().flatten();
        let (body, raw) = match opened {
            Some(mut opened) => {
                let raw = std::mem::take(&mut opened.raw);
                let opened = InboundBody { v: 2, event, ..opened };
                (keys.seal(key, body_of(&id.0), &opened)?, RawBody::seal(&keys, key, id.0, raw)?)
            }
            None => (body, None),
        };
        diesel::update(inbox::table.find(seq))
            .set((
                inbox::event_hash.eq(hash),
                inbox::contact_id.eq(Some(contact)),
                inbox::body.eq(body),
                inbox::raw.eq(raw),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

/// Answers to flows. Whose answers they are is known from the answers alone; those that can't be opened belong to nobody
/// whom we know.
pub(super) async fn flow_responses(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    let rows = flow_responses::table
        .filter(flow_responses::contact_id.is_null())
        .limit(BATCH)
        .select((flow_responses::id, flow_responses::body, flow_responses::completed_at))
        .load::<(DbId, Vec<u8>, DbTime)>(conn)
        .await?;
    let none = vault.keys_in(conn, []).await?;
    let opened: Vec<(DbId, Option<ResponseBody>)> =
        rows.iter().map(|(id, body, _)| (*id, none.open(answers_of(&id.0), body).ok().flatten())).collect();
    let respondents = opened.iter().filter_map(|(_, body)| body.as_ref());
    let hashes = respondents.map(|body| vault.address(&body.respondent)).collect();
    let (contacts, keys) = contacts_and_keys(conn, vault, hashes, now).await?;
    let sealed = opened.len();
    for (id, body) in opened {
        let row = diesel::update(flow_responses::table.find(id));
        let Some(body) = body else {
            row.set(flow_responses::contact_id.eq(Some(DbId(Uuid::nil())))).execute(conn).await?;
            continue;
        };
        let contact = contact_in(&contacts, &vault.address(&body.respondent))?;
        let body = keys.seal(SubjectKeyId::chat(contact), answers_of(&id.0), &body)?;
        row.set((flow_responses::contact_id.eq(Some(DbId(contact))), flow_responses::body.eq(body)))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}
