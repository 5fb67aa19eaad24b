//! Check attempts: counted before the code is compared, settled after.

use super::{
    repeats::{keep_repeat, repeated_approval, settled_as_repeat},
    *,
};

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

async fn set_failures(
    conn: &mut Conn,
    name: &str,
    failures: Failures,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let values = (
        code_failures::failures.eq(column(failures.count)),
        code_failures::locked_until.eq(failures.locked_until.map(DbTime)),
        code_failures::at.eq(Some(DbTime(now))),
    );
    diesel::insert_into(code_failures::table)
        .values((code_failures::phone_hash.eq(name), values))
        .on_conflict(code_failures::phone_hash)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}

/// How many check attempts a provider's challenge has used, over all our challenges that share it.
pub(crate) async fn attempts_at(conn: &mut Conn, provider_ref: &str) -> Result<i64, SqlError> {
    let used = verifications::table
        .filter(verifications::provider_ref.eq(provider_ref))
        .select(diesel::dsl::sum(verifications::attempts_used));
    Ok(used.first::<Option<i64>>(conn).await?.unwrap_or(0))
}

/// Counts a check attempt on a provider's code, if the domain's decision allows it.
pub(crate) async fn take_attempt(
    conn: &mut Conn,
    vault: &Vault,
    request: AttemptRequest,
    now: DateTime<Utc>,
) -> Result<ReserveAttempt, SqlError> {
    let id = request.verification;
    let Some(row) = load_locked(conn, vault, id).await? else {
        return Ok(ReserveAttempt::Refused(AttemptRefusal::Gone));
    };
    if let Some((attempt, known)) = known_attempt(conn, request.effect_key.as_deref()).await? {
        let anonymous = request.anonymous;
        return match known.result()? {
            Some(result) => Ok(ReserveAttempt::Judged(result)),
            None => {
                let verification = whole(conn, vault, id).await?;
                let ticket = AttemptTicket { attempt, verification, resumed: true, anonymous };
                Ok(ReserveAttempt::Reserved(Box::new(ticket)))
            }
        };
    }
    if let Some(result) = repeated_approval(conn, &row, &request).await? {
        keep_repeat(conn, &row, &request, result, now).await?;
        return Ok(ReserveAttempt::Judged(result));
    }
    let AttemptRequest { effect_key, anonymous, typed, .. } = request;
    let failures = failure_name_of(conn, vault, &row, anonymous.as_deref()).await?;
    let challenge = match facts_of(conn, &row, &failures).await?.reserve(now) {
        Ok(challenge) => challenge,
        Err(refusal) => return Ok(ReserveAttempt::Refused(refusal)),
    };
    save_challenge(conn, row.columns.id, &challenge).await?;
    let attempt = attempt_id(row.columns.id.0, challenge.attempts_used);
    diesel::insert_into(verification_attempts::table)
        .values((
            verification_attempts::id.eq(DbId(attempt)),
            verification_attempts::verification_id.eq(row.columns.id),
            verification_attempts::effect_key.eq(effect_key),
            verification_attempts::typed.eq(typed.map(|typed| typed.to_vec())),
            verification_attempts::attempts_remaining.eq(column(challenge.attempts_remaining())),
            verification_attempts::at.eq(DbTime(now)),
        ))
        .on_conflict(verification_attempts::id)
        .do_nothing()
        .execute(conn)
        .await?;
    let verification = whole(conn, vault, id).await?;
    let ticket = AttemptTicket { attempt, verification, resumed: false, anonymous };
    Ok(ReserveAttempt::Reserved(Box::new(ticket)))
}

/// What the decision on a check attempt is made from. The wrong codes are counted under the name `failures`.
async fn facts_of(conn: &mut Conn, row: &VerificationRow, failures: &str) -> Result<AttemptFacts, SqlError> {
    let used_at_provider = match &row.columns.provider_ref {
        Some(provider_ref) => u32::try_from(attempts_at(conn, provider_ref).await?).unwrap_or(u32::MAX),
        None => 0,
    };
    Ok(AttemptFacts {
        challenge: row.challenge()?,
        failures: failures_of(conn, failures).await?,
        used_at_provider,
    })
}

