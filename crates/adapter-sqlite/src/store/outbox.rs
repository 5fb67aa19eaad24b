//! The outbox: leased first in first out per recipient and lane, settled once.

use super::{
    Store,
    rows::{OutboundBody, column, corrupt, count, unseal},
    schema::{outbox, outbox_history},
    turns::record_consent,
};
use crate::backend::{Conn, Db, DbId, DbTime, locked, nobody_elses};
use crate::store::Fault;
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use domain::{
    consent::ConsentStatus,
    ids::MessageId,
    message::{Channel, DeliveryStatus},
    phone::PhoneNumber,
};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    inbound_webhook::StatusReport,
    message_channel::OutboundMessage,
    stores::{Lane, LeasedMessage, MessageState, Outbox, Settlement, StoreResult},
};
use std::sync::Arc;

/// How long the head of a queue may hold up the rest.
const HEAD_BLOCKS: Duration = Duration::seconds(60);

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(Db))]
struct OutboxRow {
    seq: i64,
    id: DbId,
    channel_account: String,
    channel: String,
    recipient: String,
    body: Option<Vec<u8>>,
    phase: String,
    status: String,
    attempts: i32,
    resent: i32,
    fence: i64,
    in_doubt_since: Option<DbTime>,
    provider_id: Option<String>,
    expires_at: DbTime,
}

pub(super) const fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Talk => "talk",
        Lane::Code => "code",
    }
}

