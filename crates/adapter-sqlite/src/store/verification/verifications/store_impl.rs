//! The port `Verifications`: each method opens its transaction and calls the function that decides.

use super::*;
use crate::store::handle::Store;
use domain::principal::Principal;

#[async_trait]
impl Verifications for Store {
    async fn begin(&self, request: &BeginVerification, now: DateTime<Utc>) -> StoreResult<StartOutcome> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database.write(move |conn| async move { begin(conn, &vault, &request, now).await }.boxed()).await
    }

    async fn begin_resend(&self, request: &BeginResend, now: DateTime<Utc>) -> StoreResult<StartOutcome> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { begin_resend(conn, &vault, &request, now).await }.boxed())
            .await
    }

    async fn take_next_fallbacks(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> StoreResult<usize> {
        let (policy, vault) = (*policy, self.vault.clone());
        let due =
            self.database.read(move |conn| async move { fallbacks::due(conn, now).await }.boxed()).await?;
        let mut taken = 0_usize;
        for verification in due {
            let vault = vault.clone();
            let went = self
                .database
                .write(move |conn| {
                    async move { fallbacks::step(conn, &vault, verification, &policy, now).await }.boxed()
                })
                .await?;
            taken = taken.saturating_add(usize::from(went));
        }
        Ok(taken)
    }

    async fn wipe_codes(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        self.database.write(move |conn| async move { fallbacks::wipe(conn, now).await }.boxed()).await
    }

    async fn record_send(
        &self,
        id: VerificationId,
        result: &SendResult,
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let (result, vault) = (result.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { record_send(conn, &vault, id, result, now).await }.boxed())
            .await
    }

    async fn close(&self, id: VerificationId) -> StoreResult<()> {
        self.database
            .write(move |conn| {
                async move {
                    let open = verifications::table
                        .find(DbId(id.0))
                        .filter(verifications::status.eq(ChallengeStatus::Pending.name()));
                    diesel::update(open)
                        .set(verifications::status.eq(ChallengeStatus::Canceled.name()))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn take_attempt(
        &self,
        request: &AttemptRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<ReserveAttempt> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { take_attempt(conn, &vault, request, now).await }.boxed())
            .await
    }

    async fn judge_attempt(&self, request: &CheckAttempt, now: DateTime<Utc>) -> StoreResult<AttemptVerdict> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { judge_attempt(conn, &vault, request, now).await }.boxed())
            .await
    }

    async fn has_twin(&self, ticket: &AttemptTicket, now: DateTime<Utc>) -> StoreResult<bool> {
        let ticket = ticket.clone();
        self.database.read(move |conn| async move { has_twin(conn, &ticket, now).await }.boxed()).await
    }

    async fn settle_attempt(
        &self,
        ticket: &AttemptTicket,
        right: bool,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<AttemptResult> {
        let (ticket, policy, vault) = (ticket.clone(), *policy, self.vault.clone());
        self.database
            .write(move |conn| {
                async move { attempts::settle_attempt(conn, &vault, &ticket, right, &policy, now).await }
                    .boxed()
            })
            .await
    }

    async fn lock_of(
        &self,
        requester: &Principal,
        to: &Recipient,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>> {
        let (requester, to, vault) = (requester.clone(), to.clone(), self.vault.clone());
        self.database
            .read(move |conn| {
                async move {
                    let kind = kind_of(conn, &vault, &requester, &to).await?;
                    let name = failure_name(&vault, &to, &requester, kind);
                    Ok(failures_of(conn, &name).await?.lock_at(now))
                }
                .boxed()
            })
            .await
    }

    async fn has_concurrent_attempts(
        &self,
        verification: VerificationId,
        attempt: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let id = DbId(verification.0);
        self.database
            .read(move |conn| {
                async move { Ok(concurrent_attempts(conn, id, attempt, now).await? > 0) }.boxed()
            })
            .await
    }

    async fn return_attempt(&self, ticket: &AttemptTicket) -> StoreResult<()> {
        let (attempt, id) = (DbId(ticket.attempt), DbId(ticket.verification.id.0));
        let vault = self.vault.clone();
        self.database
            .write(move |conn| {
                async move {
                    load_locked(conn, &vault, VerificationId(id.0)).await?;
                    let open = verification_attempts::table
                        .find(attempt)
                        .filter(verification_attempts::approved.is_null());
                    if diesel::delete(open).execute(conn).await? == 1 {
                        diesel::update(
                            verifications::table.find(id).filter(verifications::attempts_used.gt(0)),
                        )
                        .set(verifications::attempts_used.eq(verifications::attempts_used - 1))
                        .execute(conn)
                        .await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn find(&self, id: VerificationId) -> StoreResult<Option<Verification>> {
        let vault = self.vault.clone();
        self.database.read(move |conn| async move { open(conn, &vault, id).await }.boxed()).await
    }

    async fn find_open(
        &self,
        requester: &Principal,
        to: &Recipient,
        purpose: Option<Purpose>,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>> {
        let vault = self.vault.clone();
        let (requester, recipient) = (requester_key(&vault, requester), recipient_hash(&vault, to));
        self.database
            .read(move |conn| {
                async move {
                    let any =
                        open_challenges(&requester, &recipient, now).filter(verifications::page_id.is_null());
                    let mut wanted = any.into_boxed();
                    if let Some(purpose) = purpose {
                        wanted = wanted.filter(verifications::purpose.eq(purpose.name()));
                    }
                    let newest = wanted.select(verifications::id).first::<DbId>(conn).await.optional()?;
                    match newest {
                        Some(id) => open(conn, &vault, VerificationId(id.0)).await,
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn find_open_from(
        &self,
        origin: &str,
        to: &Recipient,
        purpose: Purpose,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>> {
        let vault = self.vault.clone();
        let (origin, recipient) = (network_hash(&vault, origin), recipient_hash(&vault, to));
        self.database
            .read(move |conn| {
                async move {
                    let newest = verifications::table
                        .filter(verifications::origin_hash.eq(origin))
                        .filter(verifications::page_id.is_null())
                        .filter(verifications::recipient_hash.eq(recipient))
                        .filter(verifications::purpose.eq(purpose.name()))
                        .filter(verifications::status.eq(ChallengeStatus::Pending.name()))
                        .filter(verifications::expires_at.gt(DbTime(now)))
                        .filter(verifications::transaction_digest.is_null().or(
                            verifications::transaction_digest.assume_not_null().eq(NO_TRANSACTION.to_vec()),
                        ))
                        .order(verifications::created_at.desc())
                        .select(verifications::id)
                        .first::<DbId>(conn)
                        .await
                        .optional()?;
                    match newest {
                        Some(id) => open(conn, &vault, VerificationId(id.0)).await,
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn log_lookup(
        &self,
        phone: &PhoneNumber,
        facts: &NumberInfo,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let (phone, facts) = (self.vault.address(phone.e164()), facts.clone());
        self.database
            .write(move |conn| {
                async move {
                    let line_type = match facts.line_type {
                        LineType::Ordinary => "ordinary",
                        LineType::Refused => "refused",
                        LineType::Unknown => "unknown",
                    };
                    diesel::insert_into(number_lookups::table)
                        .values((
                            number_lookups::phone_hash.eq(phone),
                            number_lookups::valid.eq(i32::from(facts.valid)),
                            number_lookups::line_type.eq(line_type),
                            number_lookups::country.eq(facts.country),
                            number_lookups::carrier.eq(facts.carrier),
                            number_lookups::at.eq(DbTime(now)),
                        ))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

/// A challenge with its sends. `None`: there is none, or its key is destroyed.
async fn open(conn: &mut Conn, vault: &Vault, id: VerificationId) -> Result<Option<Verification>, SqlError> {
    match load(conn, vault, id).await? {
        Some(row) => with_sends(conn, row).await.map(Some),
        None => Ok(None),
    }
}
