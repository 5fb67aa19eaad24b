//! Contacts that no row is about any more, and keys of nobody.
//!
//! A transaction may have found a contact just before it lost its last row, and write another one about it. So a contact
//! is first taken out of use: nobody finds it any more, and its address gets a new one. After [`GRACE`] it goes, unless
//! a row is about it after all.

use super::{
    held::Held,
    part::{Condition, LOOKED_AT, Look, Part, Removed, at_most, rows},
};
use crate::{
    backend::{Conn, Database, DbId, DbTime},
    store::{
        error::SqlError,
        operations::keys::{HEAD, substr},
        schema::{
            consent_history, consents, contacts, conversations, flow_responses, inbox, outbox, subject_keys,
            users, verification_pages, verifications,
        },
    },
};
use async_trait::async_trait;
use chrono::Duration;
use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::{store_error::StoreResult, subject_keys::SubjectKeyId};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Longer than any transaction lasts.
const GRACE: Duration = Duration::hours(1);

/// No row is about the contact. Consents are looked at apart: they bear no id.
fn unused() -> Condition<contacts::table> {
    macro_rules! none_in {
        ($table:ident) => {
            not(exists($table::table.filter($table::contact_id.assume_not_null().eq(contacts::id))))
        };
    }
    Box::new(
        none_in!(verifications)
            .and(none_in!(verification_pages))
            .and(none_in!(conversations))
            .and(none_in!(inbox))
            .and(none_in!(outbox))
            .and(none_in!(flow_responses)),
    )
}

/// Those of these contacts whose key seals no consent: who opted out is shown as long as the opt-out stands.
async fn without_consent(conn: &mut Conn, ids: Vec<DbId>) -> Result<Vec<DbId>, SqlError> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let heads: Vec<_> = ids.iter().map(|id| Some(SubjectKeyId::chat(id.0).head().to_vec())).collect();
    let now = substr(consents::sealed, 1, HEAD);
    let mut sealed: BTreeSet<_> =
        consents::table.select(now).filter(now.eq_any(&heads)).load(conn).await?.into_iter().collect();
    let before = substr(consent_history::sealed, 1, HEAD);
    let history = consent_history::table.select(before).filter(before.eq_any(&heads));
    sealed.extend(history.load::<Option<Vec<u8>>>(conn).await?);
    Ok(ids.into_iter().zip(heads).filter(|(_, head)| !sealed.contains(head)).map(|(id, _)| id).collect())
}

/// Neither is a person under a legal hold behind it.
fn of_nobody_held(held: &Held) -> Condition<contacts::table> {
    let is_held = contacts::user_id.assume_not_null().eq_any(held.users.clone());
    Box::new(contacts::user_id.is_null().or(not(is_held)))
}

/// Contacts to take out of use. That of a person stays while the address is theirs: erasure and export look there.
fn to_retire(held: &Held, before: DbTime) -> Condition<contacts::table> {
    Box::new(
        contacts::unused_since
            .is_null()
            .and(contacts::created_at.lt(before))
            .and(contacts::user_id.is_null().or(contacts::lookup.is_null()))
            .and(of_nobody_held(held))
            .and(unused()),
    )
}

/// Contacts that were taken out of use long enough ago.
fn to_delete(held: &Held, before: DbTime) -> Condition<contacts::table> {
    let long_ago = DbTime(before.0.checked_sub_signed(GRACE).unwrap_or(before.0));
    Box::new(
        contacts::unused_since
            .is_not_null()
            .and(contacts::unused_since.assume_not_null().le(long_ago))
            .and(of_nobody_held(held))
            .and(unused()),
    )
}

type Which = fn(&Held, DbTime) -> Condition<contacts::table>;

/// Those of the next contacts after `after` that meet a condition, and where to go on.
async fn next(conn: &mut Conn, (after, before): (DbId, DbTime), which: Which) -> Result<Look, SqlError> {
    let held = Held::load(conn).await?;
    let ids = contacts::table
        .filter(contacts::id.gt(after))
        .order(contacts::id.asc())
        .limit(LOOKED_AT)
        .select(contacts::id)
        .load::<DbId>(conn)
        .await?;
    let last = ids.last().copied();
    let wanted = contacts::table.filter(contacts::id.eq_any(ids)).filter(which(&held, before));
    let wanted = wanted.order(contacts::id.asc()).select(contacts::id).load(conn).await?;
    Ok((without_consent(conn, wanted).await?, last))
}

/// Those of these contacts that still meet the condition. Consents need no second look: none is sealed under a contact
/// that is out of use, and one that is sealed while it is taken out of use is seen before it is deleted.
async fn still(conn: &mut Conn, ids: Vec<DbId>, before: DbTime, which: Which) -> Result<Vec<DbId>, SqlError> {
    let held = Held::load(conn).await?;
    let ids = contacts::table.filter(contacts::id.eq_any(ids)).filter(which(&held, before));
    Ok(ids.select(contacts::id).load(conn).await?)
}

async fn count(conn: &mut Conn, before: DbTime, which: Which) -> Result<i64, SqlError> {
    let (mut found, mut after) = (0_usize, Some(DbId(Uuid::nil())));
    while let Some(from) = after {
        let (wanted, last) = next(conn, (from, before), which).await?;
        found = found.saturating_add(wanted.len());
        after = last;
    }
    Ok(rows(found))
}

/// Takes contacts out of use.
pub(super) struct Retire;

