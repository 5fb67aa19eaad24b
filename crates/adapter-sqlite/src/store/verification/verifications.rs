//! Challenges. What is decided on a number waits for the number's lock, so that load, decide by the
//! domain's rule and save are one atomic step.

mod guesses;
mod row;
mod senders;
mod sends;
mod ways;

pub(crate) use self::{
    guesses::{failures_of, guess_id, settle},
    row::{VerificationRow, load},
    senders::Sender,
    sends::{NewSend, add_send, insert},
};

use self::{
    guesses::{breaker, guesses_at, judge_guess, take_guess},
    row::{load_locked, read_recipient, whole, with_sends},
    senders::{failure_name, failure_name_of, kind_of, send_counts, wait_of_pages},
    sends::{begin, begin_resend, open_challenges, record_send},
    ways::{drop_ways, enqueue},
};
use crate::backend::{Conn, DbId, DbTime, lock_names};
use crate::store::Fault;
use crate::store::{
    Store,
    messaging::outbox::lane_name,
    operations::audit::record,
    rows::{CodeWayRow, NewOutboxRow, column, corrupt, count},
    schema::{
        code_failures, code_ways, number_lookups, outbox, verification_guesses, verification_sends,
        verifications,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::proof_is_fresh,
    ids::{MessageId, VerificationId},
    message::{Channel, DeliveryStatus},
    phone::PhoneNumber,
    verification::otp::{
        BREAKER_RETRY, BREAKER_WINDOW, Breaker, ChallengeStatus, Count, FALLBACK_AFTER, Failures,
        NO_TRANSACTION, NextWay, OtpPolicy, Purpose, Recipient, SendCounts, SendLimit, hashes_equal,
        next_way,
    },
};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    messaging::Lane,
    store_error::StoreResult,
    verification::{
        Begin, BeginResend, BeginVerification, Checked, GuessTicket, GuessVerdict, JudgeGuess, NewChallenge,
        OwnCode, Requester, ReserveGuess, SendResult, TakeGuess, Verification, Verifications,
        number_lookup::{LineType, NumberFacts},
    },
};
use std::sync::Arc;
use uuid::Uuid;

