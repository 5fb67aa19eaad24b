//! Codes of ours on their way: the message that bears one now, and the ways it goes after that.

use super::*;
use crate::store::messaging::consents::{consent_of, lock_consent};
use domain::messaging::consent::{ConsentStatus, recipient_key};
use ports::verification::OwnSend;

/// Challenges looked at in one round.
const ROUND: i64 = 100;

/// Puts a code's message into the outbox, and its other ways behind it.
pub(crate) async fn enqueue(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    verification: DbId,
    own: &OwnSend,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = NewOutboxRow::new(sealer, &own.message, None, now)?;
    diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    let mut behind = Some((DbId(own.message.message.id.0), now));
    for (position, way) in (0_i32..).zip(&own.fallback) {
        let row = CodeWayRow::new(sealer, (verification, position), way, behind.take())?;
        diesel::insert_into(code_ways::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// What a code does not need any more is forgotten.
pub(crate) async fn drop_ways(conn: &mut Conn, verification: DbId) -> Result<(), Fault> {
    let all = code_ways::table.filter(code_ways::verification_id.eq(verification));
    diesel::delete(all).execute(conn).await?;
    Ok(())
}

/// The challenges whose next way may have to be taken or dropped, those that wait longest first.
pub(crate) async fn due(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<DbId>, Fault> {
    let silent_since = now.checked_sub_signed(FALLBACK_AFTER).unwrap_or(now);
    let told =
        [DeliveryStatus::Delivered, DeliveryStatus::Read, DeliveryStatus::Failed].map(DeliveryStatus::name);
    let has_news = diesel::dsl::exists(
        outbox::table.filter(outbox::id.nullable().eq(code_ways::behind)).filter(outbox::status.eq_any(told)),
    );
    Ok(code_ways::table
        .filter(code_ways::behind.is_not_null())
        .filter(code_ways::since.le(DbTime(silent_since)).assume_not_null().or(has_news))
        .order(code_ways::since.asc())
        .limit(ROUND)
        .select(code_ways::verification_id)
        .load(conn)
        .await?)
}

/// Takes or drops one challenge's next way, if it is time; whether a code goes out by it.
pub(crate) async fn step(
    conn: &mut Conn,
    verification: DbId,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let id = VerificationId(verification.0);
    let Some(row) = load_locked(conn, id).await? else { return Ok(false) };
    let next = code_ways::table
        .filter(code_ways::verification_id.eq(verification))
        .order(code_ways::position.asc())
        .select(CodeWayRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(next) = next else { return Ok(false) };
    let (Some(behind), Some(since)) = (next.behind, next.since) else {
        return Err(corrupt("a way that stands behind nothing"));
    };
    let decided = match status_of_message(conn, behind).await? {
        _ if !row.challenge()?.is_open(now) => NextWay::Drop,
        Some(status) => next_way(status, since.0, now),
        None => NextWay::Take,
    };
    match decided {
        NextWay::Wait => Ok(false),
        NextWay::Drop => drop_ways(conn, verification).await.map(|()| false),
        NextWay::Take => take(conn, &row, next, policy, now).await,
    }
}

/// Has the code go out that way, if he still lets us write to him there and the limits allow; a way that is closed
/// is left out, and the next stands in its place.
async fn take(
    conn: &mut Conn,
    row: &VerificationRow,
    way: CodeWayRow,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let channel = Channel::parse(&way.channel).ok_or_else(|| corrupt(&way.channel))?;
    let (id, to) = (way.id, read_recipient(&row.phone)?);
    diesel::delete(code_ways::table.find(id)).execute(conn).await?;
    let key = recipient_key(channel, &way.recipient);
    lock_consent(conn, channel.name(), &key).await?;
    if consent_of(conn, channel.name(), &key).await? == ConsentStatus::OptedOut {
        put_behind(conn, row.id, way.behind, way.since).await?;
        return Ok(false);
    }
    let kind = kind_of(conn, &row.requester()?, &row.phone).await?;
    let sender = Sender { client_ip: row.client_ip.as_deref(), kind };
    if send_counts(conn, &to, sender, row.is_payment(), now).await?.check(policy, now).is_err() {
        return drop_ways(conn, row.id).await.map(|()| false);
    }
    diesel::insert_into(outbox::table).values(NewOutboxRow::of_way(way, channel, now)).execute(conn).await?;
    let send = NewSend {
        verification: row.id,
        to: &to,
        is_payment: row.is_payment(),
        sender,
        channel,
        message: Some(MessageId(id.0)),
        effect_key: None,
    };
    add_send(conn, &send, now).await?;
    diesel::update(verifications::table.find(row.id))
        .set(verifications::channel.eq(channel.name()))
        .execute(conn)
        .await?;
    put_behind(conn, row.id, Some(id), Some(DbTime(now))).await?;
    Ok(true)
}

/// The next of a challenge's ways waits for what becomes of that message.
async fn put_behind(
    conn: &mut Conn,
    verification: DbId,
    behind: Option<DbId>,
    since: Option<DbTime>,
) -> Result<(), Fault> {
    let next = code_ways::table
        .filter(code_ways::verification_id.eq(verification))
        .order(code_ways::position.asc())
        .select(code_ways::id)
        .first::<DbId>(conn)
        .await
        .optional()?;
    if let Some(next) = next {
        diesel::update(code_ways::table.find(next))
            .set((code_ways::behind.eq(behind), code_ways::since.eq(since)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn status_of_message(conn: &mut Conn, id: DbId) -> Result<Option<DeliveryStatus>, Fault> {
    let status = outbox::table
        .filter(outbox::id.eq(id))
        .select(outbox::status)
        .first::<String>(conn)
        .await
        .optional()?;
    status.map(|name| DeliveryStatus::parse(&name).ok_or_else(|| corrupt(name))).transpose()
}

/// Wipes codes whose time is over: in messages that are settled though nobody knows how, and in ways that
/// were never taken. What still waits is given up, and wiped, by the relay.
pub(crate) async fn wipe(conn: &mut Conn, now: DateTime<Utc>) -> Result<usize, Fault> {
    let stale = outbox::table
        .filter(outbox::lane.eq(lane_name(Lane::Code)))
        .filter(outbox::body.is_not_null())
        .filter(outbox::expires_at.le(DbTime(now)))
        .filter(outbox::phase.eq("settled"));
    let wiped = diesel::update(stale).set(outbox::body.eq(None::<Vec<u8>>)).execute(conn).await?;
    let ways = diesel::delete(code_ways::table.filter(code_ways::expires_at.le(DbTime(now))));
    Ok(wiped.saturating_add(ways.execute(conn).await?))
}
