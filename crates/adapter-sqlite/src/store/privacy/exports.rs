//! Exports, and the sealed parts of their files.

use crate::{
    backend::{Conn, DbId, DbTime, for_update},
    store::{
        accounts::{
            audit_rows::about,
            users::{factors::proves, lock_account},
        },
        error::SqlError,
        handle::Store,
        operations::audit_record::record,
        rows::corrupt,
        schema::{data_export_parts, data_exports, erasures},
        subjects::Vault,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ExportId, UserId},
    locale::Locale,
    operations::audit::Actor,
    privacy::{DOWNLOADABLE_FOR, ExportState},
};
use futures_util::FutureExt;
use ports::{
    privacy::{AskExport, DataExports, ExportAsked, ExportJob, ExportView},
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};

type ExportRow = (DbId, DbId, Option<DbTime>, Option<DbTime>);

#[async_trait]
impl DataExports for Store {
    async fn ask_export(&self, request: &AskExport, now: DateTime<Utc>) -> StoreResult<ExportAsked> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database.write(move |conn| async move { ask(conn, &vault, &request, now).await }.boxed()).await
    }

    async fn are_exports_due(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<bool> {
        let over = DbTime(now.checked_sub_signed(DOWNLOADABLE_FOR).unwrap_or(now));
        self.database
            .query(move |conn| {
                async move {
                    let due = data_exports::finished_at
                        .is_null()
                        .or(data_exports::finished_at.le(over).assume_not_null())
                        .or(data_exports::taken_at.lt(DbTime(before)).assume_not_null());
                    let one = data_exports::table.filter(due).select(data_exports::id).limit(1);
                    Ok(!one.load::<DbId>(conn).await?.is_empty())
                }
                .boxed()
            })
            .await
    }

    async fn put_export_off(&self, id: ExportId, now: DateTime<Utc>) -> StoreResult<()> {
        self.database
            .write(move |conn| {
                async move {
                    diesel::update(data_exports::table.find(DbId(id.0)))
                        .set(data_exports::asked_at.eq(DbTime(now)))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn next_export(&self) -> StoreResult<Option<ExportJob>> {
        self.database.write(move |conn| next(conn).boxed()).await
    }

    async fn put_export_part(
        &self,
        id: ExportId,
        number: i32,
        bytes: Vec<u8>,
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let vault = self.vault.clone();
        self.database
            .write(move |conn| async move { put_part(conn, &vault, id, number, &bytes, now).await }.boxed())
            .await
    }

    async fn finish_export(&self, id: ExportId, parts: i32, now: DateTime<Utc>) -> StoreResult<()> {
        self.database
            .write(move |conn| {
                async move {
                    // Another process may have begun anew: then the file is not whole yet.
                    let all = data_export_parts::table.filter(data_export_parts::export_id.eq(DbId(id.0)));
                    if all.count().get_result::<i64>(conn).await? != i64::from(parts) {
                        return Ok(());
                    }
                    diesel::update(data_exports::table.find(DbId(id.0)))
                        .set(data_exports::finished_at.eq(Some(DbTime(now))))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn find_export(&self, id: ExportId, now: DateTime<Utc>) -> StoreResult<Option<ExportView>> {
        self.database
            .query(move |conn| {
                async move {
                    let row = data_exports::table.find(DbId(id.0)).select((
                        data_exports::id,
                        data_exports::user_id,
                        data_exports::finished_at,
                        data_exports::taken_at,
                    ));
                    Ok(row.first::<ExportRow>(conn).await.optional()?.map(|row| view(row, now)))
                }
                .boxed()
            })
            .await
    }

    async fn find_export_link(
        &self,
        link: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<ExportView>> {
        let link: Vec<Vec<u8>> = link.iter().map(|hash| hash.to_vec()).collect();
        self.database
            .query(move |conn| {
                async move {
                    let row = data_exports::table
                        .filter(data_exports::link_hash.eq_any(link.into_iter().map(Some)))
                        .select((
                            data_exports::id,
                            data_exports::user_id,
                            data_exports::finished_at,
                            data_exports::taken_at,
                        ));
                    Ok(row.first::<ExportRow>(conn).await.optional()?.map(|row| view(row, now)))
                }
                .boxed()
            })
            .await
    }

    async fn take_export(&self, id: ExportId, actor: &Actor, now: DateTime<Utc>) -> StoreResult<bool> {
        let actor = actor.clone();
        self.database.write(move |conn| async move { take(conn, id, &actor, now).await }.boxed()).await
    }

    async fn export_part(&self, id: ExportId, number: i32) -> StoreResult<Option<Vec<u8>>> {
        let vault = self.vault.clone();
        self.database.read(move |conn| async move { part(conn, &vault, id, number).await }.boxed()).await
    }

    async fn forget_exports(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<usize> {
        self.database.write(move |conn| async move { forget(conn, before, now).await }.boxed()).await
    }
}

fn view((id, user, finished_at, taken_at): ExportRow, now: DateTime<Utc>) -> ExportView {
    let state = ExportState::of(finished_at.map(|at| at.0), taken_at.map(|at| at.0), now);
    ExportView { id: ExportId(id.0), user: UserId(user.0), state }
}

async fn ask(
    conn: &mut Conn,
    vault: &Vault,
    request: &AskExport,
    now: DateTime<Utc>,
) -> Result<ExportAsked, SqlError> {
    let user = request.user;
    let Some(account) = lock_account(conn, user).await? else { return Ok(ExportAsked::NoSuchPerson) };
    let begun = erasures::table.find(DbId(user.0)).filter(erasures::phase.ne("asked"));
    if begun.count().get_result::<i64>(conn).await? > 0 {
        return Ok(ExportAsked::NoSuchPerson);
    }
    if let Some(proof) = &request.proof
        && !proves(conn, vault, &account, proof, now).await?
    {
        return Ok(ExportAsked::NoProof);
    }
    diesel::insert_into(data_exports::table)
        .values((
            data_exports::id.eq(DbId(request.id.0)),
            data_exports::user_id.eq(DbId(user.0)),
            data_exports::locale.eq(request.locale.tag()),
            data_exports::link_hash.eq(request.link.map(|hash| hash.to_vec())),
            data_exports::asked_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    let after = Some(request.id.to_string());
    record(conn, &[about(user, "person.export_asked", &request.actor, None, after)], now).await?;
    Ok(ExportAsked::Accepted)
}

async fn next(conn: &mut Conn) -> Result<Option<ExportJob>, SqlError> {
    let row = data_exports::table
        .filter(data_exports::finished_at.is_null())
        .order(data_exports::asked_at)
        .select((data_exports::id, data_exports::user_id, data_exports::locale))
        .first::<(DbId, DbId, String)>(conn)
        .await
        .optional()?;
    let Some((id, user, locale)) = row else { return Ok(None) };
    diesel::delete(data_export_parts::table.filter(data_export_parts::export_id.eq(id)))
        .execute(conn)
        .await?;
    let locale = Locale::parse(&locale).ok_or_else(|| corrupt(format!("the language {locale}")))?;
    Ok(Some(ExportJob { id: ExportId(id.0), user: UserId(user.0), locale }))
}

/// What a part is bound to: its export and its number.
fn bound_to(id: ExportId, number: i32) -> Vec<u8> {
    let mut bytes = b"data_export_parts.sealed\0".to_vec();
    bytes.extend_from_slice(id.0.as_bytes());
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes
}

async fn put_part(
    conn: &mut Conn,
    vault: &Vault,
    id: ExportId,
    number: i32,
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let row = data_exports::table.find(DbId(id.0)).select(data_exports::user_id);
    let Some(user) = for_update!(row).first::<DbId>(conn).await.optional()? else { return Ok(false) };
    let key = SubjectKeyId::chat(user.0);
    let keys = vault.key_for(conn, key, now).await?;
    let Some(key) = keys.get(key) else { return Ok(false) };
    diesel::insert_into(data_export_parts::table)
        .values((
            data_export_parts::export_id.eq(DbId(id.0)),
            data_export_parts::number.eq(number),
            data_export_parts::sealed.eq(key.seal(&bound_to(id, number), bytes)),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

async fn part(
    conn: &mut Conn,
    vault: &Vault,
    id: ExportId,
    number: i32,
) -> Result<Option<Vec<u8>>, SqlError> {
    let row = data_export_parts::table.find((DbId(id.0), number)).select(data_export_parts::sealed);
    let Some(sealed) = row.first::<Vec<u8>>(conn).await.optional()? else { return Ok(None) };
    let keys = vault.keys_in(conn, [sealed.as_slice()]).await?;
    let Some(key) = SubjectKeyId::of(&sealed).and_then(|id| keys.get(id)) else { return Ok(None) };
    key.open(&bound_to(id, number), &sealed).map(Some).map_err(corrupt)
}

async fn take(conn: &mut Conn, id: ExportId, actor: &Actor, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let row = data_exports::table.find(DbId(id.0)).select((
        data_exports::id,
        data_exports::user_id,
        data_exports::finished_at,
        data_exports::taken_at,
    ));
    let Some(row) = for_update!(row).first::<ExportRow>(conn).await.optional()? else { return Ok(false) };
    let view = view(row, now);
    if !matches!(view.state, ExportState::Ready(_)) {
        return Ok(false);
    }
    diesel::update(data_exports::table.find(DbId(id.0)))
        .set(data_exports::taken_at.eq(Some(DbTime(now))))
        .execute(conn)
        .await?;
    let after = Some(id.to_string());
    record(conn, &[about(view.user, "person.export_downloaded", actor, None, after)], now).await?;
    Ok(true)
}

/// Deletes exports that are over, with their parts.
async fn forget(conn: &mut Conn, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let over = DbTime(now.checked_sub_signed(DOWNLOADABLE_FOR).unwrap_or(now));
    let ended = data_exports::table
        .filter(
            data_exports::taken_at
                .lt(DbTime(before))
                .or(data_exports::taken_at.is_null().and(data_exports::finished_at.le(over))),
        )
        .select(data_exports::id)
        .load::<DbId>(conn)
        .await?;
    let parts = data_export_parts::table.filter(data_export_parts::export_id.eq_any(&ended));
    diesel::delete(parts).execute(conn).await?;
    Ok(diesel::delete(data_exports::table.filter(data_exports::id.eq_any(&ended))).execute(conn).await?)
}
