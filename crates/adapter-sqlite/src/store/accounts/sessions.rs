//! Sessions. A session's row is locked while its tokens are rotated.

use crate::backend::{Conn, Db, DbId, DbTime, for_update};
use crate::store::error::SqlError;
use crate::store::{
    accounts::audit_rows::about,
    handle::Store,
    operations::audit_record::record,
    rows::{column, corrupt, count},
    schema::{sessions, users},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::{RefreshFamily, RefreshRefused},
    ids::{SessionId, UserId},
    operations::audit::Actor,
    principal::Principal,
};
use futures_util::FutureExt;
use ports::{
    accounts::{NewSession, OpenSession, Refreshed, SessionView, Sessions},
    pagination::PageRequest,
    store_error::StoreResult,
};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Db))]
struct SessionRow {
    id: DbId,
    user_id: DbId,
    device: Option<String>,
    generation: i32,
    rotated_at: DbTime,
    created_at: DbTime,
    expires_at: DbTime,
    ended_at: Option<DbTime>,
}

impl SessionRow {
    fn family(&self) -> Result<RefreshFamily, SqlError> {
        Ok(RefreshFamily {
            generation: count(self.generation)?,
            rotated_at: self.rotated_at.0,
            expires_at: self.expires_at.0,
            ended_at: self.ended_at.map(|at| at.0),
        })
    }
}

#[async_trait]
impl Sessions for Store {
    async fn open_session(&self, request: &OpenSession, now: DateTime<Utc>) -> StoreResult<bool> {
        let request = request.clone();
        self.database.write(move |conn| async move { open(conn, &request, now).await }.boxed()).await
    }

    async fn refresh_session(
        &self,
        session: SessionId,
        generation: u32,
        now: DateTime<Utc>,
    ) -> StoreResult<Refreshed> {
        self.database
            .write(move |conn| async move { refresh(conn, session, generation, now).await }.boxed())
            .await
    }

    async fn session_owner(&self, session: SessionId, now: DateTime<Utc>) -> StoreResult<Option<UserId>> {
        self.database.query(move |conn| async move { owner(conn, session, now).await }.boxed()).await
    }

    async fn sessions(
        &self,
        user: UserId,
        page: &PageRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<SessionView>> {
        let page = page.clone();
        self.database.query(move |conn| async move { list(conn, user, &page, now).await }.boxed()).await
    }

    async fn end_session(
        &self,
        session: SessionId,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let actor = actor.clone();
        self.database
            .write(move |conn| {
                async move {
                    let live = sessions::table
                        .find(DbId(session.0))
                        .filter(sessions::user_id.eq(DbId(user.0)))
                        .filter(sessions::ended_at.is_null());
                    let ended = diesel::update(live)
                        .set(sessions::ended_at.eq(Some(DbTime(now))))
                        .execute(conn)
                        .await?;
                    if ended == 1 {
                        record(conn, &[about(user, "session.ended", &actor, None, None)], now).await?;
                    }
                    Ok(ended == 1)
                }
                .boxed()
            })
            .await
    }
}

/// The user of a session. `None`: it has ended.
pub(crate) async fn owner(
    conn: &mut Conn,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, SqlError> {
    let owner = sessions::table
        .find(DbId(session.0))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(DbTime(now)))
        .select(sessions::user_id)
        .first::<DbId>(conn)
        .await
        .optional()?;
    Ok(owner.map(|id| UserId(id.0)))
}

async fn open(conn: &mut Conn, request: &OpenSession, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let password = users::table.find(DbId(request.user.0)).select(users::password_hash);
    let password = for_update!(password).first::<Option<String>>(conn).await.optional()?.flatten();
    if password.as_deref() != Some(&request.seen_password) {
        return Ok(false);
    }
    insert_session(conn, &request.session, request.user, now).await?;
    let after = Some("password".to_owned());
    record(conn, &[about(request.user, "session.opened", &request.actor, None, after)], now).await?;
    Ok(true)
}

/// Stores a new session of a user.
pub(crate) async fn insert_session(
    conn: &mut Conn,
    session: &NewSession,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let family = RefreshFamily::begin(now);
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(DbId(session.id.0)),
            sessions::user_id.eq(DbId(user.0)),
            sessions::device.eq(session.device.as_deref()),
            sessions::generation.eq(column(family.generation)),
            sessions::rotated_at.eq(DbTime(now)),
            sessions::created_at.eq(DbTime(now)),
            sessions::expires_at.eq(DbTime(family.expires_at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

async fn refresh(
    conn: &mut Conn,
    session: SessionId,
    generation: u32,
    now: DateTime<Utc>,
) -> Result<Refreshed, SqlError> {
    let row = sessions::table.find(DbId(session.0)).select(SessionRow::as_select());
    let Some(row) = for_update!(row).first(conn).await.optional()? else { return Ok(Refreshed::Refused) };
    let mut family = row.family()?;
    let user = UserId(row.user_id.0);
    let answer = family.refresh(generation, now);
    diesel::update(sessions::table.find(row.id))
        .set((
            sessions::generation.eq(column(family.generation)),
            sessions::rotated_at.eq(DbTime(family.rotated_at)),
            sessions::expires_at.eq(DbTime(family.expires_at)),
            sessions::ended_at.eq(family.ended_at.map(DbTime)),
        ))
        .execute(conn)
        .await?;
    match answer {
        Ok(rotation) => Ok(Refreshed::To { user, generation: family.generation, rotation }),
        Err(RefreshRefused::Over) => Ok(Refreshed::Refused),
        Err(RefreshRefused::Reused) => {
            let bearer = Actor {
                who: Principal::Anonymous(None),
                channel: "rest".into(),
                request_id: session.to_string(),
            };
            let after = Some("a used refresh token came back".to_owned());
            record(conn, &[about(user, "session.ended", &bearer, None, after)], now).await?;
            Ok(Refreshed::Refused)
        }
    }
}

async fn list(
    conn: &mut Conn,
    user: UserId,
    page: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Vec<SessionView>, SqlError> {
    let mut query = sessions::table
        .filter(sessions::user_id.eq(DbId(user.0)))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(DbTime(now)))
        .order(sessions::id.desc())
        .limit(page.limit)
        .select(SessionRow::as_select())
        .into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(sessions::id.lt(DbId(Uuid::parse_str(after).map_err(corrupt)?)));
    }
    let rows: Vec<SessionRow> = query.load(conn).await?;
    let view = |row: SessionRow| SessionView {
        id: SessionId(row.id.0),
        device: row.device,
        created_at: row.created_at.0,
        last_used_at: row.rotated_at.0,
        expires_at: row.expires_at.0,
    };
    Ok(rows.into_iter().map(view).collect())
}
