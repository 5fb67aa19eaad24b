//! Legal holds.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        accounts::{audit_rows::about, users::lock_account},
        error::SqlError,
        handle::Store,
        operations::audit_record::record,
        schema::{erasures, legal_holds},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::UserId, operations::audit::Actor};
use futures_util::FutureExt;
use ports::{
    privacy::{HoldChanged, LegalHold, LegalHolds},
    store_error::StoreResult,
};

#[async_trait]
impl LegalHolds for Store {
    async fn hold_data(
        &self,
        user: UserId,
        reason: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldChanged> {
        let (reason, actor) = (reason.to_owned(), actor.clone());
        self.database
            .write(move |conn| async move { hold(conn, user, &reason, &actor, now).await }.boxed())
            .await
    }

    async fn release_data(
        &self,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldChanged> {
        let actor = actor.clone();
        self.database.write(move |conn| async move { release(conn, user, &actor, now).await }.boxed()).await
    }

    async fn find_legal_hold(&self, user: UserId) -> StoreResult<Option<LegalHold>> {
        self.database
            .query(move |conn| {
                async move {
                    let row = legal_holds::table
                        .find(DbId(user.0))
                        .select((legal_holds::reason, legal_holds::held_by, legal_holds::since))
                        .first::<(String, String, DbTime)>(conn)
                        .await
                        .optional()?;
                    let hold = |(reason, held_by, since): (String, String, DbTime)| LegalHold {
                        user,
                        reason,
                        held_by,
                        since: since.0,
                    };
                    Ok(row.map(hold))
                }
                .boxed()
            })
            .await
    }
}

async fn hold(
    conn: &mut Conn,
    user: UserId,
    reason: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<HoldChanged, SqlError> {
    if lock_account(conn, user).await?.is_none() {
        return Ok(HoldChanged::NoSuchPerson);
    }
    let begun = erasures::table.find(DbId(user.0)).filter(erasures::phase.ne("asked"));
    if begun.count().get_result::<i64>(conn).await? > 0 {
        return Ok(HoldChanged::ErasureBegan);
    }
    let made = diesel::insert_into(legal_holds::table)
        .values((
            legal_holds::user_id.eq(DbId(user.0)),
            legal_holds::reason.eq(reason),
            legal_holds::held_by.eq(actor.who.key()),
            legal_holds::since.eq(DbTime(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 0 {
        return Ok(HoldChanged::Unchanged);
    }
    record(conn, &[about(user, "person.data_held", actor, None, None)], now).await?;
    Ok(HoldChanged::Done)
}

async fn release(
    conn: &mut Conn,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<HoldChanged, SqlError> {
    if lock_account(conn, user).await?.is_none() {
        return Ok(HoldChanged::NoSuchPerson);
    }
    let ended = diesel::delete(legal_holds::table.find(DbId(user.0))).execute(conn).await?;
    if ended == 0 {
        return Ok(HoldChanged::Unchanged);
    }
    record(conn, &[about(user, "person.data_released", actor, None, None)], now).await?;
    Ok(HoldChanged::Done)
}