#[async_trait]
impl Outbox for Store {
    async fn lease(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> StoreResult<Vec<LeasedMessage>> {
        let sealer = Arc::clone(&self.sealer);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database
            .write(move |conn| async move { lease(conn, sealer.as_ref(), now, until, limit).await }.boxed())
            .await
    }

    async fn settle(
        &self,
        leased: &LeasedMessage,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let (id, fence, settlement) = (leased.message.id, leased.fence, settlement.clone());
        self.database
            .write(move |conn| {
                async move {
                    let row = lock_row(conn, id).await?.filter(|row| row.fence == fence);
                    match row {
                        Some(row) => settle_row(conn, row, settlement, now).await,
                        None => Ok(()),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn record_status(&self, report: &StatusReport, now: DateTime<Utc>) -> StoreResult<bool> {
        let report = report.clone();
        self.database
            .write(move |conn| {
                async move {
                    let row = match (report.message, &report.provider_id) {
                        (Some(id), _) => lock_row(conn, id).await?,
                        (None, Some(provider_id)) => {
                            let row = outbox::table
                                .filter(outbox::provider_id.eq(provider_id))
                                .select(OutboxRow::as_select());
                            locked!(row).first(conn).await.optional()?
                        }
                        (None, None) => None,
                    };
                    let Some(row) = row else { return Ok(false) };
                    // News proves that it went out: whatever the relay still waits for is over.
                    let at = report.at.unwrap_or(now);
                    if report.opted_out {
                        opt_out(conn, &row, now).await?;
                    }
                    advance(conn, &row, report.status, report.provider_id, report.error, at).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn known_provider_ids(&self, recipient: &str, since: DateTime<Utc>) -> StoreResult<Vec<String>> {
        let recipient = recipient.to_owned();
        self.database
            .read(move |conn| {
                async move {
                    let known = outbox::table
                        .filter(outbox::recipient.eq(recipient))
                        .filter(outbox::created_at.ge(DbTime(since)))
                        .filter(outbox::provider_id.is_not_null())
                        .select(outbox::provider_id.assume_not_null());
                    Ok(known.load::<String>(conn).await?)
                }
                .boxed()
            })
            .await
    }

    async fn find(&self, id: MessageId) -> StoreResult<Option<MessageState>> {
        self.database
            .read(move |conn| {
                async move {
                    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
                    let news = outbox_history::table
                        .filter(outbox_history::outbox_id.eq(row.id))
                        .order(outbox_history::seq.asc())
                        .select((outbox_history::status, outbox_history::at, outbox_history::error))
                        .load::<(String, DbTime, Option<String>)>(conn)
                        .await?;
                    let history = news
                        .into_iter()
                        .map(|(status, at, error)| Ok((status_of(&status)?, at.0, error)))
                        .collect::<Result<_, Fault>>()?;
                    Ok(Some(MessageState {
                        status: status_of(&row.status)?,
                        provider_id: row.provider_id,
                        history,
                    }))
                }
                .boxed()
            })
            .await
    }

    async fn backlog(&self) -> StoreResult<u64> {
        self.database
            .read(|conn| {
                async move {
                    let open: i64 =
                        outbox::table.filter(outbox::phase.ne("settled")).count().get_result(conn).await?;
                    u64::try_from(open).map_err(corrupt)
                }
                .boxed()
            })
            .await
    }
}

/// Leases what may go now. One that can't be read must not hold up the others.
async fn lease(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<LeasedMessage>, Fault> {
    let mut leased = Vec::new();
    for row in due(conn, now, limit).await? {
        if let Ok((body, channel)) = open_body(sealer, &row) {
            leased.push(lease_row(conn, row, body, channel, now, until).await?);
        } else {
            tracing::error!(seq = row.seq, "a message can't be read and was given up");
            let why = Some("it can't be read".to_owned());
            advance(conn, &row, DeliveryStatus::Failed, None, why, now).await?;
        }
    }
    Ok(leased)
}

async fn lease_row(
    conn: &mut Conn,
    row: OutboxRow,
    body: OutboundBody,
    channel: Channel,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<LeasedMessage, Fault> {
    // A lease that ran out: the send may have happened before its worker died.
    let in_doubt_since = match row.phase.as_str() {
        "leased" => Some(row.in_doubt_since.unwrap_or(DbTime(now))),
        _ => row.in_doubt_since,
    };
    let fence = row.fence.saturating_add(1);
    let attempts = count(row.attempts)?;
    diesel::update(outbox::table.find(row.seq))
        .set((
            outbox::phase.eq("leased"),
            outbox::fence.eq(fence),
            outbox::leased_until.eq(DbTime(until)),
            outbox::in_doubt_since.eq(in_doubt_since),
            outbox::attempts.eq(column(attempts.saturating_add(1))),
        ))
        .execute(conn)
        .await?;
    Ok(LeasedMessage {
        message: OutboundMessage {
            id: MessageId(row.id.0),
            channel,
            recipient: row.recipient,
            text: body.text.clone(),
            form: body.form(),
        },
        channel_account: row.channel_account,
        attempts,
        fence,
        in_doubt_since: in_doubt_since.map(|at| at.0),
        resent: row.resent == 1,
        expires_at: row.expires_at.0,
    })
}

/// The sealed part of a message, and its channel.
fn open_body(sealer: &dyn Sealer, row: &OutboxRow) -> Result<(OutboundBody, Channel), Fault> {
    let sealed = row.body.as_deref().ok_or_else(|| corrupt("an open message without a body"))?;
    let channel = Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?;
    Ok((unseal(sealer, row.id.0, sealed)?, channel))
}

/// What may go now: due, nobody's, and behind no younger-than-a-minute open message of its lane.
async fn due(conn: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<OutboxRow>, Fault> {
    let ahead = diesel::alias!(outbox as ahead);
    let blocks_since = now.checked_sub_signed(HEAD_BLOCKS).unwrap_or(now);
    let is_free = outbox::phase
        .ne("leased")
        .and(outbox::due_at.le(DbTime(now)))
        .or(outbox::phase.eq("leased").and(outbox::leased_until.le(DbTime(now))));
    let is_behind = exists(
        ahead
            .filter(ahead.field(outbox::recipient).eq(outbox::recipient))
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
    Ok(nobody_elses!(due).load(conn).await?)
}

/// A message that nobody else changes until the transaction ends.
async fn lock_row(conn: &mut Conn, id: MessageId) -> Result<Option<OutboxRow>, Fault> {
    let row = outbox::table.filter(outbox::id.eq(DbId(id.0))).select(OutboxRow::as_select());
    Ok(locked!(row).first(conn).await.optional()?)
}

async fn find_row(conn: &mut Conn, id: MessageId) -> Result<Option<OutboxRow>, Fault> {
    Ok(outbox::table
        .filter(outbox::id.eq(DbId(id.0)))
        .select(OutboxRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

fn status_of(name: &str) -> Result<DeliveryStatus, Fault> {
    DeliveryStatus::parse(name).ok_or_else(|| corrupt(format!("status {name}")))
}

async fn settle_row(
    conn: &mut Conn,
    row: OutboxRow,
    settlement: Settlement,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    match settlement {
        Settlement::Sent { provider_id } => {
            advance(conn, &row, DeliveryStatus::Sent, Some(provider_id), None, now).await
        }
        Settlement::Failed { code, reason, opted_out } => {
            if opted_out {
                opt_out(conn, &row, now).await?;
            }
            advance(conn, &row, DeliveryStatus::Failed, None, Some(code.unwrap_or(reason)), now).await
        }
        Settlement::Dead { reason } => {
            diesel::update(outbox::table.find(row.seq))
                .set((outbox::phase.eq("settled"), outbox::dead_reason.eq(Some(reason.clone()))))
                .execute(conn)
                .await?;
            add_history(conn, row.id, DeliveryStatus::Unknown, Some(reason), now).await
        }
        // News may have come while it was on its way: then it is settled already.
        Settlement::RetryAt { .. } | Settlement::InDoubt { .. } if row.phase == "settled" => Ok(()),
        Settlement::RetryAt { at, reason } => {
            diesel::update(outbox::table.find(row.seq))
                .set((
                    outbox::phase.eq("waiting"),
                    outbox::due_at.eq(DbTime(at)),
                    outbox::in_doubt_since.eq(None::<DbTime>),
                ))
                .execute(conn)
                .await?;
            add_history(conn, row.id, DeliveryStatus::Queued, Some(reason), now).await
        }
        Settlement::InDoubt { look_at, resent, reason } => {
            let since = if resent { DbTime(now) } else { row.in_doubt_since.unwrap_or(DbTime(now)) };
            let is_news = row.status != "unknown";
            let status = status_of(&row.status)?.advance(DeliveryStatus::Unknown);
            diesel::update(outbox::table.find(row.seq))
                .set((
                    outbox::phase.eq("doubt"),
                    outbox::status.eq(status.name()),
                    outbox::due_at.eq(DbTime(look_at)),
                    outbox::in_doubt_since.eq(Some(since)),
                    outbox::resent.eq(i32::from(resent || row.resent == 1)),
                ))
                .execute(conn)
                .await?;
            if is_news { add_history(conn, row.id, status, Some(reason), now).await } else { Ok(()) }
        }
    }
}

/// The provider says that the recipient wants no messages.
async fn opt_out(conn: &mut Conn, row: &OutboxRow, now: DateTime<Utc>) -> Result<(), Fault> {
    let address = PhoneNumber::parse_international(&row.recipient);
    let recipient = address.map_or_else(|_| row.recipient.clone(), |phone| phone.e164().to_owned());
    record_consent(conn, &row.channel, &recipient, ConsentStatus::OptedOut, now).await
}

/// Moves a message forward and settles it. A code's text is wiped: it is worth nothing more.
async fn advance(
    conn: &mut Conn,
    row: &OutboxRow,
    reported: DeliveryStatus,
    provider_id: Option<String>,
    error: Option<String>,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let before = status_of(&row.status)?;
    let after = before.advance(reported);
    diesel::update(outbox::table.find(row.seq))
        .set((
            outbox::phase.eq("settled"),
            outbox::status.eq(after.name()),
            outbox::provider_id.eq(row.provider_id.clone().or(provider_id)),
        ))
        .execute(conn)
        .await?;
    let codes = outbox::table.find(row.seq).filter(outbox::lane.eq(lane_name(Lane::Code)));
    diesel::update(codes).set(outbox::body.eq(None::<Vec<u8>>)).execute(conn).await?;
    if after == before { Ok(()) } else { add_history(conn, row.id, reported, error, at).await }
}

pub(super) async fn add_history(
    conn: &mut Conn,
    id: DbId,
    status: DeliveryStatus,
    error: Option<String>,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(outbox_history::table)
        .values((
            outbox_history::outbox_id.eq(id),
            outbox_history::status.eq(status.name()),
            outbox_history::error.eq(error),
            outbox_history::at.eq(DbTime(at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