#[async_trait]
impl Verifications for Store {
    async fn begin(&self, request: &BeginVerification, now: DateTime<Utc>) -> StoreResult<Begin> {
        let (request, sealer) = (request.clone(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| async move { begin(conn, sealer.as_ref(), &request, now).await }.boxed())
            .await
    }

    async fn begin_resend(&self, request: &BeginResend, now: DateTime<Utc>) -> StoreResult<Begin> {
        let (request, sealer) = (request.clone(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| {
                async move { begin_resend(conn, sealer.as_ref(), &request, now).await }.boxed()
            })
            .await
    }

    async fn take_next_ways(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> StoreResult<usize> {
        let policy = *policy;
        let due = self.database.read(move |conn| async move { ways::due(conn, now).await }.boxed()).await?;
        let mut taken = 0_usize;
        for verification in due {
            let went = self
                .database
                .write(move |conn| async move { ways::step(conn, verification, &policy, now).await }.boxed())
                .await?;
            taken = taken.saturating_add(usize::from(went));
        }
        Ok(taken)
    }

    async fn wipe_codes(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        self.database.write(move |conn| async move { ways::wipe(conn, now).await }.boxed()).await
    }

    async fn record_send(
        &self,
        id: VerificationId,
        result: &SendResult,
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let result = result.clone();
        self.database.write(move |conn| async move { record_send(conn, id, result, now).await }.boxed()).await
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

    async fn payment_code_wait(
        &self,
        phone: &PhoneNumber,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>> {
        let (to, policy) = (Recipient::from(phone.clone()), *policy);
        self.database
            .read(move |conn| {
                async move {
                    if let Some(until) = failures_of(conn, to.canonical()).await?.lock_at(now) {
                        return Ok(Some(until));
                    }
                    let counts = send_counts(conn, &to, Sender::default(), true, now).await?;
                    Ok(counts.check(&policy, now).err().map(|full| later(now, full.retry_after)))
                }
                .boxed()
            })
            .await
    }

    async fn take_guess(&self, request: &TakeGuess, now: DateTime<Utc>) -> StoreResult<ReserveGuess> {
        let request = request.clone();
        self.database.write(move |conn| async move { take_guess(conn, request, now).await }.boxed()).await
    }

    async fn judge_guess(&self, request: &JudgeGuess, now: DateTime<Utc>) -> StoreResult<GuessVerdict> {
        let request = request.clone();
        self.database.write(move |conn| async move { judge_guess(conn, request, now).await }.boxed()).await
    }

    async fn settle_guess(
        &self,
        ticket: &GuessTicket,
        right: bool,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Checked> {
        let (ticket, policy) = (ticket.clone(), *policy);
        self.database
            .write(move |conn| {
                async move { guesses::settle_guess(conn, &ticket, right, &policy, now).await }.boxed()
            })
            .await
    }

    async fn lock_of(
        &self,
        requester: &Requester,
        to: &Recipient,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>> {
        let (requester, to) = (requester.clone(), to.canonical().to_owned());
        self.database
            .read(move |conn| {
                async move {
                    let kind = kind_of(conn, &requester, &to).await?;
                    let name = failure_name(&to, &requester, kind);
                    Ok(failures_of(conn, &name).await?.lock_at(now))
                }
                .boxed()
            })
            .await
    }

    async fn has_rivals(
        &self,
        verification: VerificationId,
        guess: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let id = DbId(verification.0);
        self.database
            .read(move |conn| async move { Ok(guesses::rivals(conn, id, guess, now).await? > 0) }.boxed())
            .await
    }

    async fn return_guess(&self, ticket: &GuessTicket) -> StoreResult<()> {
        let (guess, id) = (DbId(ticket.guess), DbId(ticket.verification.id.0));
        self.database
            .write(move |conn| {
                async move {
                    load_locked(conn, VerificationId(id.0)).await?;
                    let open = verification_guesses::table
                        .find(guess)
                        .filter(verification_guesses::approved.is_null());
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
        self.database
            .read(move |conn| {
                async move {
                    match load(conn, id).await? {
                        Some(row) => with_sends(conn, row).await.map(Some),
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn find_open(
        &self,
        requester: &Requester,
        to: &Recipient,
        purpose: Option<Purpose>,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>> {
        let (requester, phone) = (requester.key(), to.canonical().to_owned());
        self.database
            .read(move |conn| {
                async move {
                    let any =
                        open_challenges(&requester, &phone, now).filter(verifications::page_id.is_null());
                    let mut wanted = any.into_boxed();
                    if let Some(purpose) = purpose {
                        wanted = wanted.filter(verifications::purpose.eq(purpose.name()));
                    }
                    let newest = wanted.select(verifications::id).first::<DbId>(conn).await.optional()?;
                    match newest {
                        Some(id) => whole(conn, VerificationId(id.0)).await.map(Some),
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
        let (origin, phone) = (origin.to_owned(), to.canonical().to_owned());
        self.database
            .read(move |conn| {
                async move {
                    let newest = verifications::table
                        .filter(verifications::origin.eq(origin))
                        .filter(verifications::page_id.is_null())
                        .filter(verifications::phone.eq(phone))
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
                        Some(id) => whole(conn, VerificationId(id.0)).await.map(Some),
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
        facts: &NumberFacts,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let (phone, facts) = (phone.e164().to_owned(), facts.clone());
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
                            number_lookups::phone.eq(phone),
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

fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The name of a number's lock: all that counts codes and guesses at it waits its turn.
pub(crate) fn phone_lock(phone: &str) -> String {
    format!("phone:{phone}")
}

/// Has an approved challenge to that number prove something, once. False: it does not, or not any more.
pub(crate) async fn use_proof(
    conn: &mut Conn,
    id: VerificationId,
    phone: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let Some(row) = load(conn, id).await? else { return Ok(false) };
    let proves = row.phone == phone
        && row.purpose == purpose.name()
        && row.used_at.is_none()
        && proof_is_fresh(&row.challenge()?, now);
    if !proves {
        return Ok(false);
    }
    let unused = verifications::table.find(row.id).filter(verifications::used_at.is_null());
    let used = diesel::update(unused).set(verifications::used_at.eq(Some(DbTime(now)))).execute(conn).await?;
    Ok(used == 1)
}
