//! The keys that rows need: which are in use, sealing anew, and derived keys that are kept.

use crate::backend::{Conn, DbId, DbTime, for_update, has_table};
use crate::store::{
    error::SqlError,
    rows::corrupt,
    schema::{
        conversations, flow_responses, inbox, kept_keys, keys_in_use, notices, operators, outbox,
        unreadable_webhooks, verification_fallbacks,
    },
};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types as sql};
use diesel_async::RunQueryDsl;
use ports::{crypto::Sealer, operations::KeptKey, subject_keys::SubjectKeyId};
use uuid::Uuid;

/// Rows that are read or sealed anew in one transaction.
pub(crate) const BATCH: i64 = 200;
/// Bytes of a sealed value that name its key.
pub(crate) const HEAD: i32 = 18;

diesel::define_sql_function! {
    /// A part of a binary value, from a position that counts from 1.
    fn substr(bytes: sql::Nullable<sql::Binary>, from: sql::Integer, length: sql::Integer) -> sql::Nullable<sql::Binary>;
}

/// The id of a row, and the beginning of its sealed value; `None` or empty when it was wiped.
type Head = (DbId, Option<Vec<u8>>);

macro_rules! sealed_tables {
    ($($name:ident: $table:ident.$column:ident,)+) => {
        /// A table with a sealed column, bound to the row's id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum SealedTable {
            $($name,)+
        }

        impl SealedTable {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// The beginnings of the next rows after `after`, by id.
            pub(crate) async fn heads(self, conn: &mut Conn, after: DbId) -> Result<Vec<Head>, SqlError> {
                Ok(match self {
                    $(Self::$name => $table::table
                        .filter($table::id.gt(after))
                        .order($table::id.asc())
                        .limit(BATCH)
                        .select(($table::id, substr($table::$column.nullable(), 1, HEAD)))
                        .load(conn)
                        .await?,)+
                })
            }

            async fn sealed(self, conn: &mut Conn, id: DbId) -> Result<Option<Vec<u8>>, SqlError> {
                let found: Option<Option<Vec<u8>>> = match self {
                    $(Self::$name => {
                        let row = $table::table.filter($table::id.eq(id)).select($table::$column.nullable());
                        for_update!(row).first(conn).await.optional()?
                    })+
                };
                Ok(found.flatten())
            }

            async fn put(self, conn: &mut Conn, id: DbId, sealed: Vec<u8>) -> Result<(), SqlError> {
                match self {
                    $(Self::$name => diesel::update($table::table.filter($table::id.eq(id)))
                        .set($table::$column.eq(sealed))
                        .execute(conn)
                        .await?,)+
                };
                Ok(())
            }
        }
    };
}

sealed_tables! {
    Conversations: conversations.state,
    Inbox: inbox.body,
    Outbox: outbox.body,
    Notices: notices.body,
    UnreadableWebhooks: unreadable_webhooks.body,
    FlowResponses: flow_responses.body,
    Fallbacks: verification_fallbacks.body,
    Operators: operators.body,
}

/// One batch: seals its rows anew. Returns how many were, and where the next batch begins; `None` at the end.
pub(crate) async fn reseal_batch(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    table: SealedTable,
    after: DbId,
) -> Result<(u64, Option<DbId>), SqlError> {
    let newest = sealer.newest_key();
    let heads = table.heads(conn, after).await?;
    let last = heads.last().map(|(id, _)| *id);
    let mut resealed = 0_u64;
    for (id, head) in heads {
        // What a subject's key sealed needs no other key.
        let is_old = head.filter(|head| !head.is_empty()).is_some_and(|head| {
            SubjectKeyId::of(&head).is_none() && sealer.key_of(&head).as_ref() != Some(&newest)
        });
        let Some(sealed) = (if is_old { table.sealed(conn, id).await? } else { None }) else { continue };
        let bound_to = id.0.as_bytes();
        let plain = sealer.open(bound_to, &sealed).map_err(|fault| {
            let key = sealer.key_of(&sealed).unwrap_or_else(|| "?".into());
            corrupt(format!("{fault} ({table:?} {}, key {key})", id.0))
        })?;
        table.put(conn, id, sealer.seal(bound_to, &plain)).await?;
        resealed = resealed.saturating_add(1);
    }
    Ok((resealed, last))
}

/// Where the first batch begins.
pub(crate) const fn beginning() -> DbId {
    DbId(Uuid::nil())
}

pub(crate) async fn in_use(conn: &mut Conn) -> Result<Vec<String>, SqlError> {
    Ok(keys_in_use::table.select(keys_in_use::key_id).order(keys_in_use::key_id).load(conn).await?)
}

