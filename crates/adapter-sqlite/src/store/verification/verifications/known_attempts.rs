//! Check attempts as they are stored.

use super::*;
use crate::backend::Db;

/// Longer than any call to a provider takes.
const IN_PROGRESS_MAX: Duration = Duration::minutes(1);

/// The check attempt that was made under that key before, and its id.
pub(crate) async fn known_attempt(
    conn: &mut Conn,
    key: Option<&str>,
) -> Result<Option<(Uuid, KnownAttempt)>, SqlError> {
    let Some(key) = key else { return Ok(None) };
    let known = verification_attempts::table
        .filter(verification_attempts::effect_key.eq(key))
        .select((verification_attempts::id, KnownAttempt::as_select()))
        .first::<(DbId, KnownAttempt)>(conn)
        .await
        .optional()?;
    Ok(known.map(|(id, known)| (id.0, known)))
}

/// The result of the newest check attempt on a challenge that is settled.
pub(crate) async fn last_attempt_of(
    conn: &mut Conn,
    verification: VerificationId,
) -> Result<Option<AttemptResult>, SqlError> {
    let last: Option<KnownAttempt> = verification_attempts::table
        .filter(verification_attempts::verification_id.eq(DbId(verification.0)))
        .filter(verification_attempts::approved.is_not_null())
        .order((verification_attempts::at.desc(), verification_attempts::attempts_remaining.asc()))
        .select(KnownAttempt::as_select())
        .first(conn)
        .await
        .optional()?;
    last.map_or(Ok(None), |known| known.result())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = verification_attempts, check_for_backend(Db))]
pub(crate) struct KnownAttempt {
    verification_id: DbId,
    typed: Option<Vec<u8>>,
    approved: Option<i32>,
    attempts_remaining: i32,
    locked_until: Option<DbTime>,
}

impl KnownAttempt {
    /// True when it was made on that challenge, with the code that hashes to `typed`.
    pub(crate) fn is_of(&self, verification: VerificationId, typed: Option<[u8; 32]>) -> bool {
        self.verification_id.0 == verification.0
            && self.typed.as_deref() == typed.as_ref().map(<[u8; 32]>::as_slice)
    }

    /// True when it was made with the code that hashes to `typed`. Codes without a hash are never the same.
    pub(crate) fn has_typed(&self, typed: Option<&[u8; 32]>) -> bool {
        let own: Option<&[u8; 32]> = self.typed.as_deref().and_then(|own| own.try_into().ok());
        own.zip(typed).is_some_and(|(own, typed)| hashes_equal(own, typed))
    }

    /// True when both were made with the same code.
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        other.has_typed(self.typed.as_deref().and_then(|own| own.try_into().ok()))
    }

    /// The result of the attempt. `None`: it is not settled yet.
    pub(crate) fn result(&self) -> Result<Option<AttemptResult>, SqlError> {
        let Some(approved) = self.approved else { return Ok(None) };
        Ok(Some(AttemptResult {
            approved: approved == 1,
            attempts_remaining: count(self.attempts_remaining)?,
            locked_until: self.locked_until.map(|at| at.0),
        }))
    }
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