#[async_trait]
impl Part for Retire {
    async fn remove(
        &self,
        database: &Database,
        after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed> {
        let look = database.read(move |conn| next(conn, (after, before), to_retire).boxed()).await?;
        let (ids, next) = at_most(limit, look);
        if ids.is_empty() {
            return Ok(Removed { rows: 0, next });
        }
        let retire = database.write(move |conn| {
            async move {
                let ids = still(conn, ids, before, to_retire).await?;
                Ok(diesel::update(contacts::table.filter(contacts::id.eq_any(ids)))
                    .set((contacts::lookup.eq(None::<String>), contacts::unused_since.eq(Some(before))))
                    .execute(conn)
                    .await?)
            }
            .boxed()
        });
        Ok(Removed { rows: retire.await?, next })
    }

    async fn count(&self, conn: &mut Conn, _held: &Held, before: DbTime) -> Result<i64, SqlError> {
        count(conn, before, to_retire).await
    }

    async fn oldest(&self, _conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        Ok(None)
    }
}

/// Deletes contacts that are out of use, with their keys.
pub(super) struct Delete;

#[async_trait]
impl Part for Delete {
    async fn remove(
        &self,
        database: &Database,
        after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed> {
        let look = database.read(move |conn| next(conn, (after, before), to_delete).boxed()).await?;
        let (ids, next) = at_most(limit, look);
        if ids.is_empty() {
            return Ok(Removed { rows: 0, next });
        }
        let delete = database.write(move |conn| {
            async move {
                let ids = still(conn, ids, before, to_delete).await?;
                let keys = subject_keys::table.filter(subject_keys::subject_id.eq_any(&ids));
                diesel::delete(keys).execute(conn).await?;
                Ok(diesel::delete(contacts::table.filter(contacts::id.eq_any(&ids))).execute(conn).await?)
            }
            .boxed()
        });
        Ok(Removed { rows: delete.await?, next })
    }

    async fn count(&self, conn: &mut Conn, _held: &Held, before: DbTime) -> Result<i64, SqlError> {
        count(conn, before, to_delete).await
    }

    async fn oldest(&self, conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        let oldest = contacts::table.select(diesel::dsl::min(contacts::unused_since));
        Ok(oldest.first::<Option<DbTime>>(conn).await?)
    }
}

/// Keys whose subject is neither a person nor a contact.
pub(super) struct OrphanKeys;

/// Those of the next keys' subjects after `after` that don't exist, and where to go on.
async fn next_orphans(conn: &mut Conn, after: DbId, before: DbTime) -> Result<Look, SqlError> {
    let rows = subject_keys::table
        .filter(subject_keys::subject_id.gt(after))
        .order((subject_keys::subject_id.asc(), subject_keys::purpose.asc()))
        .limit(LOOKED_AT)
        .select((subject_keys::subject_id, subject_keys::changed_at))
        .load::<(DbId, DbTime)>(conn)
        .await?;
    let last = rows.last().map(|(id, _)| *id);
    let old: BTreeSet<_> = rows.iter().filter(|(_, at)| *at < before).map(|(id, _)| id.0).collect();
    let ids: Vec<DbId> = old.iter().copied().map(DbId).collect();
    let known = contacts::table.filter(contacts::id.eq_any(&ids)).select(contacts::id);
    let mut known: BTreeSet<_> = known.load::<DbId>(conn).await?.into_iter().map(|id| id.0).collect();
    let people = users::table.filter(users::id.eq_any(&ids)).select(users::id).load::<DbId>(conn).await?;
    known.extend(people.into_iter().map(|id| id.0));
    Ok((old.difference(&known).copied().map(DbId).collect(), last))
}

fn of_nobody(before: DbTime) -> Condition<subject_keys::table> {
    let contact = contacts::table.filter(contacts::id.eq(subject_keys::subject_id));
    let person = users::table.filter(users::id.eq(subject_keys::subject_id));
    Box::new(subject_keys::changed_at.lt(before).and(not(exists(contact))).and(not(exists(person))))
}

#[async_trait]
impl Part for OrphanKeys {
    async fn remove(
        &self,
        database: &Database,
        after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed> {
        let look = database.read(move |conn| next_orphans(conn, after, before).boxed()).await?;
        // A subject may have two keys.
        let (ids, next) = at_most(limit.div_ceil(2), look);
        if ids.is_empty() {
            return Ok(Removed { rows: 0, next });
        }
        let delete = database.write(move |conn| {
            async move {
                let old = subject_keys::table.filter(subject_keys::subject_id.eq_any(ids));
                Ok(diesel::delete(old.filter(of_nobody(before))).execute(conn).await?)
            }
            .boxed()
        });
        Ok(Removed { rows: delete.await?, next })
    }

    async fn count(&self, conn: &mut Conn, _held: &Held, before: DbTime) -> Result<i64, SqlError> {
        Ok(subject_keys::table.filter(of_nobody(before)).count().get_result(conn).await?)
    }

    async fn oldest(&self, _conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const SCHEMA: [&str; 5] = [
        include_str!("../../schema/accounts_tables.rs"),
        include_str!("../../schema/messaging_tables.rs"),
        include_str!("../../schema/money_tables.rs"),
        include_str!("../../schema/operations_tables.rs"),
        include_str!("../../schema/verification_tables.rs"),
    ];

    /// A contact goes when no row is about it: every table with rows about contacts is looked at.
    #[test]
    fn every_table_about_contacts_is_looked_at() {
        let mut tables = BTreeSet::new();
        for block in SCHEMA.iter().flat_map(|file| file.split("diesel::table!").skip(1)) {
            let name = block.lines().find_map(|line| line.split_once(" (").filter(|_| line.ends_with(") {")));
            if let Some((name, _)) = name.filter(|_| block.contains("contact_id ->")) {
                tables.insert(name.trim());
            }
        }
        assert!(tables.contains("verifications"), "{tables:?}");
        for table in tables {
            let looked_at = format!("none_in!({table})");
            assert!(include_str!("contacts.rs").contains(&looked_at), "{table}");
        }
    }
}
