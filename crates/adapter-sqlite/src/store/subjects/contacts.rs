//! Contacts: whose number, address or chat a row is about, found by the hash of the address.

use super::{new_rows::NewContactRow, vault::Vault};
use crate::{
    backend::{Conn, DbId, DbTime, insert_contacts},
    store::{error::SqlError, rows::corrupt, schema::contacts},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use ports::subject_keys::SubjectKeyId;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The contacts of these hashes; missing ones are made.
pub(crate) async fn contacts_of(
    conn: &mut Conn,
    lookups: BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<HashMap<String, Uuid>, SqlError> {
    let mut known = find(conn, lookups.iter().cloned().collect()).await?;
    let missing: Vec<_> = lookups.into_iter().filter(|lookup| !known.contains_key(lookup)).collect();
    if missing.is_empty() {
        return Ok(known);
    }
    #[allow(clippy::disallowed_methods, reason = "nobody sees a contact's id, and no test replays it")]
    let row = |lookup: &String| NewContactRow {
        id: DbId(Uuid::now_v7()),
        lookup: Some(lookup.clone()),
        user_id: None,
        created_at: DbTime(now),
    };
    insert_contacts(conn, missing.iter().map(row).collect()).await?;
    known.extend(find(conn, missing).await?);
    Ok(known)
}

/// The contact of a hash; made if it is missing.
pub(crate) async fn contact_of(conn: &mut Conn, lookup: &str, now: DateTime<Utc>) -> Result<Uuid, SqlError> {
    let found = contacts_of(conn, BTreeSet::from([lookup.to_owned()]), now).await?;
    found.get(lookup).copied().ok_or_else(|| corrupt("a contact was not kept"))
}

async fn find(conn: &mut Conn, lookups: Vec<String>) -> Result<HashMap<String, Uuid>, SqlError> {
    let rows = contacts::table
        .filter(contacts::lookup.eq_any(lookups))
        .select((contacts::lookup.assume_not_null(), contacts::id))
        .load::<(String, DbId)>(conn)
        .await?;
    Ok(rows.into_iter().map(|(lookup, id)| (lookup, id.0)).collect())
}

/// Notes that a person proved this address. What another person wrote from it before stays theirs: the address gets a
/// new contact.
pub(crate) async fn prove(
    conn: &mut Conn,
    lookup: &str,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let own = Some(DbId(user.0));
    let of_another = contacts::table.filter(contacts::lookup.eq(lookup)).filter(contacts::user_id.ne(own));
    diesel::update(of_another).set(contacts::lookup.eq(None::<String>)).execute(conn).await?;
    let contact = DbId(contact_of(conn, lookup, now).await?);
    let unowned = contacts::table.find(contact).filter(contacts::user_id.is_null());
    diesel::update(unowned).set(contacts::user_id.eq(own)).execute(conn).await?;
    Ok(())
}

/// Notes that an address is no person's any more: what comes through it from now on is somebody else's.
pub(crate) async fn leave(conn: &mut Conn, lookup: &str, user: UserId) -> Result<(), SqlError> {
    let own =
        contacts::table.filter(contacts::lookup.eq(lookup)).filter(contacts::user_id.eq(Some(DbId(user.0))));
    diesel::update(own).set(contacts::lookup.eq(None::<String>)).execute(conn).await?;
    Ok(())
}

/// The key under which a contact's texts are sealed, and the vault's other keys that are wanted with it.
pub(crate) async fn chat_key_of(
    conn: &mut Conn,
    vault: &Vault,
    address: &str,
    now: DateTime<Utc>,
) -> Result<(SubjectKeyId, super::Keys), SqlError> {
    let id = SubjectKeyId::chat(contact_of(conn, &vault.address(address), now).await?);
    let keys = vault.key_for(conn, id, now).await?;
    Ok((id, keys))
}
