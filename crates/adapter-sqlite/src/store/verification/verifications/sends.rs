//! Start challenges, and record the sends of their codes.

use super::{
    personal::{Personal, SEALED},
    *,
};
use crate::store::{
    subjects::{Place, contacts::chat_key_of},
    verification::send_prices,
};
use domain::{locale::Locale, principal::Principal};

/// Starts a challenge, if the domain's decision allows it.
pub(crate) async fn begin(
    conn: &mut Conn,
    vault: &Vault,
    request: &BeginVerification,
    now: DateTime<Utc>,
) -> Result<StartOutcome, SqlError> {
    let BeginVerification { challenge: new, effect_key, own, policy } = request;
    let client_ip = new.client_ip.as_deref().map(|ip| network_hash(vault, ip));
    lock_names(conn, &send_locks(&new.to, client_ip.as_deref(), &new.requester)).await?;
    let known = begun_by(conn, effect_key.as_deref()).await?;
    let open = open_one(conn, vault, new, now).await?;
    let kind = kind_of(conn, vault, &new.requester, &new.to).await?;
    let sender = Sender { client_ip_hash: client_ip.as_deref(), kind };
    let failures = failure_name(vault, &new.to, &new.requester, kind);
    let facts = StartFacts {
        is_repeated: known.is_some(),
        has_open_challenge: open.is_some(),
        breaker: breaker(conn, now).await?,
        is_anonymous: new.requester.is_anonymous(),
        failures: failures_of(conn, &failures).await?,
        last_sent_at: last_sent_by_pages(conn, vault, new, now).await?,
        counts: send_counts(conn, vault, &new.to, sender, false, now).await?,
    };
    let attempts_max = match facts.decide(policy, now) {
        StartDecision::Send { attempts_max } => attempts_max,
        StartDecision::Repeat => return Ok(StartOutcome::Repeated(boxed(conn, vault, known).await?)),
        StartDecision::KeepOpen => return Ok(StartOutcome::Open(boxed(conn, vault, open).await?)),
        StartDecision::Refuse(refusal) => return Ok(StartOutcome::Refused(refusal)),
    };
    let terms = Terms { expires_at: later(now, policy.ttl), attempts_max };
    let code = own.as_ref().map(|own| &own.code);
    let contact = insert(conn, vault, new, effect_key.as_deref(), code, terms, now).await?;
    let send = NewSend {
        verification: DbId(new.id.0),
        to: &new.to,
        is_payment: false,
        sender,
        channel: new.channel,
        message: own.as_ref().map(|own| own.message.message.id),
        effect_key: None,
    };
    add_send(conn, vault, &send, now).await?;
    if let Some(own) = own {
        enqueue(conn, vault, (send.verification, contact), own, now).await?;
    }
    let row = load(conn, vault, new.id).await?.ok_or_else(|| corrupt("a challenge vanished"))?;
    record(conn, &[row.audit("begun", None, format!("pending for {}", row.columns.purpose))?], now).await?;
    Ok(StartOutcome::Started(Box::new(with_sends(conn, row).await?)))
}

/// The challenge that was started by that effect before.
async fn begun_by(conn: &mut Conn, effect_key: Option<&str>) -> Result<Option<VerificationId>, SqlError> {
    let Some(key) = effect_key else { return Ok(None) };
    let known = verifications::table.filter(verifications::effect_key.eq(key)).select(verifications::id);
    Ok(known.first::<DbId>(conn).await.optional()?.map(|id| VerificationId(id.0)))
}

async fn boxed(
    conn: &mut Conn,
    vault: &Vault,
    id: Option<VerificationId>,
) -> Result<Box<Verification>, SqlError> {
    let id = id.ok_or_else(|| corrupt("a decision about no challenge"))?;
    Ok(Box::new(whole(conn, vault, id).await?))
}

/// The names that a send is counted under: the number, its prefix and the hash of the IP address; for an anonymous
/// requester the country and the whole service too.
pub(crate) fn send_locks(to: &Recipient, client_ip_hash: Option<&str>, requester: &Principal) -> Vec<String> {
    let mut names = vec![phone_lock(to.canonical()), format!("prefix:{}", to.prefix())];
    names.extend(client_ip_hash.map(|ip| format!("ip:{ip}")));
    if requester.is_anonymous() {
        names.extend(to.country().map(|country| format!("codes to:{country}")));
        names.push("codes of anonymous callers".to_owned());
    }
    names
}

