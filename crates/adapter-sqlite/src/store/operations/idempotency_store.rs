//! Idempotency: kept answers, by the caller's key.

use crate::backend::{Conn, DbTime, lock_names};
use crate::store::error::SqlError;
use crate::store::{handle::Store, rows, schema::idempotent_responses};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::operations::idempotency::{Fingerprint, IdempotencyKey, Seen, compare};
use futures_util::FutureExt;
use ports::{
    operations::{Claim, IdempotencyStore},
    store_error::StoreResult,
};

#[async_trait]
impl IdempotencyStore for Store {
    async fn claim(
        &self,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        expired: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> StoreResult<Claim> {
        let key = key.clone();
        self.database
            .write(move |conn| async move { claim(conn, &key, fingerprint, expired, now).await }.boxed())
            .await
    }

    async fn keep(&self, key: &IdempotencyKey, answer: &str) -> StoreResult<()> {
        let (key, answer) = (key.clone(), answer.to_owned());
        self.database
            .write(move |conn| {
                async move {
                    let row = idempotent_responses::table.find((key.caller.key(), &key.operation, &key.key));
                    diesel::update(row)
                        .set(idempotent_responses::answer.eq(Some(answer)))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn release(&self, key: &IdempotencyKey) -> StoreResult<()> {
        let key = key.clone();
        self.database
            .write(move |conn| {
                async move {
                    diesel::delete(idempotent_responses::table)
                        .filter(idempotent_responses::caller.eq(key.caller.key()))
                        .filter(idempotent_responses::operation.eq(&key.operation))
                        .filter(idempotent_responses::key.eq(&key.key))
                        .filter(idempotent_responses::answer.is_null())
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

async fn claim(
    conn: &mut Conn,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    expired: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Claim, SqlError> {
    let name = format!("answer:{}:{}:{}", key.caller, key.operation, key.key);
    lock_names(conn, &[name]).await?;
    let made = diesel::insert_into(idempotent_responses::table)
        .values((
            idempotent_responses::caller.eq(key.caller.key()),
            idempotent_responses::operation.eq(&key.operation),
            idempotent_responses::key.eq(&key.key),
            idempotent_responses::fingerprint.eq(fingerprint.0.to_vec()),
            idempotent_responses::claimed_at.eq(DbTime(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 1 {
        return Ok(Claim::Fresh);
    }
    let caller = key.caller.key();
    let row = idempotent_responses::table.find((&caller, &key.operation, &key.key));
    let (stored, answer, claimed_at) = row
        .select((
            idempotent_responses::fingerprint,
            idempotent_responses::answer,
            idempotent_responses::claimed_at,
        ))
        .first::<(Vec<u8>, Option<String>, DbTime)>(conn)
        .await?;
    match compare(rows::fingerprint(&stored)?, answer, fingerprint) {
        Seen::Reused => Ok(Claim::Reused),
        Seen::Replay(Some(answer)) => Ok(Claim::Answered(answer)),
        Seen::Replay(None) if claimed_at.0 >= expired => Ok(Claim::UnderWay),
        Seen::Replay(None) => {
            diesel::update(row).set(idempotent_responses::claimed_at.eq(DbTime(now))).execute(conn).await?;
            Ok(Claim::Fresh)
        }
    }
}
