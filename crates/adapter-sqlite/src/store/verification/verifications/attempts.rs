//! Check attempts: counted before the code is compared, settled after.

use super::*;
use crate::backend::Db;

/// Longer than any call to a provider takes.
const IN_PROGRESS_MAX: Duration = Duration::minutes(1);

pub(crate) async fn failures_of(conn: &mut Conn, name: &str) -> Result<Failures, SqlError> {
    let row = code_failures::table
        .find(name)
        .select((code_failures::failures, code_failures::locked_until))
        .first::<(i32, Option<DbTime>)>(conn)
        .await
        .optional()?;
    match row {
        Some((failures, locked_until)) => {
            Ok(Failures { count: count(failures)?, locked_until: locked_until.map(|at| at.0) })
        }
        None => Ok(Failures::default()),
    }
}

pub(crate) async fn set_failures(conn: &mut Conn, name: &str, failures: Failures) -> Result<(), SqlError> {
    let values = (
        code_failures::failures.eq(column(failures.count)),
        code_failures::locked_until.eq(failures.locked_until.map(DbTime)),
    );
    diesel::insert_into(code_failures::table)
        .values((code_failures::phone.eq(name), values))
        .on_conflict(code_failures::phone)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}

/// How many check attempts a provider's challenge has used, over all our challenges that share it.
pub(crate) async fn attempts_at(conn: &mut Conn, sid: &str) -> Result<i64, SqlError> {
    let used = verifications::table
        .filter(verifications::provider_ref.eq(sid))
        .select(diesel::dsl::sum(verifications::attempts_used));
    Ok(used.first::<Option<i64>>(conn).await?.unwrap_or(0))
}

pub(crate) async fn take_attempt(
    conn: &mut Conn,
    request: AttemptRequest,
    now: DateTime<Utc>,
) -> Result<ReserveAttempt, SqlError> {
    let Some(row) = load_locked(conn, request.verification).await? else { return Ok(ReserveAttempt::Gone) };
    if let Some(key) = &request.effect_key {
        let known = verification_attempts::table
            .filter(verification_attempts::effect_key.eq(key))
            .select((verification_attempts::id, JudgedRow::as_select()))
            .first::<(DbId, JudgedRow)>(conn)
            .await
            .optional()?;
        if let Some((attempt, judged)) = known {
            return match judged.checked()? {
                Some(checked) => Ok(ReserveAttempt::Judged(checked)),
                None => {
                    let verification = whole(conn, request.verification).await?;
                    Ok(ReserveAttempt::Go(Box::new(AttemptTicket {
                        attempt: attempt.0,
                        verification,
                        resumed: true,
                        anonymous: request.anonymous,
                    })))
                }
            };
        }
    }
    let failures = failure_name_of(conn, &row, request.anonymous.as_deref()).await?;
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(ReserveAttempt::Locked(until));
    }
    if let Some(sid) = &row.provider_ref
        && attempts_at(conn, sid).await? >= i64::from(row.attempts_max)
    {
        return Ok(ReserveAttempt::Gone);
    }
    let mut challenge = row.challenge()?;
    let Ok(remaining) = challenge.take_attempt(now) else { return Ok(ReserveAttempt::Gone) };
    diesel::update(verifications::table.find(row.id))
        .set(verifications::attempts_used.eq(column(challenge.attempts_used)))
        .execute(conn)
        .await?;
    let attempt = attempt_id(row.id.0, challenge.attempts_used);
    diesel::insert_into(verification_attempts::table)
        .values((
            verification_attempts::id.eq(DbId(attempt)),
            verification_attempts::verification_id.eq(row.id),
            verification_attempts::effect_key.eq(request.effect_key),
            verification_attempts::attempts_remaining.eq(column(remaining)),
            verification_attempts::at.eq(DbTime(now)),
        ))
        .on_conflict(verification_attempts::id)
        .do_nothing()
        .execute(conn)
        .await?;
    let verification = whole(conn, request.verification).await?;
    let anonymous = request.anonymous;
    Ok(ReserveAttempt::Go(Box::new(AttemptTicket { attempt, verification, resumed: false, anonymous })))
}

/// The id of a challenge's n-th attempt: the challenge's own id with the number mixed into its last bytes.
pub(crate) fn attempt_id(verification: Uuid, number: u32) -> Uuid {
    Uuid::from_u128(verification.as_u128() ^ (u128::from(number) << 32))
}