pub(crate) async fn note_use(conn: &mut Conn, key_id: &str, now: DateTime<Utc>) -> Result<(), SqlError> {
    diesel::insert_into(keys_in_use::table)
        .values((keys_in_use::key_id.eq(key_id), keys_in_use::since.eq(DbTime(now))))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn forget(conn: &mut Conn, key_id: &str) -> Result<(), SqlError> {
    diesel::delete(keys_in_use::table.find(key_id)).execute(conn).await?;
    Ok(())
}

/// What a kept key is bound to.
fn bound_to(purpose: &str, key_id: &str) -> Vec<u8> {
    format!("kept-key\0{purpose}\0{key_id}").into_bytes()
}

pub(crate) async fn kept_rows(conn: &mut Conn) -> Result<Vec<(String, String, Vec<u8>)>, SqlError> {
    let rows = kept_keys::table.order((kept_keys::purpose, kept_keys::key_id));
    Ok(rows.select((kept_keys::purpose, kept_keys::key_id, kept_keys::sealed)).load(conn).await?)
}

pub(crate) async fn kept(conn: &mut Conn, sealer: &dyn Sealer) -> Result<Vec<KeptKey>, SqlError> {
    let mut kept = Vec::new();
    for (purpose, key_id, sealed) in kept_rows(conn).await? {
        let key = open_kept(sealer, &purpose, &key_id, &sealed)?;
        kept.push(KeptKey { purpose, key_id, key });
    }
    Ok(kept)
}

fn open_kept(sealer: &dyn Sealer, purpose: &str, key_id: &str, sealed: &[u8]) -> Result<[u8; 32], SqlError> {
    let failed = || {
        let by = sealer.key_of(sealed).unwrap_or_else(|| "?".into());
        corrupt(format!(
            "the key {by} of ENCRYPTION_KEY is missing, or is another one than sealed the database"
        ))
    };
    let plain = sealer.open(&bound_to(purpose, key_id), sealed).map_err(|_fault| failed())?;
    plain.as_slice().try_into().map_err(|_length| failed())
}

pub(crate) async fn keep(conn: &mut Conn, sealer: &dyn Sealer, key: &KeptKey) -> Result<(), SqlError> {
    let sealed = sealer.seal(&bound_to(&key.purpose, &key.key_id), &key.key);
    diesel::insert_into(kept_keys::table)
        .values((
            kept_keys::purpose.eq(&key.purpose),
            kept_keys::key_id.eq(&key.key_id),
            kept_keys::sealed.eq(sealed),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// What the key of look-ups is kept for, and its id.
const LOOKUP: (&str, &str) = ("lookup/v1", "1");

/// The kept key of the hashes that rows are found by. `None`: there are no tables yet, or its secret is not known.
pub(crate) async fn lookup_key(conn: &mut Conn, sealer: &dyn Sealer) -> Result<Option<[u8; 32]>, SqlError> {
    if !has_table(conn, "kept_keys").await? {
        return Ok(None);
    }
    let row = kept_keys::table.find(LOOKUP).select(kept_keys::sealed);
    let Some(sealed) = row.first::<Vec<u8>>(conn).await.optional()? else { return Ok(None) };
    Ok(open_kept(sealer, LOOKUP.0, LOOKUP.1, &sealed).ok())
}

/// Keeps the key of the hashes, unless one is kept.
pub(crate) async fn keep_lookup_key(conn: &mut Conn, sealer: &dyn Sealer) -> Result<(), SqlError> {
    let (purpose, key_id) = (LOOKUP.0.to_owned(), LOOKUP.1.to_owned());
    keep(conn, sealer, &KeptKey { purpose, key_id, key: sealer.lookup_key() }).await
}

/// Seals the kept keys anew that are not sealed under the newest key. Returns how many were.
pub(crate) async fn reseal_kept(conn: &mut Conn, sealer: &dyn Sealer) -> Result<u64, SqlError> {
    let newest = sealer.newest_key();
    let mut resealed = 0_u64;
    for (purpose, key_id, sealed) in kept_rows(conn).await? {
        if sealer.key_of(&sealed).as_ref() == Some(&newest) {
            continue;
        }
        let key = open_kept(sealer, &purpose, &key_id, &sealed)?;
        let again = sealer.seal(&bound_to(&purpose, &key_id), &key);
        diesel::update(kept_keys::table.find((&purpose, &key_id)))
            .set(kept_keys::sealed.eq(again))
            .execute(conn)
            .await?;
        resealed = resealed.saturating_add(1);
    }
    Ok(resealed)
}