/// An open challenge of the same requester, number and purpose that has attempts left. It is read under the
/// same lock, so that of many concurrent requests one starts a challenge.
pub(crate) async fn open_one(
    conn: &mut Conn,
    vault: &Vault,
    new: &NewChallenge,
    now: DateTime<Utc>,
) -> Result<Option<VerificationId>, SqlError> {
    let (requester, recipient) = (requester_key(vault, &new.requester), recipient_hash(vault, &new.to));
    let open = open_challenges(&requester, &recipient, now)
        .filter(verifications::purpose.eq(new.purpose.name()))
        .filter(verifications::attempts_used.lt(verifications::attempts_max))
        .into_boxed();
    let own = match new.page {
        Some(page) => open.filter(verifications::page_id.eq(Some(DbId(page.0)))),
        None => open.filter(verifications::page_id.is_null()),
    };
    let newest = own.select(verifications::id).first::<DbId>(conn).await.optional()?;
    Ok(newest.map(|id| VerificationId(id.0)))
}

/// Challenges for a number that their requester can still check, newest first. Step-up codes of transfers are
/// not among them.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn open_challenges<'a>(requester: &'a str, recipient_hash: &'a str, now: DateTime<Utc>) -> _ {
    let expires_after: DbTime = DbTime(now);
    let pending: &'static str = ChallengeStatus::Pending.name();
    let none: Vec<u8> = NO_TRANSACTION.to_vec();
    verifications::table
        .filter(verifications::requester.eq(requester))
        .filter(verifications::recipient_hash.eq(recipient_hash))
        .filter(verifications::status.eq(pending))
        .filter(verifications::expires_at.gt(expires_after))
        .filter(
            verifications::transaction_digest
                .is_null()
                .or(verifications::transaction_digest.assume_not_null().eq(none)),
        )
        .order(verifications::created_at.desc())
}

