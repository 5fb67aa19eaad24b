//! Beginning challenges, and the sends of their codes.

use super::*;

/// Where the wish for a code comes from, as it is counted.
#[derive(Clone, Copy, Default)]
pub(in crate::store) struct Sender<'a> {
    /// The end user's address, where there is one to be limited by.
    client_ip: Option<&'a str>,
    /// Nobody has said who asks.
    is_anonymous: bool,
}

impl VerificationRow {
    fn sender(&self) -> Sender<'_> {
        Sender { client_ip: self.client_ip.as_deref(), is_anonymous: self.anonymous().is_some() }
    }

    /// The address of whoever began it without saying who he is.
    fn anonymous(&self) -> Option<&str> {
        self.requester.strip_prefix("anonymous:")
    }
}

pub(super) async fn begin(
    conn: &mut Conn,
    request: &BeginVerification,
    now: DateTime<Utc>,
) -> Result<Begin, Fault> {
    let BeginVerification { challenge: new, effect_key, policy } = request;
    lock_names(conn, &send_locks(&new.phone, new.client_ip.as_deref())).await?;
    if let Some(key) = effect_key {
        let known = verifications::table.filter(verifications::effect_key.eq(key)).select(verifications::id);
        if let Some(id) = known.first::<DbId>(conn).await.optional()? {
            return Ok(Begin::Repeated(Box::new(whole(conn, VerificationId(id.0)).await?)));
        }
    }
    if let Some(open) = open_one(conn, new, now).await? {
        return Ok(Begin::Open(Box::new(open)));
    }
    let anonymous = new.requester.anonymous();
    let failures = failure_name(new.phone.e164(), anonymous);
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(Begin::Locked(until));
    }
    let sender = Sender { client_ip: new.client_ip.as_deref(), is_anonymous: anonymous.is_some() };
    let counts = send_counts(conn, &new.phone, new.purpose, sender, now).await?;
    if let Err(full) = counts.check(policy, now) {
        return Ok(Begin::TooMany(later(now, full.retry_after)));
    }
    insert(conn, new, effect_key.as_deref(), None, later(now, policy.ttl), policy.attempts_max, now).await?;
    add_send(conn, DbId(new.id.0), &new.phone, new.purpose, sender, new.channel, now).await?;
    let row = load(conn, new.id).await?.ok_or_else(|| corrupt("a challenge vanished"))?;
    record(conn, &[row.audit("begun", None, format!("pending for {}", row.purpose))?], now).await?;
    Ok(Begin::Go(Box::new(with_sends(conn, row).await?)))
}

/// What is counted when a code goes out: the number, its prefix and where the wish came from.
fn send_locks(phone: &PhoneNumber, client_ip: Option<&str>) -> Vec<String> {
    let mut names = vec![phone_lock(phone.e164()), format!("prefix:{}", phone.prefix())];
    names.extend(client_ip.map(|ip| format!("ip:{ip}")));
    names
}

/// An open challenge of the same requester, number and purpose with guesses left: looked for under the
/// same lock, so that of many requests at once one begins.
pub(super) async fn open_one(
    conn: &mut Conn,
    new: &NewChallenge,
    now: DateTime<Utc>,
) -> Result<Option<Verification>, Fault> {
    let newest = open_challenges(&new.requester.key(), new.phone.e164(), now)
        .filter(verifications::purpose.eq(new.purpose.name()))
        .filter(verifications::attempts_used.lt(verifications::attempts_max))
        .select(verifications::id)
        .first::<DbId>(conn)
        .await
        .optional()?;
    match newest {
        Some(id) => whole(conn, VerificationId(id.0)).await.map(Some),
        None => Ok(None),
    }
}

/// Challenges of the provider's for a number that its requester can still guess at in time, newest
/// first; a transfer's own codes are not among them.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn open_challenges<'a>(requester: &'a str, phone: &'a str, now: DateTime<Utc>) -> _ {
    let expires_after: DbTime = DbTime(now);
    let pending: &'static str = ChallengeStatus::Pending.name();
    verifications::table
        .filter(verifications::requester.eq(requester))
        .filter(verifications::phone.eq(phone))
        .filter(verifications::status.eq(pending))
        .filter(verifications::expires_at.gt(expires_after))
        .filter(verifications::salt.is_null())
        .order(verifications::created_at.desc())
}

