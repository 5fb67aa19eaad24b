//! Consents: whether we may write to a recipient, and every change of that.

use super::consent_rows::{
    Change, add_to_history, change_consent, consent_of, open_recipient, read_status, seal_recipient,
};
use crate::backend::{Conn, Db, DbTime};
use crate::store::error::SqlError;
use crate::store::{handle::Store, rows::corrupt, schema::consent_history, subjects::Vault};
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
        let (change, vault) = (change.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let (channel, hash) = (change.channel.name(), vault.address(&change.recipient));
                    let row = Change {
                        channel,
                        hash: &hash,
                        recipient: Some(&change.recipient),
                        consent: change.consent,
                        source: &change.source,
                    };
                    match change.scope {
                        ConsentScope::All => change_consent(conn, &vault, &row, now).await,
                        // We send no marketing, so only the history is written.
                        ConsentScope::Marketing => {
                            let place = (channel, hash.as_str());
                            let sealed = seal_recipient(conn, &vault, place, row.recipient, now).await?;
                            add_to_history(conn, &row, sealed, change.scope, now).await
                        }
                    }
                }
                .boxed()
            })
            .await
    }

    async fn consent_of(&self, channel: Channel, recipient: &str) -> StoreResult<ConsentStatus> {
        let hash = self.vault.address(recipient);
        self.database
            .query(move |conn| async move { consent_of(conn, channel.name(), &hash).await }.boxed())
            .await
    }

    async fn consents(&self, page: &PageRequest) -> StoreResult<Vec<ConsentView>> {
        let (limit, after) = (page.limit, page.after.as_ref().and_then(|cursor| cursor.parse().ok()));
        let vault = self.vault.clone();
        self.database
            .query(move |conn| {
                async move { newest_of_each(conn, &vault, limit, after.unwrap_or(i64::MAX)).await }.boxed()
            })
            .await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = consent_history, check_for_backend(Db))]
struct HistoryRow {
    seq: i64,
    channel: String,
    recipient_hash: String,
    sealed: Option<Vec<u8>>,
    status: String,
    at: DbTime,
}

async fn newest_of_each(
    conn: &mut Conn,
    vault: &Vault,
    limit: i64,
    before: i64,
) -> Result<Vec<ConsentView>, SqlError> {
    let newest = diesel::alias!(consent_history as newest);
    let of_each = newest
        .filter(newest.field(consent_history::scope).eq(ConsentScope::All.name()))
        .group_by((newest.field(consent_history::channel), newest.field(consent_history::recipient_hash)))
        .select(max(newest.field(consent_history::seq)));
    let rows: Vec<HistoryRow> = consent_history::table
        .filter(consent_history::seq.nullable().eq_any(of_each))
        .filter(consent_history::seq.lt(before))
        .order(consent_history::seq.desc())
        .limit(limit)
        .select(HistoryRow::as_select())
        .load(conn)
        .await?;
    let sealed: Vec<_> = rows.iter().filter_map(|row| row.sealed.as_deref()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let view = |row: HistoryRow| {
        Ok(ConsentView {
            seq: row.seq,
            channel: Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?,
            recipient: open_recipient(&keys, &row.channel, &row.recipient_hash, row.sealed.as_deref())
                .ok()
                .flatten(),
            consent: read_status(&row.status)?,
            at: row.at.0,
        })
    };
    rows.into_iter().map(view).collect()
}
