//! Restores: what is copied together with the keys, and whether one is under way.

use crate::{
    backend::{Conn, DbId, DbTime, insert_kept_names},
    store::{
        error::SqlError,
        money::rows::KeptNameRow,
        schema::{kept_names, restores, users},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use ports::privacy::KeptNameCopy;
use std::collections::HashSet;

/// Names that are read at once.
const PAGE: i64 = 500;
/// The one row of `restores`.
const THE_ONE: i32 = 1;

/// A page of kept names, as they are stored.
pub(super) async fn copy_names(
    conn: &mut Conn,
    after: Option<(UserId, UserId)>,
) -> Result<Vec<KeptNameCopy>, SqlError> {
    let mut rows = kept_names::table
        .order((kept_names::viewer_id, kept_names::other_id))
        .limit(PAGE)
        .select((kept_names::viewer_id, kept_names::other_id, kept_names::sealed))
        .into_boxed();
    if let Some((viewer, other)) = after {
        let (viewer, other) = (DbId(viewer.0), DbId(other.0));
        let further = kept_names::viewer_id.eq(viewer).and(kept_names::other_id.gt(other));
        rows = rows.filter(kept_names::viewer_id.gt(viewer).or(further));
    }
    let rows = rows.load::<(DbId, DbId, Vec<u8>)>(conn).await?;
    let copy = |(viewer, other, sealed): (DbId, DbId, Vec<u8>)| KeptNameCopy {
        viewer: UserId(viewer.0),
        other: UserId(other.0),
        sealed,
    };
    Ok(rows.into_iter().map(copy).collect())
}

/// Brings names back between people who are known here.
pub(super) async fn put_names(conn: &mut Conn, names: Vec<KeptNameCopy>) -> Result<(), SqlError> {
    let people: HashSet<_> = names.iter().flat_map(|name| [name.viewer.0, name.other.0]).collect();
    let known = users::table.filter(users::id.eq_any(people.into_iter().map(DbId))).select(users::id);
    let known: HashSet<_> = known.load::<DbId>(conn).await?.into_iter().map(|id| id.0).collect();
    let is_known = |name: &KeptNameCopy| known.contains(&name.viewer.0) && known.contains(&name.other.0);
    let row = |name: KeptNameCopy| KeptNameRow {
        viewer_id: DbId(name.viewer.0),
        other_id: DbId(name.other.0),
        sealed: name.sealed,
    };
    insert_kept_names(conn, names.into_iter().filter(is_known).map(row).collect()).await
}

/// Notes that a copy made at `made_at` is about to be applied.
pub(super) async fn begin(
    conn: &mut Conn,
    made_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let newest = copied_at(conn).await?.map_or(made_at, |copied_at| copied_at.max(made_at));
    let begun = (
        restores::copied_at.eq(DbTime(newest)),
        restores::begun_at.eq(DbTime(now)),
        restores::finished_at.eq(None::<DbTime>),
    );
    diesel::insert_into(restores::table)
        .values((restores::id.eq(THE_ONE), begun))
        .on_conflict(restores::id)
        .do_update()
        .set(begun)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn finish(conn: &mut Conn, now: DateTime<Utc>) -> Result<(), SqlError> {
    let row = restores::table.find(THE_ONE);
    diesel::update(row).set(restores::finished_at.eq(Some(DbTime(now)))).execute(conn).await?;
    Ok(())
}

pub(super) async fn is_open(conn: &mut Conn) -> Result<bool, SqlError> {
    let open = restores::table.filter(restores::finished_at.is_null()).count();
    Ok(open.get_result::<i64>(conn).await? > 0)
}

/// When the newest copy that was applied was made. `None`: none was.
pub(super) async fn copied_at(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, SqlError> {
    let row = restores::table.find(THE_ONE).select(restores::copied_at);
    Ok(row.first::<DbTime>(conn).await.optional()?.map(|at| at.0))
}