/// Settles one attempt on a loaded challenge while `running` others are in progress: status, failures
/// (counted under that name), lock.
pub(crate) async fn settle(
    conn: &mut Conn,
    row: &VerificationRow,
    (failures, running): (&str, u32),
    right: bool,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<AttemptResult, SqlError> {
    let mut challenge = row.challenge()?;
    let was_open = challenge.status == ChallengeStatus::Pending;
    let approved = challenge.settle_attempt(right, running);
    let before = failures_of(conn, failures).await?;
    let after = match (approved, right) {
        (true, _) => Failures::default(),
        // Too late to count.
        (false, true) => before,
        (false, false) => before.after_wrong_attempt(policy, now),
    };
    if after != before {
        set_failures(conn, failures, after).await?;
    }
    let locked_until = after.lock_at(now);
    // A settled challenge does not change, however late an attempt comes back.
    if was_open {
        if locked_until.is_some() && !right {
            challenge.status = ChallengeStatus::Canceled;
        }
        let is_exhausted = !right && challenge.attempts_remaining() == 0;
        diesel::update(verifications::table.find(row.id))
            .set((
                verifications::status.eq(challenge.status.name()),
                verifications::exhausted_at.eq(is_exhausted.then_some(DbTime(now))),
            ))
            .execute(conn)
            .await?;
    }
    let attempts_remaining = if locked_until.is_some() { 0 } else { challenge.attempts_remaining() };
    Ok(AttemptResult { approved, attempts_remaining, locked_until })
}

/// Counts the attempt, compares the hash and uses the code up, under the number's lock.
pub(crate) async fn judge_attempt(
    conn: &mut Conn,
    request: CheckAttempt,
    now: DateTime<Utc>,
) -> Result<AttemptVerdict, SqlError> {
    let CheckAttempt { attempt, salt, typed, policy } = request;
    let Some(row) = load_locked(conn, attempt.verification).await? else { return Ok(AttemptVerdict::Gone) };
    if let Some(checked) = judged_before(conn, attempt.effect_key.as_deref()).await? {
        return Ok(AttemptVerdict::Judged(checked));
    }
    let failures = failure_name_of(conn, &row, attempt.anonymous.as_deref()).await?;
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(AttemptVerdict::Locked(until));
    }
    let mut challenge = row.challenge()?;
    if challenge.take_attempt(now).is_err() {
        return Ok(AttemptVerdict::Gone);
    }
    let Some(code) = row.own_code() else { return Ok(AttemptVerdict::Gone) };
    if code.salt != salt {
        return Ok(AttemptVerdict::Outdated);
    }
    diesel::update(verifications::table.find(row.id))
        .set(verifications::attempts_used.eq(column(challenge.attempts_used)))
        .execute(conn)
        .await?;
    let right = typed.is_some_and(|typed| hashes_equal(&code.mac.mac, &typed));
    let counted = load(conn, attempt.verification).await?.ok_or_else(|| corrupt("a challenge vanished"))?;
    let checked = settle(conn, &counted, (&failures, 0), right, &policy, now).await?;
    diesel::insert_into(verification_attempts::table)
        .values((
            verification_attempts::id.eq(DbId(attempt_id(row.id.0, challenge.attempts_used))),
            verification_attempts::verification_id.eq(row.id),
            verification_attempts::effect_key.eq(attempt.effect_key),
            verification_attempts::approved.eq(Some(i32::from(checked.approved))),
            verification_attempts::attempts_remaining.eq(column(checked.attempts_remaining)),
            verification_attempts::locked_until.eq(checked.locked_until.map(DbTime)),
            verification_attempts::at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    note(conn, &row, checked, now).await?;
    Ok(AttemptVerdict::Judged(checked))
}

async fn judged_before(conn: &mut Conn, key: Option<&str>) -> Result<Option<AttemptResult>, SqlError> {
    let Some(key) = key else { return Ok(None) };
    let judged = verification_attempts::table
        .filter(verification_attempts::effect_key.eq(key))
        .select(JudgedRow::as_select())
        .first(conn)
        .await
        .optional()?;
    judged.map_or(Ok(None), JudgedRow::checked)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = verification_attempts, check_for_backend(Db))]
struct JudgedRow {
    approved: Option<i32>,
    attempts_remaining: i32,
    locked_until: Option<DbTime>,
}

impl JudgedRow {
    /// The result of the attempt. `None`: it is not settled yet.
    fn checked(self) -> Result<Option<AttemptResult>, SqlError> {
        let Some(approved) = self.approved else { return Ok(None) };
        Ok(Some(AttemptResult {
            approved: approved == 1,
            attempts_remaining: count(self.attempts_remaining)?,
            locked_until: self.locked_until.map(|at| at.0),
        }))
    }
}

/// Writes the audit row of an attempt.
pub(crate) async fn note(
    conn: &mut Conn,
    row: &VerificationRow,
    checked: AttemptResult,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let verdict = if checked.approved { "approved" } else { "refused" };
    let left = format!("{} attempts left", checked.attempts_remaining);
    record(conn, &[row.audit(verdict, Some(&row.status), left)?], now).await
}

/// The state of the verification breaker: it opens when the attempts of many destinations are used up.
pub(crate) async fn breaker(conn: &mut Conn, now: DateTime<Utc>) -> Result<Breaker, SqlError> {
    let since = now.checked_sub_signed(BREAKER_WINDOW).unwrap_or(now);
    let exhausted = verifications::table
        .filter(verifications::exhausted_at.gt(DbTime(since)))
        .select(diesel::dsl::count(verifications::recipient).aggregate_distinct())
        .first::<i64>(conn)
        .await?;
    Ok(Breaker::of(u32::try_from(exhausted).unwrap_or(u32::MAX)))
}

/// How many other attempts on a challenge are in progress. One that takes longer than [`IN_PROGRESS_MAX`] is
/// taken as lost.
pub(crate) async fn concurrent_attempts(
    conn: &mut Conn,
    verification: DbId,
    attempt: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<u32, SqlError> {
    let since = now.checked_sub_signed(IN_PROGRESS_MAX).unwrap_or(now);
    let others = verification_attempts::table
        .filter(verification_attempts::verification_id.eq(verification))
        .filter(verification_attempts::id.ne(DbId(attempt.unwrap_or(Uuid::nil()))))
        .filter(verification_attempts::approved.is_null())
        .filter(verification_attempts::at.gt(DbTime(since)));
    Ok(u32::try_from(others.count().get_result::<i64>(conn).await?).unwrap_or(u32::MAX))
}

/// Settles an attempt on a provider's code, once: settled again, the first result stays.
pub(crate) async fn settle_attempt(
    conn: &mut Conn,
    ticket: &AttemptTicket,
    right: bool,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<AttemptResult, SqlError> {
    let row = load_locked(conn, ticket.verification.id).await?;
    let row = row.ok_or_else(|| corrupt("no such challenge"))?;
    let attempt: Option<JudgedRow> = verification_attempts::table
        .find(DbId(ticket.attempt))
        .select(JudgedRow::as_select())
        .first(conn)
        .await
        .optional()?;
    if let Some(checked) = attempt.map_or(Ok(None), JudgedRow::checked)? {
        return Ok(checked);
    }
    let failures = failure_name_of(conn, &row, ticket.anonymous.as_deref()).await?;
    let running = concurrent_attempts(conn, row.id, Some(ticket.attempt), now).await?;
    let right = right && !approved_for_another(conn, &row).await?;
    let checked = settle(conn, &row, (&failures, running), right, policy, now).await?;
    diesel::update(verification_attempts::table.find(DbId(ticket.attempt)))
        .set((
            verification_attempts::approved.eq(Some(i32::from(checked.approved))),
            verification_attempts::attempts_remaining.eq(column(checked.attempts_remaining)),
            verification_attempts::locked_until.eq(checked.locked_until.map(DbTime)),
        ))
        .execute(conn)
        .await?;
    note(conn, &row, checked, now).await?;
    Ok(checked)
}

/// True when the provider's approval belongs to another challenge of ours. One approval at the provider
/// counts for one challenge, also when an answer was lost and the provider is asked afterwards.
pub(crate) async fn approved_for_another(conn: &mut Conn, row: &VerificationRow) -> Result<bool, SqlError> {
    let Some(sid) = &row.provider_ref else { return Ok(false) };
    let others = verifications::table
        .filter(verifications::provider_ref.eq(sid))
        .filter(verifications::id.ne(row.id))
        .filter(verifications::status.eq(ChallengeStatus::Approved.name()));
    Ok(others.count().get_result::<i64>(conn).await? > 0)
}
