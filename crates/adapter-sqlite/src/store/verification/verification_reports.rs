//! Read the sends of codes for statistics.

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
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::VerificationId,
    message::{Channel, SendStatus},
    verification::otp::ChallengeStatus,
};
use futures_util::FutureExt;
use ports::{
    store_error::StoreResult,
    verification::{ReportedSend, SendFilter, VerificationReports},
};

/// Columns of a send, of its challenge and of its message.
type Row = (
    (i64, DbId, String, Option<String>, DbTime, String),
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
    let ((seq, verification, channel, country, at, status), challenge, (delivery, amount, currency)) = row;
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
