//! Seals rows that an earlier version wrote in the clear: their hashed columns then hold clear values, which no hash
//! looks like.

use super::{
    verification_pages::{PagePersonal, SEALED as PAGE_SEALED},
    verifications::{
        FallbackRecipient, RECIPIENT as FALLBACK_SEALED,
        personal::{Personal, SEALED, network_hash, prefix_hash, recipient_hash, requester_key},
    },
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{
            code_failures, number_lookups, verification_fallbacks, verification_pages, verification_sends,
            verifications,
        },
        subjects::{Keys, Place, Vault, contacts::contacts_of},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    message::Channel, messaging::consent::recipient_key, principal::Principal, verification::otp::Recipient,
};
use ports::subject_keys::SubjectKeyId;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Rows that are sealed in one transaction.
const BATCH: i64 = 500;
/// What a hash looks like.
const HASH: &str = "1:%";

/// Seals a batch of rows that are in the clear. Returns how many were; none: there are no more.
pub(crate) async fn seal_batch(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    let challenges = challenges(conn, vault, now).await?;
    if challenges > 0 {
        return Ok(challenges);
    }
    let fallbacks = fallbacks(conn, vault, now).await?;
    let pages = pages(conn, vault, now).await?;
    let hashed = [sends(conn, vault).await?, failures(conn, vault, now).await?, look_ups(conn, vault).await?];
    Ok(hashed.into_iter().fold(fallbacks.saturating_add(pages), usize::saturating_add))
}

/// The contacts of some addresses, with their keys.
struct Contacts {
    by_hash: HashMap<String, Uuid>,
    keys: Keys,
}

impl Contacts {
    async fn of(
        conn: &mut Conn,
        vault: &Vault,
        hashes: BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let by_hash = contacts_of(conn, hashes, now).await?;
        let keys = vault.keys_for(conn, by_hash.values().copied().map(SubjectKeyId::chat), now).await?;
        Ok(Self { by_hash, keys })
    }

    fn get(&self, hash: &str) -> Result<Uuid, SqlError> {
        self.by_hash.get(hash).copied().ok_or_else(|| corrupt("a contact was not kept"))
    }

    /// Seals a value under the key of the contact with that hash.
    fn seal<T: Serialize>(&self, hash: &str, place: Place<'_>, value: &T) -> Result<Vec<u8>, SqlError> {
        self.keys.seal(SubjectKeyId::chat(self.get(hash)?), place, value)
    }
}

fn read(text: &str) -> Result<Recipient, SqlError> {
    Recipient::from_canonical(text).ok_or_else(|| corrupt("a destination"))
}

/// The hash of a network address that may be hashed already.
fn network(vault: &Vault, address: Option<String>) -> Option<String> {
    address.map(|address| if address.starts_with("1:") { address } else { network_hash(vault, &address) })
}