/// The id of a challenge's n-th attempt: the challenge's own id with the number mixed into its last bytes.
pub(crate) fn attempt_id(verification: Uuid, number: u32) -> Uuid {
    Uuid::from_u128(verification.as_u128() ^ (u128::from(number) << 32))
}

async fn save_challenge(conn: &mut Conn, id: DbId, challenge: &Challenge) -> Result<(), SqlError> {
    diesel::update(verifications::table.find(id))
        .set((
            verifications::status.eq(challenge.status.name()),
            verifications::attempts_used.eq(column(challenge.attempts_used)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Stores a settled check attempt on a challenge: its status, and the wrong codes under the name `failures`.
async fn save(
    conn: &mut Conn,
    row: &VerificationRow,
    (failures, before): (&str, Failures),
    settlement: &Settlement,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if settlement.failures != before {
        set_failures(conn, failures, settlement.failures, now).await?;
    }
    if !settlement.was_open {
        return Ok(());
    }
    save_challenge(conn, row.columns.id, &settlement.challenge).await?;
    diesel::update(verifications::table.find(row.columns.id))
        .set(verifications::exhausted_at.eq(settlement.used_up.then_some(DbTime(now))))
        .execute(conn)
        .await?;
    Ok(())
}

/// A check attempt with a code of ours.
pub(crate) struct OwnAttempt<'a> {
    /// The key of the effect that submits the code.
    pub(crate) effect_key: Option<&'a str>,
    /// The network address of an anonymous caller.
    pub(crate) anonymous: Option<&'a str>,
    /// The hash of the entered code.
    pub(crate) typed: Option<[u8; 32]>,
    pub(crate) policy: &'a OtpPolicy,
}

/// Decides on a check attempt with a code of ours, and stores the decision. The caller has loaded the row
/// under the number's lock. Every door comes through here, so that all count, lock and answer alike.
pub(crate) async fn judge_own(
    conn: &mut Conn,
    vault: &Vault,
    row: &VerificationRow,
    attempt: &OwnAttempt<'_>,
    now: DateTime<Utc>,
) -> Result<AttemptDecision, SqlError> {
    let failures = failure_name_of(conn, vault, row, attempt.anonymous).await?;
    let facts = facts_of(conn, row, &failures).await?;
    let right = match (row.mac(), attempt.typed) {
        (Some(kept), Some(typed)) => hashes_equal(&kept, &typed),
        _ => false,
    };
    let decision = facts.judge(right, attempt.policy, now);
    if let AttemptDecision::Judged(settlement) = &decision {
        save(conn, row, (&failures, facts.failures), settlement, now).await?;
        let result = &settlement.result;
        let id = attempt_id(row.columns.id.0, settlement.challenge.attempts_used);
        diesel::insert_into(verification_attempts::table)
            .values((
                verification_attempts::id.eq(DbId(id)),
                verification_attempts::verification_id.eq(row.columns.id),
                verification_attempts::effect_key.eq(attempt.effect_key),
                verification_attempts::typed.eq(attempt.typed.map(|typed| typed.to_vec())),
                verification_attempts::approved.eq(Some(i32::from(result.approved))),
                verification_attempts::attempts_remaining.eq(column(result.attempts_remaining)),
                verification_attempts::locked_until.eq(result.locked_until.map(DbTime)),
                verification_attempts::at.eq(DbTime(now)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(decision)
}

/// Counts the attempt, compares the hash and uses the code up, under the number's lock.
pub(crate) async fn judge_attempt(
    conn: &mut Conn,
    vault: &Vault,
    request: CheckAttempt,
    now: DateTime<Utc>,
) -> Result<AttemptVerdict, SqlError> {
    let CheckAttempt { attempt, salt, policy } = request;
    let gone = AttemptVerdict::Refused(AttemptRefusal::Gone);
    let Some(row) = load_locked(conn, vault, attempt.verification).await? else { return Ok(gone) };
    if let Some((_, known)) = known_attempt(conn, attempt.effect_key.as_deref()).await?
        && let Some(result) = known.result()?
    {
        return Ok(AttemptVerdict::Judged(result));
    }
    if let Some(result) = repeated_approval(conn, &row, &attempt).await? {
        keep_repeat(conn, &row, &attempt, result, now).await?;
        return Ok(AttemptVerdict::Judged(result));
    }
    let Some(code) = row.own_code() else { return Ok(gone) };
    if code.salt != salt && row.challenge()?.is_open(now) {
        return Ok(AttemptVerdict::Outdated);
    }
    let own = OwnAttempt {
        effect_key: attempt.effect_key.as_deref(),
        anonymous: attempt.anonymous.as_deref(),
        typed: attempt.typed,
        policy: &policy,
    };
    match judge_own(conn, vault, &row, &own, now).await? {
        AttemptDecision::Judged(settlement) => {
            note(conn, &row, settlement.result, now).await?;
            Ok(AttemptVerdict::Judged(settlement.result))
        }
        AttemptDecision::Refused(refusal) => Ok(AttemptVerdict::Refused(refusal)),
    }
}

/// Writes the audit row of an attempt.
pub(crate) async fn note(
    conn: &mut Conn,
    row: &VerificationRow,
    result: AttemptResult,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    record(conn, &[row.audit(result.name(), Some(&row.columns.status), result.to_string())?], now).await
}

/// The state of the verification breaker: it opens when the attempts of many destinations are used up.
pub(crate) async fn breaker(conn: &mut Conn, now: DateTime<Utc>) -> Result<Breaker, SqlError> {
    let since = now.checked_sub_signed(BREAKER_WINDOW).unwrap_or(now);
    let exhausted = verifications::table
        .filter(verifications::exhausted_at.gt(DbTime(since)))
        .select(diesel::dsl::count(verifications::recipient_hash).aggregate_distinct())
        .first::<i64>(conn)
        .await?;
    Ok(Breaker::of(u32::try_from(exhausted).unwrap_or(u32::MAX)))
}

/// Settles an attempt on a provider's code, once: settled again, the first result stays.
pub(crate) async fn settle_attempt(
    conn: &mut Conn,
    vault: &Vault,
    ticket: &AttemptTicket,
    right: bool,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<AttemptResult, SqlError> {
    let row = load_locked(conn, vault, ticket.verification.id).await?;
    let row = row.ok_or_else(|| corrupt("no such challenge"))?;
    let attempt: Option<KnownAttempt> = verification_attempts::table
        .find(DbId(ticket.attempt))
        .select(KnownAttempt::as_select())
        .first(conn)
        .await
        .optional()?;
    if let Some(attempt) = attempt {
        if let Some(result) = attempt.result()? {
            return Ok(result);
        }
        if let Some(result) = settled_as_repeat(conn, &row, &attempt).await? {
            set_result(conn, ticket.attempt, result).await?;
            return Ok(result);
        }
    }
    let failures = failure_name_of(conn, vault, &row, ticket.anonymous.as_deref()).await?;
    let running = concurrent_attempts(conn, row.columns.id, Some(ticket.attempt), now).await?;
    let right = right && !approved_for_another(conn, &row).await?;
    let facts = facts_of(conn, &row, &failures).await?;
    let settlement = facts.settle(right, running, policy, now);
    save(conn, &row, (&failures, facts.failures), &settlement, now).await?;
    let result = settlement.result;
    set_result(conn, ticket.attempt, result).await?;
    note(conn, &row, result, now).await?;
    Ok(result)
}

/// Stores the result of an attempt that was reserved.
async fn set_result(conn: &mut Conn, attempt: Uuid, result: AttemptResult) -> Result<(), SqlError> {
    diesel::update(verification_attempts::table.find(DbId(attempt)))
        .set((
            verification_attempts::approved.eq(Some(i32::from(result.approved))),
            verification_attempts::attempts_remaining.eq(column(result.attempts_remaining)),
            verification_attempts::locked_until.eq(result.locked_until.map(DbTime)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// True when the provider's approval belongs to another challenge of ours. One approval at the provider
/// counts for one challenge, also when an answer was lost and the provider is asked afterwards.
pub(crate) async fn approved_for_another(conn: &mut Conn, row: &VerificationRow) -> Result<bool, SqlError> {
    let Some(provider_ref) = &row.columns.provider_ref else { return Ok(false) };
    let others = verifications::table
        .filter(verifications::provider_ref.eq(provider_ref))
        .filter(verifications::id.ne(row.columns.id))
        .filter(verifications::status.eq(ChallengeStatus::Approved.name()));
    Ok(others.count().get_result::<i64>(conn).await? > 0)
}
