//! Whether we may write to somebody; every change of it, for good.

use super::outbox::add_history;
use crate::backend::{Conn, DbId, DbTime, lock_names};
use crate::store::SqlError;
use crate::store::{
    Store,
    rows::corrupt,
    schema::{consent_history, consents, conversations, outbox},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use domain::{
    message::{Channel, DeliveryStatus},
    messaging::consent::{ConsentScope, ConsentStatus},
};
use futures_util::FutureExt;
use ports::{
    messaging::{ConsentChange, ConsentView, Consents},
    pagination::PageRequest,
    store_error::StoreResult,
};

/// A change of what covers every message.
pub(crate) struct Change<'a> {
    pub(crate) channel: &'a str,
    pub(crate) recipient: &'a str,
    pub(crate) consent: ConsentStatus,
    pub(crate) source: &'a str,
}

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
                        // We send no marketing: the history is all that is needed.
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

fn read_status(name: &str) -> Result<ConsentStatus, SqlError> {
    match name {
        "opted_in" => Ok(ConsentStatus::OptedIn),
        "opted_out" => Ok(ConsentStatus::OptedOut),
        other => Err(corrupt(format!("consent {other}"))),
    }
}

const fn status_name(consent: ConsentStatus) -> &'static str {
    match consent {
        ConsentStatus::OptedIn => "opted_in",
        ConsentStatus::OptedOut => "opted_out",
    }
}

pub(crate) async fn consent_of(
    conn: &mut Conn,
    channel: &str,
    recipient: &str,
) -> Result<ConsentStatus, SqlError> {
    let status = consents::table
        .find((channel, recipient))
        .select(consents::status)
        .first::<String>(conn)
        .await
        .optional()?;
    status.as_deref().map_or(Ok(ConsentStatus::OptedIn), read_status)
}

/// Whoever asks for somebody's consent and acts on it is not overtaken by its change.
pub(crate) async fn lock_consent(conn: &mut Conn, channel: &str, recipient: &str) -> Result<(), SqlError> {
    lock_names(conn, &[format!("consent:{channel}:{recipient}")]).await
}

/// Sets somebody's consent and keeps its history; whoever opts out is not told what was still to be said.
pub(crate) async fn change_consent(
    conn: &mut Conn,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let status = status_name(change.consent);
    lock_consent(conn, change.channel, change.recipient).await?;
    diesel::insert_into(consents::table)
        .values((
            consents::channel.eq(change.channel),
            consents::recipient.eq(change.recipient),
            consents::status.eq(status),
            consents::at.eq(DbTime(now)),
        ))
        .on_conflict((consents::channel, consents::recipient))
        .do_update()
        .set((consents::status.eq(status), consents::at.eq(DbTime(now))))
        .execute(conn)
        .await?;
    add_to_history(conn, change, ConsentScope::All, now).await?;
    if change.consent == ConsentStatus::OptedOut {
        silence(conn, change, now).await?;
    }
    Ok(())
}

async fn add_to_history(
    conn: &mut Conn,
    change: &Change<'_>,
    scope: ConsentScope,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(consent_history::table)
        .values((
            consent_history::channel.eq(change.channel),
            consent_history::recipient.eq(change.recipient),
            consent_history::status.eq(status_name(change.consent)),
            consent_history::at.eq(DbTime(now)),
            consent_history::scope.eq(scope.name()),
            consent_history::source.eq(change.source),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes back what waits in all his talks on the channel, whoever carries them.
async fn silence(conn: &mut Conn, change: &Change<'_>, now: DateTime<Utc>) -> Result<(), SqlError> {
    let conversations = conversations::table
        .filter(conversations::sender_key.eq(change.recipient))
        .filter(conversations::channel.eq(change.channel))
        .select(conversations::id)
        .load::<DbId>(conn)
        .await?;
    let waiting = outbox::table
        .filter(outbox::conversation_id.eq_any(conversations.into_iter().map(Some).collect::<Vec<_>>()))
        .filter(outbox::phase.eq_any(["waiting", "doubt"]))
        .select(outbox::id)
        .load::<DbId>(conn)
        .await?;
    for id in waiting {
        diesel::update(outbox::table.filter(outbox::id.eq(id)))
            .set((outbox::phase.eq("settled"), outbox::status.eq(DeliveryStatus::Failed.name())))
            .execute(conn)
            .await?;
        let why = Some("the recipient opted out".to_owned());
        add_history(conn, id, DeliveryStatus::Failed, why, now).await?;
    }
    Ok(())
}
