//! Our own codes on their way: the message that carries one now, and the fallback channels after it.

use super::*;
use crate::store::messaging::{
    consent_rows::{consent_of, lock_consent},
    outbox::new_row::recipient_hash,
};
use domain::messaging::consent::ConsentStatus;
use ports::verification::OwnSend;

/// How many challenges one round handles.
const ROUND: i64 = 100;

/// Puts a code's message into the outbox, and its fallback channels behind it.
pub(crate) async fn enqueue(
    conn: &mut Conn,
    vault: &Vault,
    (verification, contact): (DbId, SubjectKeyId),
    own: &OwnSend,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let row = NewOutboxRow::new(conn, vault, &own.message, None, now).await?;
    diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    if own.fallback.is_empty() {
        return Ok(());
    }
    let keys = vault.key_for(conn, contact, now).await?;
    let mut behind = Some((DbId(own.message.message.id.0), now));
    for (position, fallback) in (0_i32..).zip(&own.fallback) {
        let row =
            FallbackRow::new(vault, (contact, &keys), (verification, position), fallback, behind.take())?;
        diesel::insert_into(verification_fallbacks::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// Removes the fallback channels that a challenge no longer needs.
pub(crate) async fn drop_fallbacks(conn: &mut Conn, verification: DbId) -> Result<(), SqlError> {
    let all = verification_fallbacks::table.filter(verification_fallbacks::verification_id.eq(verification));
    diesel::delete(all).execute(conn).await?;
    Ok(())
}

/// Challenges whose next channel may be due, those that wait longest first.
pub(crate) async fn due(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<DbId>, SqlError> {
    let silent_since = now.checked_sub_signed(FALLBACK_AFTER).unwrap_or(now);
    let told =
        [DeliveryStatus::Delivered, DeliveryStatus::Read, DeliveryStatus::Failed].map(DeliveryStatus::name);
    let has_delivery_reports = diesel::dsl::exists(
        outbox::table
            .filter(outbox::id.nullable().eq(verification_fallbacks::behind))
            .filter(outbox::status.eq_any(told)),
    );
    Ok(verification_fallbacks::table
        .filter(verification_fallbacks::behind.is_not_null())
        .filter(
            verification_fallbacks::since.le(DbTime(silent_since)).assume_not_null().or(has_delivery_reports),
        )
        .order(verification_fallbacks::since.asc())
        .limit(ROUND)
        .select(verification_fallbacks::verification_id)
        .load(conn)
        .await?)
}

/// Takes or drops the next channel of a challenge, if it is time. True when a code was queued on it.
pub(crate) async fn step(
    conn: &mut Conn,
    vault: &Vault,
    verification: DbId,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let id = VerificationId(verification.0);
    let Some(row) = load(conn, vault, id).await? else { return Ok(false) };
    // All names that the send may count for are locked at once: one after the other would deadlock with a start.
    lock_names(conn, &row.send_locks()).await?;
    let Some(row) = load(conn, vault, id).await? else { return Ok(false) };
    let next = verification_fallbacks::table
        .filter(verification_fallbacks::verification_id.eq(verification))
        .order(verification_fallbacks::position.asc())
        .select(FallbackRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(next) = next else { return Ok(false) };
    let (Some(behind), Some(since)) = (next.behind, next.since) else {
        return Err(corrupt("a fallback without a message before it"));
    };
    let decided = match status_of_message(conn, behind).await? {
        _ if !row.challenge()?.is_open(now) => FallbackDecision::Drop,
        Some(status) => next_fallback(status, since.0, now),
        None => FallbackDecision::Take,
    };
    match decided {
        FallbackDecision::Wait => Ok(false),
        FallbackDecision::Drop => drop_fallbacks(conn, verification).await.map(|()| false),
        FallbackDecision::Take => take(conn, vault, &row, next, policy, now).await,
    }
}

/// Queues the code on that channel if the recipient has not opted out of it and the limits allow it. A
/// channel that is opted out is skipped, and the next one takes its place.
async fn take(
    conn: &mut Conn,
    vault: &Vault,
    row: &VerificationRow,
    fallback: FallbackRow,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let (id, verification) = (fallback.id, row.columns.id);
    diesel::delete(verification_fallbacks::table.find(id)).execute(conn).await?;
    let Some(outbound) = fallback.message(conn, vault).await? else {
        return drop_fallbacks(conn, verification).await.map(|()| false);
    };
    let channel = outbound.message.channel;
    let key = recipient_hash(vault, channel, &outbound.message.recipient);
    lock_consent(conn, channel.name(), &key).await?;
    if consent_of(conn, channel.name(), &key).await? == ConsentStatus::OptedOut {
        put_behind(conn, verification, fallback.behind, fallback.since).await?;
        return Ok(false);
    }
    let kind = kind_of(conn, vault, &row.requester, &row.to).await?;
    let sender = row.sender(kind);
    let failures = failures_of(conn, &failure_name(vault, &row.to, &row.requester, kind)).await?;
    let counts = send_counts(conn, vault, &row.to, sender, row.is_payment(), now).await?;
    let facts = StartFacts { is_anonymous: row.requester.is_anonymous(), ..StartFacts::of(failures, counts) };
    if !matches!(facts.decide(policy, now), StartDecision::Send { .. }) {
        return drop_fallbacks(conn, verification).await.map(|()| false);
    }
    diesel::insert_into(outbox::table)
        .values(NewOutboxRow::new(conn, vault, &outbound, None, now).await?)
        .execute(conn)
        .await?;
    let send = NewSend {
        verification,
        to: &row.to,
        is_payment: row.is_payment(),
        sender,
        channel,
        message: Some(MessageId(id.0)),
        effect_key: None,
    };
    add_send(conn, vault, &send, now).await?;
    diesel::update(verifications::table.find(verification))
        .set(verifications::channel.eq(channel.name()))
        .execute(conn)
        .await?;
    put_behind(conn, verification, Some(id), Some(DbTime(now))).await?;
    Ok(true)
}

/// Makes the next channel of a challenge wait for the delivery of that message.
async fn put_behind(
    conn: &mut Conn,
    verification: DbId,
    behind: Option<DbId>,
    since: Option<DbTime>,
) -> Result<(), SqlError> {
    let next = verification_fallbacks::table
        .filter(verification_fallbacks::verification_id.eq(verification))
        .order(verification_fallbacks::position.asc())
        .select(verification_fallbacks::id)
        .first::<DbId>(conn)
        .await
        .optional()?;
    if let Some(next) = next {
        diesel::update(verification_fallbacks::table.find(next))
            .set((verification_fallbacks::behind.eq(behind), verification_fallbacks::since.eq(since)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn status_of_message(conn: &mut Conn, id: DbId) -> Result<Option<DeliveryStatus>, SqlError> {
    let status = outbox::table
        .filter(outbox::id.eq(id))
        .select(outbox::status)
        .first::<String>(conn)
        .await
        .optional()?;
    status.map(|name| DeliveryStatus::parse(&name).ok_or_else(|| corrupt(name))).transpose()
}

/// Wipes codes that have expired: in messages with an unknown outcome that are settled, and in fallback
/// channels that were never used. The relay gives up and wipes what still waits.
pub(crate) async fn wipe(conn: &mut Conn, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let stale = outbox::table
        .filter(outbox::lane.eq(lane_name(Lane::Code)))
        .filter(outbox::body.is_not_null())
        .filter(outbox::expires_at.le(DbTime(now)))
        .filter(outbox::phase.eq("settled"));
    let wiped = diesel::update(stale).set(outbox::body.eq(None::<Vec<u8>>)).execute(conn).await?;
    let fallbacks = diesel::delete(
        verification_fallbacks::table.filter(verification_fallbacks::expires_at.le(DbTime(now))),
    );
    Ok(wiped.saturating_add(fallbacks.execute(conn).await?))
}
