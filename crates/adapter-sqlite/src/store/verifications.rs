//! Challenges. A write transaction holds the row's lock (SQLite's single writer), so load, decide by
//! the domain's rule and save are one atomic step.

use super::{
    Store,
    rows::{column, corrupt, count, phone as read_phone},
    schema::{code_failures, number_lookups, verification_guesses, verification_sends, verifications},
};
use crate::backend::{Conn, Db, DbId, DbTime, Fault};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::VerificationId,
    message::Channel,
    otp::{Challenge, ChallengeStatus, Count, Failures, OtpPolicy, Purpose, SendCounts},
    phone::PhoneNumber,
};
use futures_util::FutureExt;
use ports::{
    crypto::CodeMac,
    number_lookup::{LineType, NumberFacts},
    stores::{
        Begin, BeginVerification, Checked, GuessTicket, NewChallenge, OwnCode, Requester, ReserveGuess,
        SendAttempt, SendResult, StoreResult, TakeGuess, Verification, Verifications,
    },
};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = verifications, check_for_backend(Db))]
pub(super) struct VerificationRow {
    pub(super) id: DbId,
    requester: String,
    phone: String,
    channel: String,
    purpose: String,
    provider_sid: Option<String>,
    status: String,
    attempts_used: i32,
    attempts_max: i32,
    expires_at: DbTime,
    last_sent_at: DbTime,
    client_ip: Option<String>,
    salt: Option<Vec<u8>>,
    mac: Option<Vec<u8>>,
    mac_key_id: Option<String>,
    transaction_digest: Option<Vec<u8>>,
}

impl VerificationRow {
    pub(super) fn challenge(&self) -> Result<Challenge, Fault> {
        Ok(Challenge {
            status: ChallengeStatus::parse(&self.status).ok_or_else(|| corrupt(&self.status))?,
            attempts_used: count(self.attempts_used)?,
            attempts_max: count(self.attempts_max)?,
            expires_at: self.expires_at.0,
            last_sent_at: self.last_sent_at.0,
        })
    }

    pub(super) fn phone(&self) -> &str {
        &self.phone
    }

    pub(super) fn mac(&self) -> Option<[u8; 32]> {
        self.mac.as_deref().and_then(|mac| mac.try_into().ok())
    }

    fn own_code(&self) -> Option<OwnCode> {
        Some(OwnCode {
            salt: self.salt.as_deref()?.try_into().ok()?,
            mac: CodeMac { key_id: self.mac_key_id.clone()?, mac: self.mac()? },
            transaction_digest: self.transaction_digest.as_deref()?.try_into().ok()?,
        })
    }

    fn into_verification(self, sends: Vec<SendAttempt>) -> Result<Verification, Fault> {
        Ok(Verification {
            id: VerificationId(self.id.0),
            challenge: self.challenge()?,
            own_code: self.own_code(),
            requester: self.requester,
            phone: read_phone(self.phone)?,
            channel: Channel::parse(&self.channel).ok_or_else(|| corrupt(&self.channel))?,
            purpose: Purpose::parse(&self.purpose).ok_or_else(|| corrupt(&self.purpose))?,
            provider_sid: self.provider_sid,
            sends,
        })
    }
}

#[async_trait]
impl Verifications for Store {
    async fn begin(&self, request: &BeginVerification, now: DateTime<Utc>) -> StoreResult<Begin> {
        let request = request.clone();
        self.database.write(move |conn| async move { begin(conn, &request, now).await }.boxed()).await
    }

