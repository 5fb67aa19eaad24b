//! The rows of erasures.

use super::standing;
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{erasures, users, withdrawn_erasures},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::UserId,
    privacy::{Receipt, kept_until},
};
use ports::privacy::{Erasure, ErasureMade, ErasurePhase, JournalEntry};

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

type JournalRow =
    (DbId, String, DbTime, DbTime, i32, Option<Vec<u8>>, Option<DbTime>, Option<String>, Option<DbTime>);

/// A page of all erasures.
pub(super) async fn journal(conn: &mut Conn, after: Option<UserId>) -> Result<Vec<JournalEntry>, SqlError> {
    let mut rows = erasures::table
        .left_join(users::table.on(users::id.eq(erasures::user_id)))
        .order(erasures::user_id)
        .limit(JOURNAL_PAGE)
        .select((
            erasures::user_id,
            erasures::phase,
            erasures::asked_at,
            erasures::execute_at,
            erasures::opted_out,
            erasures::identity,
            erasures::kept_until,
            erasures::receipt,
            users::erased_at.nullable(),
        ))
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(erasures::user_id.gt(DbId(after.0)));
    }
    let mut journal = Vec::new();
    for row in rows.load::<JournalRow>(conn).await? {
        let mut entry = entry_of(row)?;
        if entry.has_begun && entry.made.receipt.is_none() {
            // The last step would note it: the entries are all there, because the wallets are closed.
            let last = standing::last_entry(conn, entry.user).await?;
            entry.made.kept_until = entry.made.kept_until.max(last.map(kept_until));
        }
        journal.push(entry);
    }
    Ok(journal)
}

fn entry_of(row: JournalRow) -> Result<JournalEntry, SqlError> {
    let (user, phase, asked_at, execute_at, opted_out, identity, until, receipt, begun_at) = row;
    Ok(JournalEntry {
        user: UserId(user.0),
        has_begun: phase != "asked",
        asked_at: Some(asked_at.0),
        execute_at: execute_at.0,
        made: ErasureMade {
            begun_at: begun_at.map(|at| at.0),
            opted_out: opted_out == 1,
            identity,
            kept_until: until.map(|at| at.0),
            receipt: receipt_of(receipt.as_deref())?,
        },
    })
}

fn receipt_of(text: Option<&str>) -> Result<Option<Receipt>, SqlError> {
    text.map(serde_json::from_str).transpose().map_err(corrupt)
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
    let receipt = receipt_of(receipt.as_deref())?;
    Ok(Erasure { user: UserId(user.0), phase, execute_at: execute_at.0, receipt })
}

/// When an erasure was asked for, and when it is carried out.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) asked_at: DateTime<Utc>,
    pub(super) execute_at: DateTime<Utc>,
}

/// Notes an erasure in a phase. One that was asked for keeps its times.
pub(super) async fn insert(conn: &mut Conn, user: UserId, phase: &str, times: Times) -> Result<(), SqlError> {
    diesel::insert_into(erasures::table)
        .values((
            erasures::user_id.eq(DbId(user.0)),
            erasures::phase.eq(phase),
            erasures::asked_at.eq(DbTime(times.asked_at)),
            erasures::execute_at.eq(DbTime(times.execute_at)),
        ))
        .on_conflict(erasures::user_id)
        .do_update()
        .set(erasures::phase.eq(phase))
        .execute(conn)
        .await?;
    Ok(())
}

/// What an erasure that has begun has made so far.
pub(super) async fn made(conn: &mut Conn, user: UserId) -> Result<ErasureMade, SqlError> {
    let row = erasures::table.find(DbId(user.0)).select((
        erasures::opted_out,
        erasures::identity,
        erasures::kept_until,
        erasures::receipt,
    ));
    let (opted_out, identity, until, receipt) =
        row.first::<(i32, Option<Vec<u8>>, Option<DbTime>, Option<String>)>(conn).await?;
    Ok(ErasureMade {
        begun_at: None,
        opted_out: opted_out == 1,
        identity,
        kept_until: until.map(|at| at.0),
        receipt: receipt_of(receipt.as_deref())?,
    })
}

/// Puts back what an erasure had made that is begun again. What the journal doesn't have is made anew by its steps.
pub(super) async fn put_made(conn: &mut Conn, entry: &JournalEntry) -> Result<(), SqlError> {
    let ErasureMade { begun_at, opted_out, identity, kept_until, receipt } = &entry.made;
    let row = || erasures::table.find(DbId(entry.user.0));
    let asked_at = entry.asked_at.unwrap_or(entry.execute_at);
    diesel::update(row())
        .set((erasures::asked_at.eq(DbTime(asked_at)), erasures::execute_at.eq(DbTime(entry.execute_at))))
        .execute(conn)
        .await?;
    if *opted_out {
        diesel::update(row()).set(erasures::opted_out.eq(1)).execute(conn).await?;
    }
    if identity.is_some() {
        diesel::update(row()).set(erasures::identity.eq(identity)).execute(conn).await?;
    }
    if let Some(until) = kept_until {
        diesel::update(row()).set(erasures::kept_until.eq(Some(DbTime(*until)))).execute(conn).await?;
    }
    if let Some(receipt) = receipt {
        let text = serde_json::to_string(receipt).map_err(corrupt)?;
        diesel::update(row()).set(erasures::receipt.eq(Some(text))).execute(conn).await?;
    }
    if let Some(begun_at) = begun_at {
        diesel::update(users::table.find(DbId(entry.user.0)))
            .set(users::erased_at.eq(Some(DbTime(*begun_at))))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Removes a wish that has not begun, and notes that it was, so that no older copy brings it back. Returns how many rows
/// were removed.
pub(super) async fn withdraw(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let asked =
        erasures::table.filter(erasures::user_id.eq(DbId(user.0))).filter(erasures::phase.eq("asked"));
    let removed = diesel::delete(asked).execute(conn).await?;
    if removed > 0 {
        let at = withdrawn_erasures::at.eq(DbTime(now));
        diesel::insert_into(withdrawn_erasures::table)
            .values((withdrawn_erasures::user_id.eq(DbId(user.0)), at))
            .on_conflict(withdrawn_erasures::user_id)
            .do_update()
            .set(at)
            .execute(conn)
            .await?;
    }
    Ok(removed)
}

/// When the person's wish was last withdrawn.
pub(super) async fn withdrawn_at(conn: &mut Conn, user: UserId) -> Result<Option<DateTime<Utc>>, SqlError> {
    let row = withdrawn_erasures::table.find(DbId(user.0)).select(withdrawn_erasures::at);
    Ok(row.first::<DbTime>(conn).await.optional()?.map(|at| at.0))
}
