//! Consents: whether we may write to a recipient, and every change of that.

use super::consent_rows::{Change, add_to_history, change_consent, consent_of, read_status};
use crate::backend::{Conn, DbTime};
use crate::store::error::SqlError;
use crate::store::{handle::Store, rows::corrupt, schema::consent_history};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use domain::{
    message::Channel,
    messaging::consent::{ConsentScope, ConsentStatus},
};
use futures_util::FutureExt;
use ports::{
    messaging::{ConsentChange, ConsentView, Consents},
    pagination::PageRequest,
    store_error::StoreResult,
};

#[async_trait]
impl Consents for Store {
    async fn record_consent(&self, change: &ConsentChange, now: DateTime<Utc>) -> StoreResult<()> {
        let change = change.clone();
        self.database
            .write(move |conn| {
                async move {
                    let row = Change {
                        channel: change.channel.name(),
                        recipient: &change.recipient,
                        consent: change.consent,
                        source: &change.source,
                    };
                    match change.scope {
                        ConsentScope::All => change_consent(conn, &row, now).await,
                        // We send no marketing, so only the history is written.
                        ConsentScope::Marketing => add_to_history(conn, &row, change.scope, now).await,
                    }
                }
                .boxed()
            })
            .await
    }

    async fn consent_of(&self, channel: Channel, recipient: &str) -> StoreResult<ConsentStatus> {
        let recipient = recipient.to_owned();
        self.database
            .query(move |conn| async move { consent_of(conn, channel.name(), &recipient).await }.boxed())
            .await
    }

    async fn consents(&self, page: &PageRequest) -> StoreResult<Vec<ConsentView>> {
        let (limit, after) = (page.limit, page.after.as_ref().and_then(|cursor| cursor.parse().ok()));
        self.database
            .query(move |conn| {
                async move { newest_of_each(conn, limit, after.unwrap_or(i64::MAX)).await }.boxed()
            })
            .await
    }
}

async fn newest_of_each(conn: &mut Conn, limit: i64, before: i64) -> Result<Vec<ConsentView>, SqlError> {
    let newest = diesel::alias!(consent_history as newest);
    let of_each = newest
        .filter(newest.field(consent_history::scope).eq(ConsentScope::All.name()))
        .group_by((newest.field(consent_history::channel), newest.field(consent_history::recipient)))
        .select(max(newest.field(consent_history::seq)));
    let rows = consent_history::table
        .filter(consent_history::seq.nullable().eq_any(of_each))
        .filter(consent_history::seq.lt(before))
        .order(consent_history::seq.desc())
        .limit(limit)
        .select((
            consent_history::seq,
            consent_history::channel,
            consent_history::recipient,
            consent_history::status,
            consent_history::at,
        ))
        .load::<(i64, String, String, String, DbTime)>(conn)
        .await?;
    let view = |(seq, channel, recipient, status, at): (i64, String, String, String, DbTime)| {
        Ok(ConsentView {
            seq,
            channel: Channel::parse(&channel).ok_or_else(|| corrupt(channel))?,
            recipient,
            consent: read_status(&status)?,
            at: at.0,
        })
    };
    rows.into_iter().map(view).collect()
}
