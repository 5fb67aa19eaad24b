//! The outbox: leased in order for each recipient and lane, settled once.

mod batch;
mod lease;
pub(crate) mod new_row;
mod prices;
pub(crate) mod row;
mod standing;
pub(crate) mod writer;
mod writes;

use self::{
    batch::OutboxJob,
    new_row::{NewOutboxRow, provider_id_of, recipient_hash},
    row::{OutboxRow, status_of},
};
use super::{
    consent_rows::{consent_of, lock_consent},
    sealed::open,
};
use crate::backend::{Conn, DbId, DbTime};
use crate::store::error::{SqlError, of_group};
use crate::store::{
    handle::Store,
    rows::{corrupt, price},
    schema::{outbox, outbox_history},
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ConversationId, MessageId},
    message::Channel,
    messaging::consent::ConsentStatus,
};
use futures_util::FutureExt;
use ports::{
    messaging::{
        Enqueued, LeasedMessage, MessageState, NewOutbound, Outbox, PriceAnswer, Settlement, UnpricedMessage,
        inbound_webhook::StatusReport, message_channel::OutboundMessage,
    },
    store_error::StoreResult,
};

/// Longer than any message waits to be sent, also after a replay.
const WAITS_AT_MOST: Duration = Duration::hours(50);

#[async_trait]
impl Outbox for Store {
    async fn lease(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> StoreResult<Vec<LeasedMessage>> {
        let vault = self.vault.clone();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database
            .write(move |conn| async move { lease::lease(conn, &vault, now, until, limit).await }.boxed())
            .await
    }

    async fn settle_all(
        &self,
        settlements: &[(LeasedMessage, Settlement)],
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let jobs = settlements.iter().map(|(leased, settlement)| OutboxJob::Settle {
            message: leased.message.id,
            fence: leased.fence,
            settlement: settlement.clone(),
            now,
        });
        self.outbox_writer.submit(jobs.collect()).await.map(drop).map_err(of_group)
    }

    async fn enqueue(
        &self,
        message: &NewOutbound,
        conversation: Option<ConversationId>,
        now: DateTime<Utc>,
    ) -> StoreResult<Enqueued> {
        let (message, vault) = (message.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let channel = message.message.channel;
                    let hash = recipient_hash(&vault, channel, &message.message.recipient);
                    lock_consent(conn, channel.name(), &hash).await?;
                    if consent_of(conn, channel.name(), &hash).await? == ConsentStatus::OptedOut {
                        return Ok(Enqueued::OptedOut);
                    }
                    let conversation = conversation.map(|id| DbId(id.0));
                    let row = NewOutboxRow::new(conn, &vault, &message, conversation, now).await?;
                    diesel::insert_into(outbox::table)
                        .values(row)
                        .on_conflict(outbox::id)
                        .do_nothing()
                        .execute(conn)
                        .await?;
                    Ok(Enqueued::Queued)
                }
                .boxed()
            })
            .await
    }

    async fn record_statuses(&self, reports: &[StatusReport], now: DateTime<Utc>) -> StoreResult<usize> {
        let jobs = reports.iter().map(|report| OutboxJob::Report { report: report.clone(), now });
        let ours = self.outbox_writer.submit(jobs.collect()).await.map_err(of_group)?;
        Ok(ours.into_iter().filter(|is_ours| *is_ours).count())
    }

    async fn known_provider_ids(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
    ) -> StoreResult<Vec<String>> {
        let (channel, vault) = (message.channel, self.vault.clone());
        let hash = recipient_hash(&vault, channel, &message.recipient);
        // A message that was sent since then may have been made long before, and may have waited.
        let made_since = since.checked_sub_signed(WAITS_AT_MOST).unwrap_or(since);
        self.database
            .read(move |conn| {
                async move {
                    let known = outbox::table
                        .filter(outbox::recipient_hash.eq(hash))
                        .filter(outbox::channel.eq(channel.name()))
                        .filter(outbox::created_at.ge(DbTime(made_since)))
                        .filter(outbox::provider_sealed.is_not_null())
                        .select((outbox::id, outbox::provider_sealed.assume_not_null()));
                    let known = known.load::<(DbId, Vec<u8>)>(conn).await?;
                    let sealed: Vec<_> = known.iter().map(|(_, id)| id.as_slice()).collect();
                    let keys = vault.keys_in(conn, sealed).await?;
                    let opened = known.iter().map(|(row, id)| open(&keys, provider_id_of(&row.0), Some(id)));
                    Ok(opened.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
                }
                .boxed()
            })
            .await
    }

    async fn find(&self, id: MessageId) -> StoreResult<Option<MessageState>> {
        let vault = self.vault.clone();
        self.database
            .read(move |conn| {
                async move {
                    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
                    let delivery_reports = outbox_history::table
                        .filter(outbox_history::outbox_id.eq(row.id))
                        .order(outbox_history::seq.asc())
                        .select((outbox_history::status, outbox_history::at, outbox_history::error))
                        .load::<(String, DbTime, Option<String>)>(conn)
                        .await?;
                    let history = delivery_reports
                        .into_iter()
                        .map(|(status, at, error)| Ok((status_of(&status)?, at.0, error)))
                        .collect::<Result<_, SqlError>>()?;
                    let keys = vault.keys_in(conn, row.provider_sealed.as_deref()).await?;
                    Ok(Some(MessageState {
                        status: status_of(&row.status)?,
                        provider_id: row.provider_id(&keys)?,
                        channel: Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?,
                        price: price(row.price.as_deref(), row.price_currency.as_deref())?,
                        price_category: row.price_category,
                        client: row.client_id,
                        history,
                    }))
                }
                .boxed()
            })
            .await
    }

    async fn lease_unpriced(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> StoreResult<Vec<UnpricedMessage>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        // Nearly always there is none: then nothing is written.
        let due = self.database.query(move |conn| prices::any_due(conn, now).boxed()).await?;
        if !due {
            return Ok(Vec::new());
        }
        let vault = self.vault.clone();
        self.database
            .write(move |conn| async move { prices::lease(conn, &vault, now, until, limit).await }.boxed())
            .await
    }

    async fn settle_prices(&self, answers: &[(UnpricedMessage, PriceAnswer)]) -> StoreResult<()> {
        if answers.is_empty() {
            return Ok(());
        }
        let mut answers = answers.to_vec();
        // In one order for all, so that two workers don't deadlock.
        answers.sort_by_key(|(message, _)| message.id);
        self.database.write(move |conn| async move { prices::settle_all(conn, &answers).await }.boxed()).await
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

async fn find_row(conn: &mut Conn, id: MessageId) -> Result<Option<OutboxRow>, SqlError> {
    Ok(outbox::table
        .filter(outbox::id.eq(DbId(id.0)))
        .select(OutboxRow::as_select())
        .first(conn)
        .await
        .optional()?)
}
