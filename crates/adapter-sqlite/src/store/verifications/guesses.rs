//! Guesses: counted before they are looked at, settled after.

use super::*;

pub(in crate::store) async fn failures_of(conn: &mut Conn, name: &str) -> Result<Failures, Fault> {
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

pub(super) async fn set_failures(conn: &mut Conn, name: &str, failures: Failures) -> Result<(), Fault> {
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

/// Guesses taken at a provider's challenge, over all challenges of ours that share it.
pub(super) async fn guesses_at(conn: &mut Conn, sid: &str) -> Result<i64, Fault> {
    let used = verifications::table
        .filter(verifications::provider_sid.eq(sid))
        .select(diesel::dsl::sum(verifications::attempts_used));
    Ok(used.first::<Option<i64>>(conn).await?.unwrap_or(0))
}

pub(super) async fn take_guess(
    conn: &mut Conn,
    request: TakeGuess,
    now: DateTime<Utc>,
) -> Result<ReserveGuess, Fault> {
    let Some(row) = load_locked(conn, request.verification).await? else { return Ok(ReserveGuess::Gone) };
    if let Some(key) = &request.effect_key {
        let known = verification_guesses::table
            .filter(verification_guesses::effect_key.eq(key))
            .select((
                verification_guesses::id,
                verification_guesses::approved,
                verification_guesses::attempts_remaining,
                verification_guesses::locked_until,
            ))
            .first::<(DbId, Option<i32>, i32, Option<DbTime>)>(conn)
            .await
            .optional()?;
        if let Some((guess, approved, remaining, locked_until)) = known {
            return match approved {
                Some(approved) => Ok(ReserveGuess::Judged(Checked {
                    approved: approved == 1,
                    attempts_remaining: count(remaining)?,
                    locked_until: locked_until.map(|at| at.0),
                })),
                None => {
                    let verification = whole(conn, request.verification).await?;
                    Ok(ReserveGuess::Go(Box::new(GuessTicket {
                        guess: guess.0,
                        verification,
                        resumed: true,
                        anonymous: request.anonymous,
                    })))
                }
            };
        }
    }
    let failures = failure_name(&row.phone, request.anonymous.as_deref());
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(ReserveGuess::Locked(until));
    }
    if let Some(sid) = &row.provider_sid
        && guesses_at(conn, sid).await? >= i64::from(row.attempts_max)
    {
        return Ok(ReserveGuess::Gone);
    }
    let mut challenge = row.challenge()?;
    let Ok(remaining) = challenge.take_guess(now) else { return Ok(ReserveGuess::Gone) };
    diesel::update(verifications::table.find(row.id))
        .set(verifications::attempts_used.eq(column(challenge.attempts_used)))
        .execute(conn)
        .await?;
    let guess = guess_id(row.id.0, challenge.attempts_used);
    diesel::insert_into(verification_guesses::table)
        .values((
            verification_guesses::id.eq(DbId(guess)),
            verification_guesses::verification_id.eq(row.id),
            verification_guesses::effect_key.eq(request.effect_key),
            verification_guesses::attempts_remaining.eq(column(remaining)),
            verification_guesses::at.eq(DbTime(now)),
        ))
        .on_conflict(verification_guesses::id)
        .do_nothing()
        .execute(conn)
        .await?;
    let verification = whole(conn, request.verification).await?;
    let anonymous = request.anonymous;
    Ok(ReserveGuess::Go(Box::new(GuessTicket { guess, verification, resumed: false, anonymous })))
}

/// The id of a challenge's n-th guess: the challenge's own with the number mixed into its last bytes.
pub(in crate::store) fn guess_id(verification: Uuid, number: u32) -> Uuid {
    Uuid::from_u128(verification.as_u128() ^ (u128::from(number) << 32))
}

/// Settles one guess on a loaded challenge: status, failures (counted under that name), lock.
pub(in crate::store) async fn settle(
    conn: &mut Conn,
    row: &VerificationRow,
    failures: &str,
    right: bool,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<Checked, Fault> {
    let mut challenge = row.challenge()?;
    challenge.settle_guess(right);
    let before = failures_of(conn, failures).await?;
    let after = if right { Failures::default() } else { before.after_wrong_guess(policy, now) };
    if after != before {
        set_failures(conn, failures, after).await?;
    }
    let locked_until = after.lock_at(now);
    if locked_until.is_some() && !right {
        challenge.status = ChallengeStatus::Canceled;
    }
    diesel::update(verifications::table.find(row.id))
        .set(verifications::status.eq(challenge.status.name()))
        .execute(conn)
        .await?;
    Ok(Checked { approved: right, attempts_remaining: challenge.attempts_remaining(), locked_until })
}
