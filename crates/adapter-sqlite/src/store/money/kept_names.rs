//! The names under which people saw somebody who was erased. What a person saw of another one is theirs: it stays in
//! their statements, sealed under their own key.

use super::{rows::KeptNameRow, sealed::opened};
use crate::{
    backend::{Conn, DbId, insert_kept_names},
    store::{
        accounts::names::shown_names,
        error::SqlError,
        schema::{accounts, entries, kept_names, transfers},
        subjects::{Place, Vault},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{accounts::shown_name, ids::UserId};
use ports::subject_keys::SubjectKeyId;
use std::collections::HashMap;

/// People whose keys are read, and whose rows are written, at once.
const AT_ONCE: usize = 500;

/// What a kept name is bound to.
fn bound_to(viewer: UserId, other: UserId) -> Vec<u8> {
    [viewer.0.as_bytes().as_slice(), other.0.as_bytes()].concat()
}

const fn place(bound_to: &[u8]) -> Place<'_> {
    Place::new("kept_names.sealed", bound_to)
}

/// True if nothing is known of a person who has this shown name.
pub(crate) fn is_nobody(name: &str) -> bool {
    name == shown_name(None, None, None)
}

/// Keeps the name that a person has now for everybody whose statements show them. To be called in the transaction that
/// erases the person, before their chat key is destroyed and their name removed. Returns how many names were kept; called
/// again after that, it keeps none and changes none.
pub(crate) async fn keep_names(
    conn: &mut Conn,
    vault: &Vault,
    erased: UserId,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    let name = shown_names(conn, vault, &[erased]).await?.remove(&erased).filter(|name| !is_nobody(name));
    let Some(name) = name else { return Ok(0) };
    let mut kept = 0_usize;
    for viewers in viewers_of(conn, erased).await?.chunks(AT_ONCE) {
        let key = |viewer: &UserId| SubjectKeyId::money(viewer.0);
        let ids: Vec<_> = viewers.iter().map(key).collect();
        let keys = vault.keys_for(conn, ids, now).await?;
        let mut rows = Vec::with_capacity(viewers.len());
        for viewer in viewers.iter().filter(|viewer| keys.get(key(viewer)).is_some()) {
            let sealed = keys.seal(key(viewer), place(&bound_to(*viewer, erased)), &name)?;
            rows.push(KeptNameRow { viewer_id: DbId(viewer.0), other_id: DbId(erased.0), sealed });
        }
        kept = kept.saturating_add(rows.len());
        insert_kept_names(conn, rows).await?;
    }
    Ok(kept)
}

/// The people on the other side of a person's entries.
async fn viewers_of(conn: &mut Conn, person: UserId) -> Result<Vec<UserId>, SqlError> {
    let own = accounts::table
        .filter(accounts::owner.eq(Some(DbId(person.0))))
        .select(accounts::id)
        .load::<DbId>(conn)
        .await?;
    let is_end = accounts::id.eq(transfers::from_account).or(accounts::id.eq(transfers::to_account));
    let mut viewers = entries::table
        .inner_join(transfers::table.on(transfers::id.eq(entries::transfer_id)))
        .inner_join(accounts::table.on(is_end))
        .filter(entries::account_id.eq_any(own))
        .filter(accounts::owner.is_not_null())
        .filter(accounts::owner.ne(Some(DbId(person.0))))
        .select(accounts::owner.assume_not_null())
        .distinct()
        .load::<DbId>(conn)
        .await?;
    viewers.sort_by_key(|id| id.0);
    Ok(viewers.into_iter().map(|id| UserId(id.0)).collect())
}

/// The names that were kept for a viewer of these people.
pub(crate) async fn kept(
    conn: &mut Conn,
    vault: &Vault,
    viewer: UserId,
    others: Vec<UserId>,
) -> Result<HashMap<UserId, String>, SqlError> {
    if others.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = kept_names::table
        .filter(kept_names::viewer_id.eq(DbId(viewer.0)))
        .filter(kept_names::other_id.eq_any(others.into_iter().map(|other| DbId(other.0))))
        .select((kept_names::other_id, kept_names::sealed))
        .load::<(DbId, Vec<u8>)>(conn)
        .await?;
    let sealed: Vec<_> = rows.iter().map(|(_, sealed)| sealed.as_slice()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let mut names = HashMap::new();
    for (other, sealed) in rows {
        let other = UserId(other.0);
        if let Some(name) = opened(&keys, place(&bound_to(viewer, other)), Some(&sealed))? {
            names.insert(other, name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
