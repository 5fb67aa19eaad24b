//! Start challenges, and record the sends of their codes.

use super::*;
use domain::locale::Locale;

pub(crate) async fn begin(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    request: &BeginVerification,
    now: DateTime<Utc>,
) -> Result<StartDecision, SqlError> {
    let BeginVerification { challenge: new, effect_key, own, policy } = request;
    lock_names(conn, &send_locks(&new.to, new.client_ip.as_deref())).await?;
    if let Some(key) = effect_key {
        let known = verifications::table.filter(verifications::effect_key.eq(key)).select(verifications::id);
        if let Some(id) = known.first::<DbId>(conn).await.optional()? {
            return Ok(StartDecision::Repeated(Box::new(whole(conn, VerificationId(id.0)).await?)));
        }
    }
    if let Some(open) = open_one(conn, new, now).await? {
        return Ok(StartDecision::Open(Box::new(open)));
    }
    if let Some(wait) = wait_of_pages(conn, new, policy, now).await? {
        return Ok(StartDecision::TooMany(SendLimit::Cooldown, later(now, wait)));
    }
    if !breaker(conn, now).await?.lets_begin(new.requester.anonymous().is_some()) {
        return Ok(StartDecision::Suspended(later(now, BREAKER_RETRY)));
    }
    let kind = kind_of(conn, &new.requester, new.to.canonical()).await?;
    let failures = failure_name(new.to.canonical(), &new.requester, kind);
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(StartDecision::Locked(until));
    }
    let sender = Sender { client_ip: new.client_ip.as_deref(), kind };
    let counts = send_counts(conn, &new.to, sender, false, now).await?;
    if let Err(full) = counts.check(policy, now) {
        return Ok(StartDecision::TooMany(full.limit, later(now, full.retry_after)));
    }
    let code = own.as_ref().map(|own| &own.code);
    insert(conn, new, effect_key.as_deref(), code, later(now, policy.ttl), policy.attempts_max, now).await?;
    let send = NewSend {
        verification: DbId(new.id.0),
        to: &new.to,
        is_payment: false,
        sender,
        channel: new.channel,
        message: own.as_ref().map(|own| own.message.message.id),
        effect_key: None,
    };
    add_send(conn, &send, now).await?;
    if let Some(own) = own {
        enqueue(conn, sealer, send.verification, own, now).await?;
    }
    let row = load(conn, new.id).await?.ok_or_else(|| corrupt("a challenge vanished"))?;
    record(conn, &[row.audit("begun", None, format!("pending for {}", row.purpose))?], now).await?;
    Ok(StartDecision::Go(Box::new(with_sends(conn, row).await?)))
}

/// The names that a send is counted under: the number, its prefix and the IP address.
fn send_locks(to: &Recipient, client_ip: Option<&str>) -> Vec<String> {
    let mut names = vec![phone_lock(to.canonical()), format!("prefix:{}", to.prefix())];
    names.extend(client_ip.map(|ip| format!("ip:{ip}")));
    names
}

/// An open challenge of the same requester, number and purpose that has attempts left. It is read under the
/// same lock, so that of many concurrent requests one starts a challenge.
pub(crate) async fn open_one(
    conn: &mut Conn,
    new: &NewChallenge,
    now: DateTime<Utc>,
) -> Result<Option<Verification>, SqlError> {
    let requester = new.requester.key();
    let open = open_challenges(&requester, new.to.canonical(), now)
        .filter(verifications::purpose.eq(new.purpose.name()))
        .filter(verifications::attempts_used.lt(verifications::attempts_max))
        .into_boxed();
    let own = match new.page {
        Some(page) => open.filter(verifications::page_id.eq(Some(DbId(page.0)))),
        None => open.filter(verifications::page_id.is_null()),
    };
    let newest = own.select(verifications::id).first::<DbId>(conn).await.optional()?;
    match newest {
        Some(id) => whole(conn, VerificationId(id.0)).await.map(Some),
        None => Ok(None),
    }
}

/// Challenges for a number that their requester can still check, newest first. Step-up codes of transfers are
/// not among them.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn open_challenges<'a>(requester: &'a str, recipient: &'a str, now: DateTime<Utc>) -> _ {
    let expires_after: DbTime = DbTime(now);
    let pending: &'static str = ChallengeStatus::Pending.name();
    let none: Vec<u8> = NO_TRANSACTION.to_vec();
    verifications::table
        .filter(verifications::requester.eq(requester))
        .filter(verifications::recipient.eq(recipient))
        .filter(verifications::status.eq(pending))
        .filter(verifications::expires_at.gt(expires_after))
        .filter(
            verifications::transaction_digest
                .is_null()
                .or(verifications::transaction_digest.assume_not_null().eq(none)),
        )
        .order(verifications::created_at.desc())
}

