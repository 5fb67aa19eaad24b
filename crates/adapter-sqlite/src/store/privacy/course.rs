//! Erasures that begin, go on and end.

use super::{
    erasure_rows::{find, insert, withdraw},
    standing, steps,
};
use crate::{
    backend::{Conn, DbId, DbTime, for_update},
    store::{
        accounts::{audit_rows::about, users::lock_account},
        error::SqlError,
        operations::audit_record::record,
        rows::corrupt,
        schema::{accounts, erasure_steps, erasures, users},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::UserId,
    operations::audit::Actor,
    privacy::{ErasureStep, Obstacle, Receipt, obstacles},
};
use ports::{
    privacy::{Advanced, BeginErasure, Begun, Erasure, ErasurePhase, ErasureTerms},
    subject_keys::SubjectKeyId,
};

/// Closes the person's wallets under the locks that a posting takes, if nothing stands in the way: no money comes in
/// between this decision and the last step.
pub(super) async fn begin(
    conn: &mut Conn,
    request: &BeginErasure,
    now: DateTime<Utc>,
) -> Result<Begun, SqlError> {
    let user = request.user;
    if lock_account(conn, user).await?.is_none() {
        return Ok(Begun::NoSuchPerson);
    }
    let asked_for = match find(conn, user).await? {
        Some(Erasure { phase: ErasurePhase::Begun, .. }) => return Ok(Begun::Begun),
        Some(Erasure { phase: ErasurePhase::Done, receipt, .. }) => {
            return receipt.map(Begun::Done).ok_or_else(|| corrupt("an erasure that is done has no receipt"));
        }
        Some(Erasure { execute_at, .. }) => Some(execute_at),
        None => None,
    };
    if request.terms == ErasureTerms::Due && asked_for.is_none_or(|execute_at| execute_at > now) {
        return Ok(Begun::NotDue);
    }
    let own = accounts::table.filter(accounts::owner.eq(Some(DbId(user.0))));
    let wallets = for_update!(own.order(accounts::id).select(accounts::id)).load::<DbId>(conn).await?;
    let in_the_way = match request.terms {
        ErasureTerms::Again => Vec::new(),
        ErasureTerms::Due | ErasureTerms::AtOnce => obstacles(standing::standing(conn, user).await?),
    };
    if !in_the_way.is_empty() {
        if asked_for.is_some_and(|execute_at| execute_at <= now) {
            withdraw(conn, user).await?;
            let names: Vec<_> = in_the_way.iter().map(|obstacle| Obstacle::name(*obstacle)).collect();
            let row = about(user, "person.erasure_refused", &request.actor, None, Some(names.join(", ")));
            record(conn, &[row], now).await?;
        }
        return Ok(Begun::InTheWay(in_the_way));
    }
    diesel::update(accounts::table.filter(accounts::id.eq_any(wallets)))
        .set(accounts::closed_at.eq(Some(DbTime(now))))
        .execute(conn)
        .await?;
    // From now on no wallet is opened for them either.
    diesel::update(users::table.find(DbId(user.0)))
        .set(users::erased_at.eq(Some(DbTime(now))))
        .execute(conn)
        .await?;
    insert(conn, user, "begun", now, now).await?;
    record(conn, &[about(user, "person.erasure_begun", &request.actor, None, None)], now).await?;
    Ok(Begun::Begun)
}

/// Does a part of the next step, and notes it. Returns the keys that no process may keep opened any more.
pub(super) async fn advance(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(Advanced, Vec<SubjectKeyId>), SqlError> {
    // Of two processes the second one waits here, and goes on where the first one ended.
    lock_account(conn, user).await?;
    match find(conn, user).await? {
        Some(Erasure { phase: ErasurePhase::Begun, .. }) => {}
        Some(Erasure { phase: ErasurePhase::Done, receipt: Some(receipt), .. }) => {
            return Ok((Advanced::Done(receipt), Vec::new()));
        }
        _ => return Ok((Advanced::NotBegun, Vec::new())),
    }
    let mut done = erasure_steps::table
        .filter(erasure_steps::user_id.eq(DbId(user.0)))
        .filter(erasure_steps::done_at.is_not_null())
        .select(erasure_steps::step)
        .load::<String>(conn)
        .await?;
    let (mut rows, mut gone) = (0_usize, Vec::new());
    // Steps that have little to do share a transaction.
    loop {
        let Some(step) = ErasureStep::next(&done) else {
            return Ok((Advanced::Done(finish(conn, user, actor, now).await?), gone));
        };
        if rows >= steps::BATCH {
            return Ok((Advanced::Part(step), gone));
        }
        let part = steps::carry_out(conn, vault, user, step, now).await?;
        note(conn, user, step, &part, now).await?;
        rows = rows.saturating_add(part.rows);
        gone.extend(part.gone);
        if part.is_last {
            done.push(step.name().to_owned());
        }
        if step == ErasureStep::EndAccess {
            // It commits by itself: whatever fails afterwards, nobody can get in any more.
            return Ok((Advanced::Part(step), gone));
        }
    }
}

async fn note(
    conn: &mut Conn,
    user: UserId,
    step: ErasureStep,
    part: &steps::Part,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let rows = i64::try_from(part.rows).unwrap_or(i64::MAX);
    let done_at = part.is_last.then_some(DbTime(now));
    diesel::insert_into(erasure_steps::table)
        .values((
            erasure_steps::user_id.eq(DbId(user.0)),
            erasure_steps::step.eq(step.name()),
            erasure_steps::row_count.eq(rows),
            erasure_steps::done_at.eq(done_at),
        ))
        .on_conflict((erasure_steps::user_id, erasure_steps::step))
        .do_update()
        .set((
            erasure_steps::row_count.eq(erasure_steps::row_count + rows),
            erasure_steps::done_at.eq(done_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

async fn finish(
    conn: &mut Conn,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Receipt, SqlError> {
    let steps = erasure_steps::table
        .filter(erasure_steps::user_id.eq(DbId(user.0)))
        .select((erasure_steps::step, erasure_steps::row_count))
        .load::<(String, i64)>(conn)
        .await?;
    let rows = |step: ErasureStep| {
        let found = steps.iter().find(|(name, _)| name == step.name());
        (step, found.map_or(0, |(_, rows)| u64::try_from(*rows).unwrap_or_default()))
    };
    let counted: Vec<_> = ErasureStep::ALL.into_iter().map(rows).collect();
    let row = erasures::table.find(DbId(user.0));
    let opted_out = row.select(erasures::opted_out).first::<i32>(conn).await? == 1;
    let last_entry = standing::last_entry(conn, user).await?;
    let receipt = Receipt::new(user.to_string(), &counted, last_entry, opted_out, now);
    let text = serde_json::to_string(&receipt).map_err(corrupt)?;
    diesel::update(row)
        .set((
            erasures::phase.eq("done"),
            erasures::done_at.eq(Some(DbTime(now))),
            erasures::kept_until.eq(last_entry.map(|last| DbTime(domain::privacy::kept_until(last)))),
            erasures::receipt.eq(Some(&text)),
        ))
        .execute(conn)
        .await?;
    record(conn, &[about(user, "person.erased", actor, None, Some(text))], now).await?;
    Ok(receipt)
}