/// Sends the code of an open challenge again, if the domain's decision allows it.
pub(crate) async fn begin_resend(
    conn: &mut Conn,
    vault: &Vault,
    request: &BeginResend,
    now: DateTime<Utc>,
) -> Result<StartOutcome, SqlError> {
    let id = request.verification;
    let row = load(conn, vault, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    lock_names(conn, &row.send_locks()).await?;
    let row = load(conn, vault, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let kind = kind_of(conn, vault, &row.requester, &row.to).await?;
    let sender = row.sender(kind);
    let failures = failure_name(vault, &row.to, &row.requester, kind);
    let failures = failures_of(conn, &failures).await?;
    let counts = send_counts(conn, vault, &row.to, sender, row.is_payment(), now).await?;
    let facts = StartFacts {
        is_repeated: was_sent_by(conn, request.effect_key.as_deref()).await?,
        is_anonymous: row.requester.is_anonymous(),
        last_sent_at: Some(row.columns.last_sent_at.0),
        ..StartFacts::of(failures, counts)
    };
    match facts.decide(&request.policy, now) {
        StartDecision::Send { .. } => {
            send_again(conn, vault, request, (&row, sender), now).await?;
            Ok(StartOutcome::Started(boxed(conn, vault, Some(id)).await?))
        }
        StartDecision::Repeat => Ok(StartOutcome::Repeated(boxed(conn, vault, Some(id)).await?)),
        StartDecision::KeepOpen => Ok(StartOutcome::Open(boxed(conn, vault, Some(id)).await?)),
        StartDecision::Refuse(refusal) => Ok(StartOutcome::Refused(refusal)),
    }
}

/// True when that effect sent a code again before.
async fn was_sent_by(conn: &mut Conn, effect_key: Option<&str>) -> Result<bool, SqlError> {
    let Some(key) = effect_key else { return Ok(false) };
    let known = verification_sends::table.filter(verification_sends::effect_key.eq(key));
    Ok(known.count().get_result::<i64>(conn).await? > 0)
}

/// Records another send of an open challenge, with its new code if we make it.
async fn send_again(
    conn: &mut Conn,
    vault: &Vault,
    request: &BeginResend,
    (row, sender): (&VerificationRow, Sender<'_>),
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let BeginResend { channel, locale, fallback, effect_key, own, .. } = request;
    diesel::update(verifications::table.find(row.columns.id))
        .set((
            verifications::last_sent_at.eq(DbTime(now)),
            verifications::channel.eq(channel.name()),
            verifications::locale.eq(Some(locale.tag())),
            verifications::fallback.eq(names(fallback)),
        ))
        .execute(conn)
        .await?;
    if let Some(own) = own {
        replace_code(conn, row, &own.code).await?;
    }
    let send = NewSend {
        verification: row.columns.id,
        to: &row.to,
        is_payment: row.is_payment(),
        sender,
        channel: *channel,
        message: own.as_ref().map(|own| own.message.message.id),
        effect_key: effect_key.as_deref(),
    };
    add_send(conn, vault, &send, now).await?;
    match own {
        Some(own) => enqueue(conn, vault, (row.columns.id, row.contact()?), own, now).await,
        None => Ok(()),
    }
}

/// Makes the code before invalid, and drops its fallback channels.
async fn replace_code(conn: &mut Conn, row: &VerificationRow, code: &OwnCode) -> Result<(), SqlError> {
    diesel::update(verifications::table.find(row.columns.id))
        .set((
            verifications::salt.eq(Some(code.salt.to_vec())),
            verifications::mac.eq(Some(code.mac.mac.to_vec())),
            verifications::mac_key_id.eq(Some(code.mac.key_id.clone())),
            verifications::transaction_digest.eq(Some(code.transaction_digest.to_vec())),
            verifications::provider_ref.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    drop_fallbacks(conn, row.columns.id).await
}

/// The expiry and the check attempts of a new challenge.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) attempts_max: u32,
}

/// Stores a challenge, and returns the key of its contact.
pub(crate) async fn insert(
    conn: &mut Conn,
    vault: &Vault,
    new: &NewChallenge,
    effect_key: Option<&str>,
    own: Option<&OwnCode>,
    terms: Terms,
    now: DateTime<Utc>,
) -> Result<SubjectKeyId, SqlError> {
    let (contact, keys) = chat_key_of(conn, vault, new.to.canonical(), now).await?;
    let personal = Personal::new(&new.to, &new.requester, new.origin.as_deref());
    let hash = |address: &Option<String>| address.as_deref().map(|address| network_hash(vault, address));
    diesel::insert_into(verifications::table)
        .values((
            verifications::id.eq(DbId(new.id.0)),
            verifications::requester.eq(requester_key(vault, &new.requester)),
            verifications::recipient_hash.eq(recipient_hash(vault, &new.to)),
            verifications::contact_id.eq(Some(DbId(contact.subject))),
            verifications::sealed.eq(Some(keys.seal(contact, Place::of(SEALED, &new.id.0), &personal)?)),
            verifications::channel.eq(new.channel.name()),
            verifications::purpose.eq(new.purpose.name()),
            verifications::status.eq(ChallengeStatus::Pending.name()),
            verifications::attempts_used.eq(0),
            verifications::attempts_max.eq(column(terms.attempts_max)),
            verifications::expires_at.eq(DbTime(terms.expires_at)),
            verifications::last_sent_at.eq(DbTime(now)),
            verifications::created_at.eq(DbTime(now)),
            verifications::effect_key.eq(effect_key),
            verifications::client_ip_hash.eq(hash(&new.client_ip)),
            verifications::origin_hash.eq(hash(&new.origin)),
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
    Ok(contact)
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
    vault: &Vault,
    send: &NewSend<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(verification_sends::table)
        .values((
            verification_sends::verification_id.eq(send.verification),
            verification_sends::phone_hash.eq(recipient_hash(vault, send.to)),
            verification_sends::prefix_hash.eq(prefix_hash(vault, send.to)),
            verification_sends::is_payment.eq(i32::from(send.is_payment)),
            verification_sends::client_ip_hash.eq(send.sender.client_ip_hash),
            verification_sends::sender_kind.eq(send.sender.kind.number()),
            verification_sends::country.eq(send.to.country()),
            verification_sends::channel.eq(send.channel.name()),
            verification_sends::status.eq(SendStatus::Sending.name()),
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
    vault: &Vault,
    id: VerificationId,
    result: SendResult,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let row = load_locked(conn, vault, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    let mut is_spent = false;
    let mut priced_by = None;
    let (status, error, channel) = match result {
        SendResult::Sent { provider_ref, channel, send_ref } => {
            priced_by = send_ref;
            diesel::update(verifications::table.find(row.columns.id))
                .set((
                    verifications::provider_ref.eq(Some(&provider_ref)),
                    verifications::channel.eq(channel.name()),
                ))
                .execute(conn)
                .await?;
            is_spent = attempts_at(conn, &provider_ref).await? >= i64::from(row.columns.attempts_max);
            (DeliveryStatus::Sent, None, channel.name().to_owned())
        }
        SendResult::Failed(reason) => {
            // Without a first send there is no code to check.
            if row.columns.provider_ref.is_none() {
                diesel::update(verifications::table.find(row.columns.id))
                    .set((
                        verifications::status.eq(ChallengeStatus::Canceled.name()),
                        verifications::expires_at.eq(DbTime(now)),
                    ))
                    .execute(conn)
                    .await?;
            }
            (DeliveryStatus::Failed, Some(reason), row.columns.channel)
        }
    };
    let newest = verification_sends::table
        .filter(verification_sends::verification_id.eq(row.columns.id))
        .order(verification_sends::seq.desc())
        .select(verification_sends::seq)
        .first::<i64>(conn)
        .await
        .optional()?;
    if let Some(seq) = newest {
        diesel::update(verification_sends::table.find(seq))
            .set((
                verification_sends::status.eq(SendStatus::Known(status).name()),
                verification_sends::error.eq(error),
                verification_sends::channel.eq(channel),
            ))
            .execute(conn)
            .await?;
        if let Some(send_ref) = priced_by {
            send_prices::ask_later(conn, seq, &send_ref, now).await?;
        }
    }
    Ok(is_spent)
}