/// Decides whether an open challenge's code may be sent again, and records the send.
pub(crate) async fn begin_resend(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    request: &BeginResend,
    now: DateTime<Utc>,
) -> Result<StartDecision, SqlError> {
    let BeginResend { verification: id, channel, locale, fallback, effect_key, own, policy } = request;
    let row = load(conn, *id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let to = read_recipient(&row.recipient)?;
    lock_names(conn, &send_locks(&to, row.client_ip.as_deref())).await?;
    let row = load(conn, *id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    if let Some(key) = effect_key {
        let known = verification_sends::table.filter(verification_sends::effect_key.eq(key));
        if known.count().get_result::<i64>(conn).await? > 0 {
            return Ok(StartDecision::Repeated(Box::new(whole(conn, *id).await?)));
        }
    }
    let requester = row.requester()?;
    let kind = kind_of(conn, &requester, &row.recipient).await?;
    let failures = failure_name(&row.recipient, &requester, kind);
    if let Some(until) = failures_of(conn, &failures).await?.lock_at(now) {
        return Ok(StartDecision::Locked(until));
    }
    let sender = Sender { client_ip: row.client_ip.as_deref(), kind };
    let wait = row.challenge()?.resend_wait(policy, now);
    if wait > Duration::zero() {
        return Ok(StartDecision::TooMany(SendLimit::Cooldown, later(now, wait)));
    }
    let counts = send_counts(conn, &to, sender, row.is_payment(), now).await?;
    if let Err(full) = counts.check(policy, now) {
        return Ok(StartDecision::TooMany(full.limit, later(now, full.retry_after)));
    }
    diesel::update(verifications::table.find(row.id))
        .set((
            verifications::last_sent_at.eq(DbTime(now)),
            verifications::channel.eq(channel.name()),
            verifications::locale.eq(Some(locale.tag())),
            verifications::fallback.eq(names(fallback)),
        ))
        .execute(conn)
        .await?;
    if let Some(own) = own {
        replace_code(conn, &row, &own.code).await?;
    }
    let send = NewSend {
        verification: row.id,
        to: &to,
        is_payment: row.is_payment(),
        sender,
        channel: *channel,
        message: own.as_ref().map(|own| own.message.message.id),
        effect_key: effect_key.as_deref(),
    };
    add_send(conn, &send, now).await?;
    if let Some(own) = own {
        enqueue(conn, sealer, row.id, own, now).await?;
    }
    Ok(StartDecision::Go(Box::new(whole(conn, *id).await?)))
}

/// Makes the code before invalid, and drops its fallback channels.
async fn replace_code(conn: &mut Conn, row: &VerificationRow, code: &OwnCode) -> Result<(), SqlError> {
    diesel::update(verifications::table.find(row.id))
        .set((
            verifications::salt.eq(Some(code.salt.to_vec())),
            verifications::mac.eq(Some(code.mac.mac.to_vec())),
            verifications::mac_key_id.eq(Some(code.mac.key_id.clone())),
            verifications::transaction_digest.eq(Some(code.transaction_digest.to_vec())),
            verifications::provider_ref.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    drop_fallbacks(conn, row.id).await
}

pub(crate) async fn insert(
    conn: &mut Conn,
    new: &NewChallenge,
    effect_key: Option<&str>,
    own: Option<&OwnCode>,
    expires_at: DateTime<Utc>,
    attempts_max: u32,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let attempts_max = breaker(conn, now).await?.attempts(attempts_max);
    diesel::insert_into(verifications::table)
        .values((
            verifications::id.eq(DbId(new.id.0)),
            verifications::requester.eq(new.requester.key()),
            verifications::recipient.eq(new.to.canonical()),
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
            verifications::page_id.eq(new.page.map(|page| DbId(page.0))),
            verifications::locale.eq(new.locale.map(Locale::tag)),
            verifications::fallback.eq(names(&new.fallback)),
            verifications::salt.eq(own.map(|own| own.salt.to_vec())),
            verifications::mac.eq(own.map(|own| own.mac.mac.to_vec())),
            verifications::mac_key_id.eq(own.map(|own| own.mac.key_id.clone())),
            verifications::transaction_digest.eq(own.map(|own| own.transaction_digest.to_vec())),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Channels, as they are stored.
fn names(fallbacks: &[Channel]) -> String {
    fallbacks.iter().map(|fallback| fallback.name()).collect::<Vec<_>>().join(",")
}

/// A send that is about to be made.
pub(crate) struct NewSend<'a> {
    pub(crate) verification: DbId,
    pub(crate) to: &'a Recipient,
    /// True when the code is a step-up code of a payment.
    pub(crate) is_payment: bool,
    pub(crate) sender: Sender<'a>,
    pub(crate) channel: Channel,
    /// The message with the code. `None`: the provider makes the code.
    pub(crate) message: Option<MessageId>,
    pub(crate) effect_key: Option<&'a str>,
}

pub(crate) async fn add_send(
    conn: &mut Conn,
    send: &NewSend<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(verification_sends::table)
        .values((
            verification_sends::verification_id.eq(send.verification),
            verification_sends::phone.eq(send.to.canonical()),
            verification_sends::prefix.eq(send.to.prefix()),
            verification_sends::is_payment.eq(i32::from(send.is_payment)),
            verification_sends::client_ip.eq(send.sender.client_ip),
            verification_sends::sender_kind.eq(send.sender.kind.number()),
            verification_sends::country.eq(send.to.country()),
            verification_sends::channel.eq(send.channel.name()),
            verification_sends::status.eq("sending"),
            verification_sends::at.eq(DbTime(now)),
            verification_sends::outbox_id.eq(send.message.map(|id| DbId(id.0))),
            verification_sends::effect_key.eq(send.effect_key),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn record_send(
    conn: &mut Conn,
    id: VerificationId,
    result: SendResult,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let row = load_locked(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let mut is_spent = false;
    let (status, error, channel) = match result {
        SendResult::Sent { sid, channel } => {
            diesel::update(verifications::table.find(row.id))
                .set((verifications::provider_ref.eq(Some(&sid)), verifications::channel.eq(channel.name())))
                .execute(conn)
                .await?;
            is_spent = attempts_at(conn, &sid).await? >= i64::from(row.attempts_max);
            ("sent", None, channel.name().to_owned())
        }
        SendResult::Failed(reason) => {
            // Without a first send there is no code to check.
            if row.provider_ref.is_none() {
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
