//! The rows of erasures.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{error::SqlError, rows::corrupt, schema::erasures},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use ports::privacy::{Erasure, ErasurePhase, JournalEntry};

const JOURNAL_PAGE: i64 = 500;

type ErasureRow = (DbId, String, DbTime, Option<String>);

/// People whose erasure is due or has begun.
pub(super) async fn due(conn: &mut Conn, most: i64, now: DateTime<Utc>) -> Result<Vec<UserId>, SqlError> {
    let due = erasures::execute_at.le(DbTime(now)).or(erasures::phase.eq("begun"));
    let rows = erasures::table
        .filter(erasures::phase.ne("done"))
        .filter(due)
        .order(erasures::execute_at)
        .limit(most)
        .select(erasures::user_id)
        .load::<DbId>(conn)
        .await?;
    Ok(rows.into_iter().map(|id| UserId(id.0)).collect())
}

/// A page of all erasures.
pub(super) async fn journal(conn: &mut Conn, after: Option<UserId>) -> Result<Vec<JournalEntry>, SqlError> {
    let mut rows = erasures::table
        .order(erasures::user_id)
        .limit(JOURNAL_PAGE)
        .select((erasures::user_id, erasures::phase, erasures::execute_at))
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(erasures::user_id.gt(DbId(after.0)));
    }
    let rows = rows.load::<(DbId, String, DbTime)>(conn).await?;
    let entry = |(user, phase, execute_at): (DbId, String, DbTime)| JournalEntry {
        user: UserId(user.0),
        has_begun: phase != "asked",
        execute_at: execute_at.0,
    };
    Ok(rows.into_iter().map(entry).collect())
}

pub(super) async fn find(conn: &mut Conn, user: UserId) -> Result<Option<Erasure>, SqlError> {
    let row = erasures::table
        .find(DbId(user.0))
        .select((erasures::user_id, erasures::phase, erasures::execute_at, erasures::receipt))
        .first::<ErasureRow>(conn)
        .await
        .optional()?;
    row.map(erasure_of).transpose()
}

fn erasure_of((user, phase, execute_at, receipt): ErasureRow) -> Result<Erasure, SqlError> {
    let phase = match phase.as_str() {
        "asked" => ErasurePhase::Asked,
        "begun" => ErasurePhase::Begun,
        "done" => ErasurePhase::Done,
        other => return Err(corrupt(format!("an erasure that is {other}"))),
    };
    let receipt = receipt.as_deref().map(serde_json::from_str).transpose().map_err(corrupt)?;
    Ok(Erasure { user: UserId(user.0), phase, execute_at: execute_at.0, receipt })
}

pub(super) async fn insert(
    conn: &mut Conn,
    user: UserId,
    phase: &str,
    execute_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(erasures::table)
        .values((
            erasures::user_id.eq(DbId(user.0)),
            erasures::phase.eq(phase),
            erasures::asked_at.eq(DbTime(now)),
            erasures::execute_at.eq(DbTime(execute_at)),
        ))
        .on_conflict(erasures::user_id)
        .do_update()
        .set(erasures::phase.eq(phase))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn withdraw(conn: &mut Conn, user: UserId) -> Result<usize, SqlError> {
    let asked =
        erasures::table.filter(erasures::user_id.eq(DbId(user.0))).filter(erasures::phase.eq("asked"));
    Ok(diesel::delete(asked).execute(conn).await?)
}
