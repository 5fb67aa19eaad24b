//! Sessions. A session's row is locked while its tokens are rotated.

use crate::backend::{Conn, Db, DbId, DbTime, for_update};
use crate::store::error::SqlError;
use crate::store::{
    accounts::audit_rows::about,
    handle::Store,
    operations::audit_record::record,
    rows::{column, corrupt, count},
    schema::{sessions, users},
    subjects::{Place, Vault},
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
    subject_keys::SubjectKeyId,
};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Db))]
struct SessionRow {
    id: DbId,
    user_id: DbId,
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
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database.write(move |conn| async move { open(conn, &vault, &request, now).await }.boxed()).await
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
        let (page, vault) = (page.clone(), self.vault.clone());
        self.database
            .query(move |conn| async move { list(conn, &vault, user, &page, now).await }.boxed())
            .await
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

async fn open(
    conn: &mut Conn,
    vault: &Vault,
    request: &OpenSession,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let password = users::table.find(DbId(request.user.0)).select(users::password_hash);
    let password = for_update!(password).first::<Option<String>>(conn).await.optional()?.flatten();
    if password.as_deref() != Some(&request.seen_password) {
        return Ok(false);
    }
    insert_session(conn, vault, &request.session, request.user, now).await?;
    let after = Some("password".to_owned());
    record(conn, &[about(request.user, "session.opened", &request.actor, None, after)], now).await?;
    Ok(true)
}

/// Stores a new session of a user.
pub(crate) async fn insert_session(
    conn: &mut Conn,
    vault: &Vault,
    session: &NewSession,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let family = RefreshFamily::begin(now);
    let sealed = match &session.device {
        Some(device) => {
            let key = SubjectKeyId::chat(user.0);
            let keys = vault.key_for(conn, key, now).await?;
            Some(keys.seal(key, place(&session.id.0), device)?)
        }
        None => None,
    };
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(DbId(session.id.0)),
            sessions::user_id.eq(DbId(user.0)),
            sessions::sealed.eq(sealed),
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
    vault: &Vault,
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
        .select((SessionRow::as_select(), sessions::sealed))
        .into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(sessions::id.lt(DbId(Uuid::parse_str(after).map_err(corrupt)?)));
    }
    let rows: Vec<(SessionRow, Option<Vec<u8>>)> = query.load(conn).await?;
    let keys = vault.keys_in(conn, rows.iter().filter_map(|(_, sealed)| sealed.as_deref())).await?;
    rows.into_iter()
        .map(|(row, sealed)| {
            let device = match &sealed {
                Some(sealed) => keys.open(place(&row.id.0), sealed)?,
                None => None,
            };
            Ok(SessionView {
                id: SessionId(row.id.0),
                device,
                created_at: row.created_at.0,
                last_used_at: row.rotated_at.0,
                expires_at: row.expires_at.0,
            })
        })
        .collect()
}

/// Where a session's device is sealed.
pub(super) const fn place(session: &Uuid) -> Place<'_> {
    Place::of("sessions.sealed", session)
}