/// Whether an open challenge's code may go out again, and if so, that it is about to.
pub(super) async fn begin_resend(
    conn: &mut Conn,
    id: VerificationId,
    channel: Channel,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<Begin, Fault> {
    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let phone = read_phone(row.phone.clone())?;
    lock_names(conn, &send_locks(&phone, row.client_ip.as_deref())).await?;
    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let failures = failure_name(&row.phone, row.anonymous());
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(Begin::Locked(until));
    }
    let wait = row.challenge()?.resend_wait(policy, now);
    if wait > Duration::zero() {
        return Ok(Begin::TooMany(later(now, wait)));
    }
    let purpose = Purpose::parse(&row.purpose).ok_or_else(|| corrupt(&row.purpose))?;
    let counts = send_counts(conn, &phone, purpose, row.sender(), now).await?;
    if let Err(full) = counts.check(policy, now) {
        return Ok(Begin::TooMany(later(now, full.retry_after)));
    }
    diesel::update(verifications::table.find(row.id))
        .set((verifications::last_sent_at.eq(DbTime(now)), verifications::channel.eq(channel.name())))
        .execute(conn)
        .await?;
    add_send(conn, row.id, &phone, purpose, row.sender(), channel, now).await?;
    Ok(Begin::Go(Box::new(whole(conn, id).await?)))
}

pub(in crate::store) async fn insert(
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
            verifications::origin.eq(new.origin.as_deref()),
            verifications::salt.eq(own.map(|own| own.salt.to_vec())),
            verifications::mac.eq(own.map(|own| own.mac.mac.to_vec())),
            verifications::mac_key_id.eq(own.map(|own| own.mac.key_id.clone())),
            verifications::transaction_digest.eq(own.map(|own| own.transaction_digest.to_vec())),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::store) async fn add_send(
    conn: &mut Conn,
    id: DbId,
    phone: &PhoneNumber,
    purpose: Purpose,
    sender: Sender<'_>,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(verification_sends::table)
        .values((
            verification_sends::verification_id.eq(id),
            verification_sends::phone.eq(phone.e164()),
            verification_sends::prefix.eq(phone.prefix()),
            verification_sends::is_payment.eq(i32::from(purpose == Purpose::Transfer)),
            verification_sends::client_ip.eq(sender.client_ip),
            verification_sends::is_anonymous.eq(i32::from(sender.is_anonymous)),
            verification_sends::country.eq(phone.country()),
            verification_sends::channel.eq(channel.name()),
            verification_sends::status.eq("sending"),
            verification_sends::at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts what went out lately. Sends that failed cost nobody his quota; those that nobody in particular
/// asked for cost a known caller none of his. A prefix is one for all.
pub(super) async fn send_counts(
    conn: &mut Conn,
    phone: &PhoneNumber,
    purpose: Purpose,
    sender: Sender<'_>,
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
    let of_his_kind =
        || counted().filter(verification_sends::is_anonymous.eq(i32::from(sender.is_anonymous)));
    let destination = of_his_kind()
        .filter(verification_sends::phone.eq(phone.e164()))
        .filter(verification_sends::at.gt(since(Duration::hours(24))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let prefix = counted()
        .filter(verification_sends::prefix.eq(phone.prefix()))
        .filter(verification_sends::at.gt(since(Duration::hours(1))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let ip = match sender.client_ip {
        Some(ip) => {
            of_his_kind()
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

pub(super) async fn record_send(
    conn: &mut Conn,
    id: VerificationId,
    result: SendResult,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let row = load_locked(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let mut is_spent = false;
    let (status, error, channel) = match result {
        SendResult::Sent { sid, channel } => {
            diesel::update(verifications::table.find(row.id))
                .set((verifications::provider_sid.eq(Some(&sid)), verifications::channel.eq(channel.name())))
                .execute(conn)
                .await?;
            is_spent = guesses_at(conn, &sid).await? >= i64::from(row.attempts_max);
            ("sent", None, channel.name().to_owned())
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
            ("failed", Some(reason), row.channel)
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
            .set((
                verification_sends::status.eq(status),
                verification_sends::error.eq(error),
                verification_sends::channel.eq(channel),
            ))
            .execute(conn)
            .await?;
    }
    Ok(is_spent)
}
