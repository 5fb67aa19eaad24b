//! Read the sends of codes for statistics, and keep their prices.

use super::send_prices;
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        handle::Store,
        rows::{corrupt, price},
        schema::{outbox, verification_sends, verifications},
        verification::verifications::personal::requester_key,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::VerificationId,
    message::{Channel, SendStatus},
    verification::otp::ChallengeStatus,
};
use futures_util::FutureExt;
use ports::{
    messaging::PriceAnswer,
    store_error::StoreResult,
    verification::{ReportedSend, SendFilter, UnpricedSend, VerificationReports},
};

/// Columns of a send, its own price, columns of its challenge and of its message.
type Row = (
    (i64, DbId, String, Option<String>, DbTime, String),
    (Option<String>, Option<String>),
    String,
    (Option<String>, Option<String>, Option<String>),
);

#[async_trait]
impl VerificationReports for Store {
    async fn reported_sends(
        &self,
        filter: &SendFilter,
        after: i64,
        limit: i64,
    ) -> StoreResult<Vec<ReportedSend>> {
        let filter = filter.clone();
        let requester = filter.requester.as_ref().map(|requester| requester_key(&self.vault, requester));
        self.database
            .read(move |conn| async move { sends(conn, &filter, requester, after, limit).await }.boxed())
            .await
    }

    async fn lease_unpriced_sends(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<UnpricedSend>> {
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        // Nearly always there is none: then nothing is written.
        if !self.database.query(move |conn| send_prices::any_due(conn, now).boxed()).await? {
            return Ok(Vec::new());
        }
        self.database.write(move |conn| send_prices::lease(conn, now, until, limit).boxed()).await
    }

    async fn settle_send_price(&self, send: &UnpricedSend, answer: &PriceAnswer) -> StoreResult<()> {
        let (send, answer) = (send.clone(), answer.clone());
        self.database
            .write(move |conn| async move { send_prices::settle(conn, &send, &answer).await }.boxed())
            .await
    }
}

async fn sends(
    conn: &mut Conn,
    filter: &SendFilter,
    requester: Option<String>,
    after: i64,
    limit: i64,
) -> Result<Vec<ReportedSend>, SqlError> {
    let mut query = verification_sends::table
        .inner_join(verifications::table.on(verifications::id.eq(verification_sends::verification_id)))
        .left_join(outbox::table.on(outbox::id.nullable().eq(verification_sends::outbox_id)))
        .filter(verification_sends::at.ge(DbTime(filter.from)))
        .filter(verification_sends::at.lt(DbTime(filter.until)))
        .filter(verification_sends::seq.gt(after))
        .order(verification_sends::seq.asc())
        .limit(limit)
        .select((
            (
                verification_sends::seq,
                verification_sends::verification_id,
                verification_sends::channel,
                verification_sends::country,
                verification_sends::at,
                verification_sends::status,
            ),
            (verification_sends::price, verification_sends::price_currency),
            verifications::status,
            (outbox::status.nullable(), outbox::price.nullable(), outbox::price_currency.nullable()),
        ))
        .into_boxed();
    if let Some(requester) = requester {
        query = query.filter(verifications::requester.eq(requester));
    }
    query.load::<Row>(conn).await?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<ReportedSend, SqlError> {
    let (send, (own_amount, own_currency), challenge, (delivery, amount, currency)) = row;
    let (seq, verification, channel, country, at, status) = send;
    let (amount, currency) = (amount.or(own_amount), currency.or(own_currency));
    let status = delivery.unwrap_or(status);
    Ok(ReportedSend {
        seq,
        verification: VerificationId(verification.0),
        is_approved: challenge == ChallengeStatus::Approved.name(),
        channel: Channel::parse(&channel).ok_or_else(|| corrupt(&channel))?,
        country,
        at: at.0,
        status: SendStatus::parse(&status).ok_or_else(|| corrupt(status))?,
        price: price(amount.as_deref(), currency.as_deref())?,
    })
}