    async fn begin_resend(
        &self,
        id: VerificationId,
        channel: Channel,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Begin> {
        let policy = *policy;
        self.database
            .write(move |conn| {
                async move {
                    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
                    let phone = read_phone(row.phone.clone())?;
                    if let Some(until) = failures_of(conn, &row.phone).await?.lock_at(now) {
                        return Ok(Begin::Locked(until));
                    }
                    let wait = row.challenge()?.resend_wait(&policy, now);
                    if wait > Duration::zero() {
                        return Ok(Begin::TooMany(later(now, wait)));
                    }
                    let purpose = Purpose::parse(&row.purpose).ok_or_else(|| corrupt(&row.purpose))?;
                    if let Err(full) = send_counts(conn, &phone, purpose, row.client_ip.as_deref(), now)
                        .await?
                        .check(&policy, now)
                    {
                        return Ok(Begin::TooMany(later(now, full.retry_after)));
                    }
                    diesel::update(verifications::table.find(row.id))
                        .set((
                            verifications::last_sent_at.eq(DbTime(now)),
                            verifications::channel.eq(channel.name()),
                        ))
                        .execute(conn)
                        .await?;
                    add_send(conn, row.id, &phone, purpose, row.client_ip.as_deref(), channel, now).await?;
                    Ok(Begin::Go(Box::new(whole(conn, id).await?)))
                }
                .boxed()
            })
            .await
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

    async fn send_wait(
        &self,
        phone: &PhoneNumber,
        purpose: Purpose,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>> {
        let (phone, policy) = (phone.clone(), *policy);
        self.database
            .read(move |conn| {
                async move {
                    if let Some(until) = failures_of(conn, phone.e164()).await?.lock_at(now) {
                        return Ok(Some(until));
                    }
                    let counts = send_counts(conn, &phone, purpose, None, now).await?;
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

    async fn settle_guess(
        &self,
        ticket: &GuessTicket,
        right: bool,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Checked> {
        let (guess, id, policy) = (ticket.guess, ticket.verification.id, *policy);
        self.database
            .write(move |conn| {
                async move {
                    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
                    let checked = settle(conn, &row, right, &policy, now).await?;
                    diesel::update(verification_guesses::table.find(DbId(guess)))
                        .set((
                            verification_guesses::approved.eq(Some(i32::from(right))),
                            verification_guesses::attempts_remaining.eq(column(checked.attempts_remaining)),
                            verification_guesses::locked_until.eq(checked.locked_until.map(DbTime)),
                        ))
                        .execute(conn)
                        .await?;
                    Ok(checked)
                }
                .boxed()
            })
            .await
    }

    async fn return_guess(&self, ticket: &GuessTicket) -> StoreResult<()> {
        let (guess, id) = (DbId(ticket.guess), DbId(ticket.verification.id.0));
        self.database
            .write(move |conn| {
                async move {
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
                        Some(_) => whole(conn, id).await.map(Some),
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
        phone: &PhoneNumber,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>> {
        let (requester, phone) = (requester.key(), phone.e164().to_owned());
        self.database
            .read(move |conn| {
                async move {
                    let newest = verifications::table
                        .filter(verifications::requester.eq(requester))
                        .filter(verifications::phone.eq(phone))
                        .filter(verifications::status.eq(ChallengeStatus::Pending.name()))
                        .filter(verifications::expires_at.gt(DbTime(now)))
                        .filter(verifications::salt.is_null())
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

pub(super) async fn load(conn: &mut Conn, id: VerificationId) -> Result<Option<VerificationRow>, Fault> {
    Ok(verifications::table
        .find(DbId(id.0))
        .select(VerificationRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

async fn whole(conn: &mut Conn, id: VerificationId) -> Result<Verification, Fault> {
    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let sends = verification_sends::table
        .filter(verification_sends::verification_id.eq(row.id))
        .order(verification_sends::seq.asc())
        .select((verification_sends::channel, verification_sends::at, verification_sends::status))
        .load::<(String, DbTime, String)>(conn)
        .await?;
    let sends = sends
        .into_iter()
        .map(|(channel, at, status)| {
            let channel = Channel::parse(&channel).ok_or_else(|| corrupt(&channel))?;
            Ok(SendAttempt { channel, at: at.0, status })
        })
        .collect::<Result<_, Fault>>()?;
    row.into_verification(sends)
}

pub(super) async fn failures_of(conn: &mut Conn, phone: &str) -> Result<Failures, Fault> {
    let row = code_failures::table
        .find(phone)
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

async fn set_failures(conn: &mut Conn, phone: &str, failures: Failures) -> Result<(), Fault> {
    let values = (
        code_failures::failures.eq(column(failures.count)),
        code_failures::locked_until.eq(failures.locked_until.map(DbTime)),
    );
    diesel::insert_into(code_failures::table)
        .values((code_failures::phone.eq(phone), values))
        .on_conflict(code_failures::phone)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}

async fn begin(conn: &mut Conn, request: &BeginVerification, now: DateTime<Utc>) -> Result<Begin, Fault> {
    let BeginVerification { challenge: new, effect_key, policy } = request;
    if let Some(key) = effect_key {
        let known = verifications::table.filter(verifications::effect_key.eq(key)).select(verifications::id);
        if let Some(id) = known.first::<DbId>(conn).await.optional()? {
            return Ok(Begin::Repeated(Box::new(whole(conn, VerificationId(id.0)).await?)));
        }
    }
    if let Some(open) = open_one(conn, new, now).await? {
        return Ok(Begin::Open(Box::new(open)));
    }
    if let Some(until) = failures_of(conn, new.phone.e164()).await?.lock_at(now) {
        return Ok(Begin::Locked(until));
    }
    let counts = send_counts(conn, &new.phone, new.purpose, new.client_ip.as_deref(), now).await?;
    if let Err(full) = counts.check(policy, now) {
        return Ok(Begin::TooMany(later(now, full.retry_after)));
    }
    insert(conn, new, effect_key.as_deref(), None, later(now, policy.ttl), policy.attempts_max, now).await?;
    add_send(conn, DbId(new.id.0), &new.phone, new.purpose, new.client_ip.as_deref(), new.channel, now)
        .await?;
    Ok(Begin::Go(Box::new(whole(conn, new.id).await?)))
}

/// An open challenge of the same requester, number and purpose with guesses left: looked for under the
/// same lock, so that of many requests at once one begins.
async fn open_one(
    conn: &mut Conn,
    new: &NewChallenge,
    now: DateTime<Utc>,
) -> Result<Option<Verification>, Fault> {
    let newest = verifications::table
        .filter(verifications::requester.eq(new.requester.key()))
        .filter(verifications::phone.eq(new.phone.e164()))
        .filter(verifications::purpose.eq(new.purpose.name()))
        .filter(verifications::status.eq(ChallengeStatus::Pending.name()))
        .filter(verifications::expires_at.gt(DbTime(now)))
        .filter(verifications::attempts_used.lt(verifications::attempts_max))
        .filter(verifications::salt.is_null())
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

/// Guesses taken at a provider's challenge, over all challenges of ours that share it.
async fn guesses_at(conn: &mut Conn, sid: &str) -> Result<i64, Fault> {
    let used = verifications::table
        .filter(verifications::provider_sid.eq(sid))
        .select(diesel::dsl::sum(verifications::attempts_used));
    Ok(used.first::<Option<i64>>(conn).await?.unwrap_or(0))
}

pub(super) async fn insert(
    conn: &mut Conn,
    new: &NewChallenge,
    effect_key: Option<&str>,
    own: Option<&OwnCode>,
    expires_at: DateTime<Utc>,
    attempts_max: u32,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(verifications::table)
        .values((
            verifications::id.eq(DbId(new.id.0)),
            verifications::requester.eq(new.requester.key()),
            verifications::phone.eq(new.phone.e164()),
            verifications::channel.eq(new.channel.name()),
            verifications::purpose.eq(new.purpose.name()),
            verifications::status.eq(ChallengeStatus::Pending.name()),
            verifications::attempts_used.eq(0),
            verifications::attempts_max.eq(column(attempts_max)),
            verifications::expires_at.eq(DbTime(expires_at)),
            verifications::last_sent_at.eq(DbTime(now)),
            verifications::created_at.eq(DbTime(now)),
            verifications::effect_key.eq(effect_key),
            verifications::client_ip.eq(new.client_ip.as_deref()),
            verifications::salt.eq(own.map(|own| own.salt.to_vec())),
            verifications::mac.eq(own.map(|own| own.mac.mac.to_vec())),
            verifications::mac_key_id.eq(own.map(|own| own.mac.key_id.clone())),
            verifications::transaction_digest.eq(own.map(|own| own.transaction_digest.to_vec())),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn add_send(
    conn: &mut Conn,
    id: DbId,
    phone: &PhoneNumber,
    purpose: Purpose,
    client_ip: Option<&str>,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(verification_sends::table)
        .values((
            verification_sends::verification_id.eq(id),
            verification_sends::phone.eq(phone.e164()),
            verification_sends::prefix.eq(phone.prefix()),
            verification_sends::is_payment.eq(i32::from(purpose == Purpose::Transfer)),
            verification_sends::client_ip.eq(client_ip),
            verification_sends::country.eq(phone.country()),
            verification_sends::channel.eq(channel.name()),
            verification_sends::status.eq("sending"),
            verification_sends::at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts what went out lately. Sends that failed cost nobody his quota.
async fn send_counts(
    conn: &mut Conn,
    phone: &PhoneNumber,
    purpose: Purpose,
    client_ip: Option<&str>,
    now: DateTime<Utc>,
) -> Result<SendCounts, Fault> {
    let is_payment = i32::from(purpose == Purpose::Transfer);
    let since = |window: Duration| DbTime(now.checked_sub_signed(window).unwrap_or(now));
    let counted = || {
        verification_sends::table
            .filter(verification_sends::is_payment.eq(is_payment))
            .filter(verification_sends::status.eq_any(["sending", "sent"]))
            .select((diesel::dsl::count_star(), diesel::dsl::min(verification_sends::at)))
    };
    let destination = counted()
        .filter(verification_sends::phone.eq(phone.e164()))
        .filter(verification_sends::at.gt(since(Duration::hours(24))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let prefix = counted()
        .filter(verification_sends::prefix.eq(phone.prefix()))
        .filter(verification_sends::at.gt(since(Duration::hours(1))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let ip = match client_ip {
        Some(ip) => {
            counted()
                .filter(verification_sends::client_ip.eq(ip))
                .filter(verification_sends::at.gt(since(Duration::hours(1))))
                .first::<(i64, Option<DbTime>)>(conn)
                .await?
        }
        None => (0, None),
    };
    let count = |(n, oldest): (i64, Option<DbTime>)| Count {
        n: u32::try_from(n).unwrap_or(u32::MAX),
        oldest: oldest.map(|at| at.0),
    };
    Ok(SendCounts { destination: count(destination), ip: count(ip), prefix: count(prefix) })
}

async fn record_send(
    conn: &mut Conn,
    id: VerificationId,
    result: SendResult,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let mut is_spent = false;
    let (status, channel) = match result {
        SendResult::Sent { sid, channel } => {
            diesel::update(verifications::table.find(row.id))
                .set((verifications::provider_sid.eq(Some(&sid)), verifications::channel.eq(channel.name())))
                .execute(conn)
                .await?;
            is_spent = guesses_at(conn, &sid).await? >= i64::from(row.attempts_max);
            ("sent".to_owned(), channel.name().to_owned())
        }
        SendResult::Failed(reason) => {
            // Without a first send there is nothing to guess at.
            if row.provider_sid.is_none() {
                diesel::update(verifications::table.find(row.id))
                    .set((
                        verifications::status.eq(ChallengeStatus::Canceled.name()),
                        verifications::expires_at.eq(DbTime(now)),
                    ))
                    .execute(conn)
                    .await?;
            }
            (format!("failed: {reason}"), row.channel)
        }
    };
    let newest = verification_sends::table
        .filter(verification_sends::verification_id.eq(row.id))
        .order(verification_sends::seq.desc())
        .select(verification_sends::seq)
        .first::<i64>(conn)
        .await
        .optional()?;
    if let Some(seq) = newest {
        diesel::update(verification_sends::table.find(seq))
            .set((verification_sends::status.eq(status), verification_sends::channel.eq(channel)))
            .execute(conn)
            .await?;
    }
    Ok(is_spent)
}

async fn take_guess(conn: &mut Conn, request: TakeGuess, now: DateTime<Utc>) -> Result<ReserveGuess, Fault> {
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
                    })))
                }
            };
        }
    }
    let Some(row) = load(conn, request.verification).await? else { return Ok(ReserveGuess::Gone) };
    if let Some(until) = failures_of(conn, &row.phone).await?.lock_at(now) {
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
    Ok(ReserveGuess::Go(Box::new(GuessTicket { guess, verification, resumed: false })))
}

/// The id of a challenge's n-th guess: the challenge's own with the number mixed into its last bytes.
fn guess_id(verification: Uuid, number: u32) -> Uuid {
    Uuid::from_u128(verification.as_u128() ^ (u128::from(number) << 32))
}

/// Settles one guess on a loaded challenge: status, failures, lock.
pub(super) async fn settle(
    conn: &mut Conn,
    row: &VerificationRow,
    right: bool,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<Checked, Fault> {
    let mut challenge = row.challenge()?;
    challenge.settle_guess(right);
    let before = failures_of(conn, &row.phone).await?;
    let after = if right { Failures::default() } else { before.after_wrong_guess(policy, now) };
    if after != before {
        set_failures(conn, &row.phone, after).await?;
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
