//! Contacts that no row is about any more, and keys of nobody.
//!
//! A transaction may have found a contact just before it lost its last row, and write another one about it. So a contact
//! is first taken out of use: nobody finds it any more, and its address gets a new one. After [`GRACE`] it goes, unless
//! a row is about it after all.

use super::{
    held::Held,
    part::{Condition, Part},
    walk::{LOOKED_AT, Look, Walk},
};
use crate::{
    backend::{Conn, Database, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{contacts, subject_keys, users, verification_pages, verifications},
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
use ports::store_error::StoreResult;
use std::collections::BTreeSet;

/// Longer than any transaction lasts.
const GRACE: Duration = Duration::hours(1);

/// No row is about the contact.
fn unused() -> Condition<contacts::table> {
    let challenges =
        verifications::table.filter(verifications::contact_id.assume_not_null().eq(contacts::id));
    let pages =
        verification_pages::table.filter(verification_pages::contact_id.assume_not_null().eq(contacts::id));
    Box::new(not(exists(challenges)).and(not(exists(pages))))
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
    let wanted =
        contacts::table.filter(contacts::id.eq_any(ids)).filter(which(&held, before)).select(contacts::id);
    Ok((wanted.load(conn).await?, last))
}

async fn find(database: &Database, before: DbTime, limit: usize, which: Which) -> StoreResult<Vec<DbId>> {
    let mut walk = Walk::new(limit);
    while let Some(after) = walk.next() {
        walk.add(database.read(move |conn| next(conn, (after, before), which).boxed()).await?);
    }
    Ok(walk.ids())
}

/// Those of these contacts that still meet the condition.
async fn still(conn: &mut Conn, ids: Vec<DbId>, before: DbTime, which: Which) -> Result<Vec<DbId>, SqlError> {
    let held = Held::load(conn).await?;
    let ids = contacts::table.filter(contacts::id.eq_any(ids)).filter(which(&held, before));
    Ok(ids.select(contacts::id).load(conn).await?)
}

async fn count(conn: &mut Conn, held: &Held, before: DbTime, which: Which) -> Result<i64, SqlError> {
    Ok(contacts::table.filter(which(held, before)).count().get_result(conn).await?)
}

/// Takes contacts out of use.
pub(super) struct Retire;

#[async_trait]
impl Part for Retire {
    async fn remove(&self, database: &Database, before: DbTime, limit: usize) -> StoreResult<usize> {
        let ids = find(database, before, limit, to_retire).await?;
        if ids.is_empty() {
            return Ok(0);
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
        retire.await
    }

    async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError> {
        count(conn, held, before, to_retire).await
    }

    async fn oldest(&self, _conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        Ok(None)
    }
}

/// Deletes contacts that are out of use, with their keys.
pub(super) struct Delete;

#[async_trait]
impl Part for Delete {
    async fn remove(&self, database: &Database, before: DbTime, limit: usize) -> StoreResult<usize> {
        let ids = find(database, before, limit, to_delete).await?;
        if ids.is_empty() {
            return Ok(0);
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
        delete.await
    }

    async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError> {
        count(conn, held, before, to_delete).await
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
    async fn remove(&self, database: &Database, before: DbTime, limit: usize) -> StoreResult<usize> {
        // A subject may have two keys.
        let mut walk = Walk::new(limit.div_ceil(2));
        while let Some(after) = walk.next() {
            walk.add(database.read(move |conn| next_orphans(conn, after, before).boxed()).await?);
        }
        let ids = walk.ids();
        if ids.is_empty() {
            return Ok(0);
        }
        let delete = database.write(move |conn| {
            async move {
                let old = subject_keys::table.filter(subject_keys::subject_id.eq_any(ids));
                Ok(diesel::delete(old.filter(of_nobody(before))).execute(conn).await?)
            }
            .boxed()
        });
        delete.await
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
            let looked_at = format!("{table}::contact_id.assume_not_null().eq(contacts::id)");
            assert!(include_str!("contacts.rs").contains(&looked_at), "{table}");
        }
    }
}
