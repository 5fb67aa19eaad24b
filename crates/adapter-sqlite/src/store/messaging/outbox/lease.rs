//! Lease the messages that are due.

use super::{
    new_row::{HEAD_BLOCKS, body_of},
    row::OutboxRow,
    standing::{Sealing, Standing},
    writes::write_messages,
};
use crate::backend::{Conn, DbTime, lease_outbox, skip_locked};
use crate::store::{
    error::SqlError,
    messaging::{queue_rows::OutboxLease, sealed::open},
    rows::{OutboundBody, column, corrupt, count},
    schema::outbox,
    subjects::{Keys, Vault},
};
use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use domain::{
    channel_account::ChannelAccount,
    ids::MessageId,
    message::{Channel, DeliveryStatus},
};
use ports::messaging::{LeasedMessage, message_channel::OutboundMessage};

/// Leases the messages that are due. A message that can't be read must not stop the others.
pub(crate) async fn lease(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<LeasedMessage>, SqlError> {
    let rows = due(conn, now, limit).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let sealed = rows.iter().flat_map(|row| [row.body.as_deref(), row.sealed.as_deref()]);
    let sealed: Vec<_> = sealed.flatten().collect();
    let sealing = Sealing { vault, keys: vault.keys_in(conn, sealed).await? };
    let (mut leases, mut leased, mut given_up) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        if let Ok(opened) = open_row(&sealing.keys, &row) {
            let lease = lease_of(&row, now, until)?;
            leased.push(leased_message(&row, opened, &lease)?);
            leases.push(lease);
        } else {
            tracing::error!(seq = row.seq, "message given up: its body can't be read");
            let (error, mut message) = (Some("it can't be read".to_owned()), Standing::of(row));
            message.advance(&sealing, DeliveryStatus::Failed, None, error, now)?;
            given_up.push(message);
        }
    }
    lease_outbox(conn, leases).await?;
    write_messages(conn, &given_up.iter().collect::<Vec<_>>()).await?;
    Ok(leased)
}

fn lease_of(row: &OutboxRow, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<OutboxLease, SqlError> {
    // The lease expired: the message may have been sent before its worker died.
    let in_doubt_since = match row.phase.as_str() {
        "leased" => Some(row.in_doubt_since.unwrap_or(DbTime(now))),
        _ => row.in_doubt_since,
    };
    Ok(OutboxLease {
        seq: row.seq,
        fence: row.fence.saturating_add(1),
        leased_until: DbTime(until),
        in_doubt_since,
        attempts: column(count(row.attempts)?.saturating_add(1)),
    })
}

fn leased_message(
    row: &OutboxRow,
    opened: OpenedRow,
    lease: &OutboxLease,
) -> Result<LeasedMessage, SqlError> {
    Ok(LeasedMessage {
        message: OutboundMessage {
            id: MessageId(row.id.0),
            channel: opened.channel,
            recipient: opened.recipient,
            text: opened.body.text.clone(),
            form: opened.body.form(),
        },
        channel_account: opened.channel_account,
        attempts: count(row.attempts)?,
        fence: lease.fence,
        in_doubt_since: lease.in_doubt_since.map(|at| at.0),
        resent: row.resent == 1,
        expires_at: row.expires_at.0,
    })
}

/// The parts of a row that must be read before it can be sent.
struct OpenedRow {
    body: OutboundBody,
    recipient: String,
    channel: Channel,
    channel_account: ChannelAccount,
}

fn open_row(keys: &Keys, row: &OutboxRow) -> Result<OpenedRow, SqlError> {
    let body = open(keys, body_of(&row.id.0), row.body.as_deref())?;
    Ok(OpenedRow {
        body: body.ok_or_else(|| corrupt("an open message without a body"))?,
        recipient: row.recipient(keys)?.ok_or_else(|| corrupt("an open message without a recipient"))?,
        channel: Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?,
        channel_account: row.channel_account.parse().map_err(corrupt)?,
    })
}

/// Messages that are due, not leased, and not behind an open message of their lane that is younger than a
/// minute.
async fn due(conn: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<OutboxRow>, SqlError> {
    let ahead = diesel::alias!(outbox as ahead);
    let blocks_since = now.checked_sub_signed(HEAD_BLOCKS).unwrap_or(now);
    let is_free = outbox::phase
        .ne("leased")
        .and(outbox::due_at.le(DbTime(now)))
        .or(outbox::phase.eq("leased").and(outbox::leased_until.le(DbTime(now))));
    let is_behind = exists(
        ahead
            .filter(ahead.field(outbox::recipient_hash).eq(outbox::recipient_hash))
            .filter(ahead.field(outbox::channel).eq(outbox::channel))
            .filter(ahead.field(outbox::lane).eq(outbox::lane))
            .filter(ahead.field(outbox::phase).ne("settled"))
            .filter(ahead.field(outbox::seq).lt(outbox::seq))
            .filter(ahead.field(outbox::created_at).gt(DbTime(blocks_since))),
    );
    let due = outbox::table
        .filter(outbox::phase.ne("settled"))
        .filter(is_free)
        .filter(diesel::dsl::not(is_behind))
        .order(outbox::seq.asc())
        .limit(limit)
        .select(OutboxRow::as_select());
    Ok(skip_locked!(due).load(conn).await?)
}
