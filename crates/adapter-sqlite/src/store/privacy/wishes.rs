//! Wishes to be erased: noted, taken back, and those of a newer copy after a restore.

use super::{
    erasure_rows::{Times, find, insert, withdraw, withdrawn_at},
    restores, standing,
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        accounts::{
            audit_rows::about,
            users::{AccountRow, factors::proves, lock_account},
        },
        error::SqlError,
        operations::audit_record::record,
        schema::erasures,
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::UserId, operations::audit::Actor, privacy::obstacles};
use ports::privacy::{AskErasure, Erasure, ErasureAsked, ErasurePhase, JournalEntry, TakenBack};
use std::collections::HashSet;

pub(super) async fn ask(
    conn: &mut Conn,
    vault: &Vault,
    request: &AskErasure,
    now: DateTime<Utc>,
) -> Result<ErasureAsked, SqlError> {
    let user = request.user;
    let Some(account) = lock_account(conn, user).await? else { return Ok(ErasureAsked::NoSuchPerson) };
    match find(conn, user).await? {
        Some(Erasure { phase: ErasurePhase::Asked, execute_at, .. }) => {
            return Ok(ErasureAsked::Due(execute_at));
        }
        Some(_) => return Ok(ErasureAsked::NoSuchPerson),
        None => {}
    }
    let standing = standing::standing(conn, user).await?;
    let in_the_way = obstacles(standing);
    if !in_the_way.is_empty() {
        return Ok(ErasureAsked::InTheWay(in_the_way));
    }
    if !may(conn, vault, &account, request, now).await? {
        return Ok(ErasureAsked::NoProof);
    }
    insert(conn, user, "asked", Times { asked_at: now, execute_at: request.execute_at }).await?;
    let after = Some(execution(request.execute_at));
    record(conn, &[about(user, "person.erasure_asked", &request.actor, None, after)], now).await?;
    Ok(ErasureAsked::Due(request.execute_at))
}

async fn may(
    conn: &mut Conn,
    vault: &Vault,
    account: &AccountRow,
    request: &AskErasure,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    match &request.proof {
        Some(proof) => proves(conn, vault, account, proof, now).await,
        None => Ok(true),
    }
}

pub(super) async fn take_back(
    conn: &mut Conn,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<TakenBack, SqlError> {
    if lock_account(conn, user).await?.is_none() {
        return Ok(TakenBack::NoSuchPerson);
    }
    if withdraw(conn, user, now).await? == 0 {
        return Ok(TakenBack::NothingToTakeBack);
    }
    record(conn, &[about(user, "person.erasure_taken_back", actor, None, None)], now).await?;
    Ok(TakenBack::Done)
}

/// After a restore: the wishes are those of the newer copy. One that was taken back since is none any more, neither here
/// nor in the copy.
pub(super) async fn restore_wishes(
    conn: &mut Conn,
    asked: &[JournalEntry],
    begun: &HashSet<UserId>,
    made_at: DateTime<Utc>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if restores::copied_at(conn).await?.is_some_and(|copied_at| copied_at > made_at) {
        // A newer copy was applied: what it says of wishes counts.
        return Ok(());
    }
    let of_the_copy: HashSet<UserId> =
        asked.iter().map(|entry| entry.user).chain(begun.iter().copied()).collect();
    let before = erasures::table
        .filter(erasures::phase.eq("asked"))
        .filter(erasures::asked_at.lt(DbTime(made_at)))
        .select(erasures::user_id)
        .load::<DbId>(conn)
        .await?;
    let gone = before.into_iter().map(|id| UserId(id.0)).filter(|user| !of_the_copy.contains(user));
    for user in gone {
        take_back(conn, user, actor, now).await?;
    }
    for entry in asked {
        bring_back(conn, entry, made_at, actor, now).await?;
    }
    Ok(())
}

/// Notes a wish of the copy again, unless the person has an erasure here or took it back after the copy was made.
async fn bring_back(
    conn: &mut Conn,
    entry: &JournalEntry,
    made_at: DateTime<Utc>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let user = entry.user;
    if lock_account(conn, user).await?.is_none() || find(conn, user).await?.is_some() {
        return Ok(());
    }
    if withdrawn_at(conn, user).await?.is_some_and(|at| at >= made_at) {
        return Ok(());
    }
    let asked_at = entry.asked_at.unwrap_or(made_at);
    insert(conn, user, "asked", Times { asked_at, execute_at: entry.execute_at }).await?;
    let after = Some(execution(entry.execute_at));
    record(conn, &[about(user, "person.erasure_asked", actor, None, after)], now).await
}

/// When a wish is carried out, as the audit log tells it.
fn execution(at: DateTime<Utc>) -> String {
    format!("to be carried out at {}", at.format("%Y-%m-%dT%H:%M:%SZ"))
}
