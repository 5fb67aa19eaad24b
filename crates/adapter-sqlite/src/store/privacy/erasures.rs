//! Erasures: asked for, taken back, begun, carried out part by part.

use super::{blocked, standing, steps};
use crate::{
    backend::{Conn, DbId, DbTime, for_update},
    store::{
        accounts::{
            audit_rows::about,
            users::{AccountRow, factors::proves, lock_account},
        },
        error::SqlError,
        handle::Store,
        operations::audit_record::record,
        rows::corrupt,
        schema::{accounts, erasure_steps, erasures},
        subjects::Vault,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::UserId,
    operations::audit::Actor,
    privacy::{ErasureStep, Obstacle, Receipt, obstacles},
};
use futures_util::FutureExt;
use ports::{
    privacy::{
        Advanced, AskErasure, BeginErasure, Begun, Erasure, ErasureAsked, ErasurePhase, Erasures,
        JournalEntry, TakenBack,
    },
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};

const JOURNAL_PAGE: i64 = 500;

type ErasureRow = (DbId, String, DbTime, Option<String>);

#[async_trait]
impl Erasures for Store {
    async fn ask_erasure(&self, request: &AskErasure, now: DateTime<Utc>) -> StoreResult<ErasureAsked> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database.write(move |conn| async move { ask(conn, &vault, &request, now).await }.boxed()).await
    }

    async fn take_erasure_back(
        &self,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<TakenBack> {
        let actor = actor.clone();
        self.database.write(move |conn| async move { take_back(conn, user, &actor, now).await }.boxed()).await
    }

    async fn erasure_obstacles(&self, user: UserId) -> StoreResult<Vec<Obstacle>> {
        let standing =
            self.database.read(move |conn| async move { standing::standing(conn, user).await }.boxed());
        Ok(obstacles(standing.await?))
    }

    async fn find_erasure(&self, user: UserId) -> StoreResult<Option<Erasure>> {
        self.database.query(move |conn| async move { find(conn, user).await }.boxed()).await
    }

    async fn due_erasures(&self, most: i64, now: DateTime<Utc>) -> StoreResult<Vec<UserId>> {
        self.database
            .query(move |conn| {
                async move {
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
                .boxed()
            })
            .await
    }

    async fn begin_erasure(&self, request: &BeginErasure, now: DateTime<Utc>) -> StoreResult<Begun> {
        let request = request.clone();
        self.database.write(move |conn| async move { begin(conn, &request, now).await }.boxed()).await
    }

    async fn advance_erasure(
        &self,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Advanced> {
        let (actor, vault) = (actor.clone(), self.vault.clone());
        let advanced = self
            .database
            .write(move |conn| async move { advance(conn, &vault, user, &actor, now).await }.boxed())
            .await?;
        let (advanced, gone) = advanced;
        gone.into_iter().for_each(|key| self.vault.forget(key));
        Ok(advanced)
    }

    async fn erasure_journal(&self, after: Option<UserId>) -> StoreResult<Vec<JournalEntry>> {
        self.database
            .query(move |conn| {
                async move {
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
                .boxed()
            })
            .await
    }

    async fn restore_wishes(
        &self,
        asked: &[JournalEntry],
        made_at: DateTime<Utc>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let (asked, actor) = (asked.to_vec(), actor.clone());
        self.database
            .write(move |conn| {
                async move { restore_wishes(conn, &asked, made_at, &actor, now).await }.boxed()
            })
            .await
    }

    async fn end_kept(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        let ended = self
            .database
            .write(move |conn| async move { blocked::end_kept(conn, now).await }.boxed())
            .await?;
        let count = ended.len();
        ended.into_iter().for_each(|user| self.vault.forget(SubjectKeyId::money(user.0)));
        Ok(count)
    }

    async fn open_blocked(
        &self,
        user: UserId,
        reason: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<String>> {
        let (reason, actor, vault) = (reason.to_owned(), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move { blocked::open(conn, &vault, user, &reason, &actor, now).await }.boxed()
            })
            .await
    }
}

async fn find(conn: &mut Conn, user: UserId) -> Result<Option<Erasure>, SqlError> {
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

async fn ask(
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

async fn insert(
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

async fn take_back(
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

async fn withdraw(conn: &mut Conn, user: UserId) -> Result<usize, SqlError> {
    let asked =
        erasures::table.filter(erasures::user_id.eq(DbId(user.0))).filter(erasures::phase.eq("asked"));
    Ok(diesel::delete(asked).execute(conn).await?)
}

/// Closes the person's wallets under the locks that a posting takes, if nothing stands in the way: no money comes in
/// between this decision and the last step.
async fn begin(conn: &mut Conn, request: &BeginErasure, now: DateTime<Utc>) -> Result<Begun, SqlError> {
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
    let own = accounts::table.filter(accounts::owner.eq(Some(DbId(user.0))));
    let wallets = for_update!(own.order(accounts::id).select(accounts::id)).load::<DbId>(conn).await?;
    let in_the_way =
        if request.again { Vec::new() } else { obstacles(standing::standing(conn, user).await?) };
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
    insert(conn, user, "begun", now, now).await?;
    record(conn, &[about(user, "person.erasure_begun", &request.actor, None, None)], now).await?;
    Ok(Begun::Begun)
}

/// Does a part of the next step, and notes it. Returns the keys that no process may keep opened any more.
async fn advance(
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

/// After a restore: the wishes are those of the newer copy. One that was taken back since is none any more.
async fn restore_wishes(
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
