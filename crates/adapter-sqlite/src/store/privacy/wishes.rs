//! Wishes to be erased: noted, taken back, and those of a newer copy after a restore.

use super::{
    erasure_rows::{find, insert, withdraw},
    standing,
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
    insert(conn, user, "asked", request.execute_at, now).await?;
    let after = Some(format!("to be carried out at {}", request.execute_at.format("%Y-%m-%dT%H:%M:%SZ")));
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
    if withdraw(conn, user).await? == 0 {
        return Ok(TakenBack::NothingToTakeBack);
    }
    record(conn, &[about(user, "person.erasure_taken_back", actor, None, None)], now).await?;
    Ok(TakenBack::Done)
}

/// After a restore: the wishes are those of the newer copy. One that was taken back since is none any more.
pub(super) async fn restore_wishes(
    conn: &mut Conn,
    asked: &[JournalEntry],
    made_at: DateTime<Utc>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let users: Vec<DbId> = asked.iter().map(|entry| DbId(entry.user.0)).collect();
    let gone = erasures::table
        .filter(erasures::phase.eq("asked"))
        .filter(erasures::user_id.ne_all(users))
        .filter(erasures::asked_at.lt(DbTime(made_at)))
        .select(erasures::user_id)
        .load::<DbId>(conn)
        .await?;
    for user in gone {
        take_back(conn, UserId(user.0), actor, now).await?;
    }
    for entry in asked {
        let is_new =
            lock_account(conn, entry.user).await?.is_some() && find(conn, entry.user).await?.is_none();
        if is_new {
            insert(conn, entry.user, "asked", entry.execute_at, now).await?;
            record(conn, &[about(entry.user, "person.erasure_asked", actor, None, None)], now).await?;
        }
    }
    Ok(())
}
