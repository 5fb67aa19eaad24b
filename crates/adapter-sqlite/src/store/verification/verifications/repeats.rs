//! The right code that came twice at once: the check attempt that was not first gets the same approval.

use super::*;

/// The approval that this attempt repeats. `None`: the challenge is not approved, the attempt came later, or its code
/// is another one.
pub(super) async fn repeated_approval(
    conn: &mut Conn,
    row: &VerificationRow,
    request: &AttemptRequest,
) -> Result<Option<AttemptResult>, SqlError> {
    let challenge = row.challenge()?;
    if challenge.status != ChallengeStatus::Approved {
        return Ok(None);
    }
    let Some(approving) = approving_attempt(conn, row.columns.id).await? else { return Ok(None) };
    let is_same = approving.has_typed(request.typed.as_ref());
    if !challenge.repeats_approval(request.seen_open, is_same) {
        return Ok(None);
    }
    approving.result()
}

/// The attempt that approved a challenge.
async fn approving_attempt(conn: &mut Conn, verification: DbId) -> Result<Option<KnownAttempt>, SqlError> {
    let approving = verification_attempts::table
        .filter(verification_attempts::verification_id.eq(verification))
        .filter(verification_attempts::approved.eq(Some(1)))
        .order(verification_attempts::at.asc())
        .select(KnownAttempt::as_select());
    Ok(approving.first(conn).await.optional()?)
}

/// Keeps the result of an attempt that repeats an approval, if it has a key: the same key then gets it again.
pub(super) async fn keep_repeat(
    conn: &mut Conn,
    row: &VerificationRow,
    request: &AttemptRequest,
    result: AttemptResult,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let Some(key) = &request.effect_key else { return Ok(()) };
    diesel::insert_into(verification_attempts::table)
        .values((
            verification_attempts::id.eq(DbId(id_of_repeat(key))),
            verification_attempts::verification_id.eq(row.columns.id),
            verification_attempts::effect_key.eq(Some(key)),
            verification_attempts::typed.eq(request.typed.map(|typed| typed.to_vec())),
            verification_attempts::approved.eq(Some(i32::from(result.approved))),
            verification_attempts::attempts_remaining.eq(column(result.attempts_remaining)),
            verification_attempts::at.eq(DbTime(now)),
        ))
        .on_conflict(verification_attempts::id)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// The id of an attempt that was not counted, made from its key.
fn id_of_repeat(key: &str) -> Uuid {
    let digest = Fingerprint::of(&[("attempt", Some(key))]).0;
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
    Uuid::from_bytes(bytes)
}

/// What a settled attempt on a provider's code becomes, if the challenge was approved meanwhile by the same code. An
/// attempt that was reserved came before the approval was answered.
pub(super) async fn settled_as_repeat(
    conn: &mut Conn,
    row: &VerificationRow,
    attempt: &KnownAttempt,
) -> Result<Option<AttemptResult>, SqlError> {
    if row.challenge()?.status != ChallengeStatus::Approved {
        return Ok(None);
    }
    let Some(approving) = approving_attempt(conn, row.columns.id).await? else { return Ok(None) };
    if attempt.is_alike(&approving) { approving.result() } else { Ok(None) }
}

/// Whether the same code was brought by another attempt that is in progress, or that approved the challenge. While an
/// attempt with another code is open it is not known whose code the provider took: then nobody has a twin.
pub(crate) async fn has_twin(
    conn: &mut Conn,
    ticket: &AttemptTicket,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let verification = DbId(ticket.verification.id.0);
    let attempts = verification_attempts::table
        .filter(verification_attempts::verification_id.eq(verification))
        .select((verification_attempts::id, KnownAttempt::as_select()))
        .load::<(DbId, KnownAttempt)>(conn)
        .await?;
    let Some((_, own)) = attempts.iter().find(|(id, _)| id.0 == ticket.attempt) else { return Ok(false) };
    let running = concurrent_attempts(conn, verification, Some(ticket.attempt), now).await? > 0;
    let others = || attempts.iter().filter(|(id, _)| id.0 != ticket.attempt);
    if others().any(|(_, other)| !own.is_alike(other) && matches!(other.result(), Ok(None))) {
        return Ok(false);
    }
    let mut twins = others().filter(|(_, other)| own.is_alike(other));
    Ok(twins.any(|(_, twin)| match twin.result() {
        Ok(Some(result)) => result.approved,
        Ok(None) => running,
        Err(_unreadable) => false,
    }))
}
