//! Copies of subjects' keys, and their way back.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        handle::Store,
        rows::corrupt,
        schema::{conversations, subject_keys, users},
        subjects::key_rows,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::{
    privacy::{KeyCopies, KeyCopy, KeyState, PutKeys},
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};

/// The state of a key whose bytes are in a copy of the keys alone.
const AWAY: &str = "away";

#[async_trait]
impl KeyCopies for Store {
    async fn copy_keys(&self, after: Option<SubjectKeyId>) -> StoreResult<Vec<KeyCopy>> {
        self.database.query(move |conn| async move { copy(conn, after).await }.boxed()).await
    }

    async fn put_keys(&self, keys: &[KeyCopy], now: DateTime<Utc>) -> StoreResult<PutKeys> {
        let keys = keys.to_vec();
        let ended: Vec<SubjectKeyId> =
            keys.iter().filter(|key| key.state != KeyState::Live).map(|key| key.id).collect();
        let put = self
            .database
            .write(move |conn| {
                async move {
                    let mut put = PutKeys::default();
                    for key in &keys {
                        put_one(conn, key, &mut put, now).await?;
                    }
                    Ok(put)
                }
                .boxed()
            })
            .await?;
        for id in ended {
            self.vault.forget(id);
        }
        Ok(put)
    }

    async fn end_missing(&self, made_at: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<u64> {
        self.database
            .write(move |conn| {
                async move {
                    let missing = subject_keys::table
                        .filter(subject_keys::state.eq(AWAY))
                        .filter(subject_keys::changed_at.lt(DbTime(made_at)));
                    let ended = diesel::update(missing)
                        .set((subject_keys::state.eq("destroyed"), subject_keys::changed_at.eq(DbTime(now))))
                        .execute(conn)
                        .await?;
                    Ok(u64::try_from(ended).unwrap_or(u64::MAX))
                }
                .boxed()
            })
            .await
    }

    async fn are_keys_away(&self) -> StoreResult<bool> {
        self.database
            .query(|conn| {
                async move {
                    let away = subject_keys::table
                        .filter(subject_keys::state.eq(AWAY))
                        .select(subject_keys::subject_id)
                        .limit(1)
                        .load::<DbId>(conn)
                        .await?;
                    if !away.is_empty() {
                        return Ok(true);
                    }
                    // A dump without the table's rows: people or conversations with something sealed, and no key.
                    let people = users::table
                        .filter(users::personal.is_not_null())
                        .filter(not(exists(
                            subject_keys::table.filter(subject_keys::subject_id.eq(users::id)),
                        )))
                        .select(users::id)
                        .limit(1);
                    if !people.load::<DbId>(conn).await?.is_empty() {
                        return Ok(true);
                    }
                    let held = conversations::table
                        .filter(conversations::sealed.is_not_null())
                        .filter(conversations::contact_id.is_not_null())
                        .filter(not(exists(
                            subject_keys::table
                                .filter(subject_keys::subject_id.nullable().eq(conversations::contact_id)),
                        )))
                        .select(conversations::id)
                        .limit(1);
                    Ok(!held.load::<DbId>(conn).await?.is_empty())
                }
                .boxed()
            })
            .await
    }
}

async fn copy(conn: &mut Conn, after: Option<SubjectKeyId>) -> Result<Vec<KeyCopy>, SqlError> {
    let rows = key_rows::page(after).filter(subject_keys::state.ne(AWAY)).select((
        subject_keys::subject_id,
        subject_keys::purpose,
        subject_keys::state,
        subject_keys::sealed,
    ));
    let rows = rows.load::<(DbId, String, String, Option<Vec<u8>>)>(conn).await?;
    let key = |(subject, purpose, state, sealed): (DbId, String, String, Option<Vec<u8>>)| {
        let state = KeyState::parse(&state).ok_or_else(|| corrupt(format!("a key that is {state}")))?;
        Ok(KeyCopy { id: key_rows::key_id(subject, &purpose)?, state, sealed })
    };
    rows.into_iter().map(key).collect()
}

/// How far a state is from live. A key never goes back, except when its bytes were away.
fn rank(state: &str) -> u8 {
    match state {
        AWAY => 0,
        "live" => 1,
        "blocked" => 2,
        _ => 3,
    }
}

async fn put_one(
    conn: &mut Conn,
    key: &KeyCopy,
    put: &mut PutKeys,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let (subject, purpose, state) = (DbId(key.id.subject), key.id.purpose.name(), key.state.name());
    let values = (
        subject_keys::sealed.eq(&key.sealed),
        subject_keys::state.eq(state),
        subject_keys::changed_at.eq(DbTime(now)),
    );
    let row = subject_keys::table.find((subject, purpose));
    let known = row.select(subject_keys::state).first::<String>(conn).await.optional()?;
    match known.as_deref() {
        None => {
            diesel::insert_into(subject_keys::table)
                .values((subject_keys::subject_id.eq(subject), subject_keys::purpose.eq(purpose), values))
                .execute(conn)
                .await?;
        }
        Some(known) if rank(known) < rank(state) => {
            diesel::update(row).set(values).execute(conn).await?;
        }
        Some(_) => return Ok(()),
    }
    match known.as_deref() {
        None | Some(AWAY) if key.sealed.is_some() => put.restored = put.restored.saturating_add(1),
        _ => put.ended = put.ended.saturating_add(1),
    }
    Ok(())
}