async fn challenges(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = verifications::table
        .filter(verifications::recipient_hash.not_like(HASH))
        .limit(BATCH)
        .select((
            verifications::id,
            verifications::requester,
            verifications::recipient_hash,
            verifications::client_ip_hash,
            verifications::origin_hash,
        ))
        .load::<(DbId, String, String, Option<String>, Option<String>)>(conn)
        .await?;
    let mut read_rows = Vec::with_capacity(rows.len());
    for (id, requester, to, client_ip, origin) in rows {
        let requester: Principal = requester.parse().map_err(corrupt)?;
        read_rows.push((id, requester, read(&to)?, client_ip, origin));
    }
    let hashes = read_rows.iter().map(|(_, _, to, ..)| recipient_hash(vault, to)).collect();
    let contacts = Contacts::of(conn, vault, hashes, now).await?;
    let sealed = read_rows.len();
    for (id, requester, to, client_ip, origin) in read_rows {
        let hash = recipient_hash(vault, &to);
        let personal = Personal::new(&to, &requester, origin.as_deref());
        diesel::update(verifications::table.find(id))
            .set((
                verifications::requester.eq(requester_key(vault, &requester)),
                verifications::contact_id.eq(Some(DbId(contacts.get(&hash)?))),
                verifications::sealed.eq(Some(contacts.seal(&hash, Place::of(SEALED, &id.0), &personal)?)),
                verifications::client_ip_hash.eq(network(vault, client_ip)),
                verifications::origin_hash.eq(network(vault, origin)),
                verifications::recipient_hash.eq(hash),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

/// Fallback channels, under the key of their challenge's contact. Their texts are sealed already, and are opened as they
/// are.
async fn fallbacks(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = verification_fallbacks::table
        .inner_join(verifications::table.on(verifications::id.eq(verification_fallbacks::verification_id)))
        .filter(verification_fallbacks::recipient_hash.not_like(HASH))
        .limit(BATCH)
        .select((
            verification_fallbacks::id,
            verification_fallbacks::channel,
            verification_fallbacks::recipient_hash,
            verifications::contact_id,
        ))
        .load::<(DbId, String, String, Option<DbId>)>(conn)
        .await?;
    let contacts = rows.iter().filter_map(|(.., contact)| contact.map(|id| SubjectKeyId::chat(id.0)));
    let keys = vault.keys_for(conn, contacts.collect::<Vec<_>>(), now).await?;
    let sealed = rows.len();
    for (id, channel, to, contact) in rows {
        let channel = Channel::parse(&channel).ok_or_else(|| corrupt(&channel))?;
        let contact = contact.ok_or_else(|| corrupt("a challenge without a contact"))?;
        let hash = vault.address(&recipient_key(channel, &to));
        let place = Place::of(FALLBACK_SEALED, &id.0);
        let recipient = keys.seal(SubjectKeyId::chat(contact.0), place, &FallbackRecipient::new(to))?;
        diesel::update(verification_fallbacks::table.find(id))
            .set((
                verification_fallbacks::recipient_hash.eq(hash),
                verification_fallbacks::sealed.eq(Some(recipient)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

async fn pages(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = verification_pages::table
        .filter(verification_pages::phone_hash.assume_not_null().not_like(HASH))
        .filter(verification_pages::phone_hash.is_not_null())
        .limit(BATCH)
        .select((verification_pages::id, verification_pages::phone_hash.assume_not_null()))
        .load::<(DbId, String)>(conn)
        .await?;
    let hashes = rows.iter().map(|(_, phone)| vault.address(phone)).collect();
    let contacts = Contacts::of(conn, vault, hashes, now).await?;
    let sealed = rows.len();
    for (id, phone) in rows {
        let hash = vault.address(&phone);
        let place = Place::of(PAGE_SEALED, &id.0);
        diesel::update(verification_pages::table.find(id))
            .set((
                verification_pages::contact_id.eq(Some(DbId(contacts.get(&hash)?))),
                verification_pages::sealed.eq(Some(contacts.seal(
                    &hash,
                    place,
                    &PagePersonal::new(phone),
                )?)),
                verification_pages::phone_hash.eq(Some(hash)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

async fn sends(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let rows = verification_sends::table
        .filter(verification_sends::phone_hash.not_like(HASH))
        .limit(BATCH)
        .select((verification_sends::seq, verification_sends::phone_hash, verification_sends::client_ip_hash))
        .load::<(i64, String, Option<String>)>(conn)
        .await?;
    let hashed = rows.len();
    for (seq, phone, client_ip) in rows {
        let to = read(&phone)?;
        diesel::update(verification_sends::table.find(seq))
            .set((
                verification_sends::phone_hash.eq(recipient_hash(vault, &to)),
                verification_sends::prefix_hash.eq(prefix_hash(vault, &to)),
                verification_sends::client_ip_hash.eq(network(vault, client_ip)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(hashed)
}

/// Counts of wrong codes, under `NUMBER` or `NUMBER from REQUESTER`.
async fn failures(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let names = code_failures::table
        .filter(code_failures::phone_hash.not_like(HASH))
        .limit(BATCH)
        .select(code_failures::phone_hash)
        .load::<String>(conn)
        .await?;
    for name in &names {
        let hashed = match name.split_once(" from ") {
            None => recipient_hash(vault, &read(name)?),
            Some((to, requester)) => {
                let requester: Principal = requester.parse().map_err(corrupt)?;
                format!("{} from {}", recipient_hash(vault, &read(to)?), requester_key(vault, &requester))
            }
        };
        diesel::update(code_failures::table.find(name))
            .set((code_failures::phone_hash.eq(hashed), code_failures::at.eq(Some(DbTime(now)))))
            .execute(conn)
            .await?;
    }
    Ok(names.len())
}

async fn look_ups(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let rows = number_lookups::table
        .filter(number_lookups::phone_hash.not_like(HASH))
        .limit(BATCH)
        .select((number_lookups::seq, number_lookups::phone_hash))
        .load::<(i64, String)>(conn)
        .await?;
    for (seq, phone) in &rows {
        diesel::update(number_lookups::table.find(seq))
            .set(number_lookups::phone_hash.eq(vault.address(phone)))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}
