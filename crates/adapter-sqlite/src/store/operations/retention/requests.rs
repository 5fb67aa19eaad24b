//! Requests: answers that were kept for a repeated request, and the ids of signed requests. Both have keys of several
//! columns.

use super::{
    held::Held,
    part::{Part, Removed, rows},
};
use crate::{
    backend::{Conn, Database, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{idempotent_responses, signed_requests},
    },
};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::store_error::StoreResult;

/// Answers that were kept, and claims that were never answered.
pub(super) struct KeptAnswers;

#[async_trait]
impl Part for KeptAnswers {
    async fn remove(
        &self,
        database: &Database,
        _after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed> {
        let remove = database.write(move |conn| {
            async move {
                let held = Held::load(conn).await?;
                let keys = idempotent_responses::table
                    .filter(idempotent_responses::claimed_at.lt(before))
                    .filter(idempotent_responses::caller.ne_all(held.callers()))
                    .order(idempotent_responses::claimed_at.asc())
                    .limit(rows(limit))
                    .select((
                        idempotent_responses::caller,
                        idempotent_responses::operation,
                        idempotent_responses::key,
                    ))
                    .load::<(String, String, String)>(conn)
                    .await?;
                let mut gone = 0_usize;
                for (caller, operation, key) in keys {
                    let row = idempotent_responses::table.find((caller, operation, key));
                    // A key that was claimed again meanwhile stays.
                    let old = row.filter(idempotent_responses::claimed_at.lt(before));
                    gone = gone.saturating_add(diesel::delete(old).execute(conn).await?);
                }
                Ok(gone)
            }
            .boxed()
        });
        Ok(Removed::oldest(remove.await?))
    }

    async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError> {
        let old = idempotent_responses::table
            .filter(idempotent_responses::claimed_at.lt(before))
            .filter(idempotent_responses::caller.ne_all(held.callers()));
        Ok(old.count().get_result(conn).await?)
    }

    async fn oldest(&self, conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        let oldest = idempotent_responses::table.select(diesel::dsl::min(idempotent_responses::claimed_at));
        Ok(oldest.first::<Option<DbTime>>(conn).await?)
    }
}

/// The ids of signed requests, by when they end.
pub(super) struct SignedIds;

#[async_trait]
impl Part for SignedIds {
    async fn remove(
        &self,
        database: &Database,
        _after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed> {
        let remove = database.write(move |conn| {
            async move {
                let keys = signed_requests::table
                    .filter(signed_requests::until.lt(before))
                    .order(signed_requests::until.asc())
                    .limit(rows(limit))
                    .select((signed_requests::client, signed_requests::once))
                    .load::<(String, String)>(conn)
                    .await?;
                let mut gone = 0_usize;
                for key in keys {
                    let row = signed_requests::table.find(key);
                    gone = gone.saturating_add(diesel::delete(row).execute(conn).await?);
                }
                Ok(gone)
            }
            .boxed()
        });
        Ok(Removed::oldest(remove.await?))
    }

    async fn count(&self, conn: &mut Conn, _held: &Held, before: DbTime) -> Result<i64, SqlError> {
        let old = signed_requests::table.filter(signed_requests::until.lt(before));
        Ok(old.count().get_result(conn).await?)
    }

    async fn oldest(&self, conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        let oldest = signed_requests::table.select(diesel::dsl::min(signed_requests::until));
        Ok(oldest.first::<Option<DbTime>>(conn).await?)
    }
}
