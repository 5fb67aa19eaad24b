//! Consents and their history, read, locked and changed within a transaction.

use super::outbox::row::add_history;
use crate::backend::{Conn, DbId, DbTime, lock_names};
use crate::store::{
    error::SqlError,
    rows::corrupt,
    schema::{consent_history, consents, conversations, outbox},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    message::DeliveryStatus,
    messaging::consent::{ConsentScope, ConsentStatus},
};

/// A change of the consent that covers every message.
pub(crate) struct Change<'a> {
    pub(crate) channel: &'a str,
    pub(crate) recipient: &'a str,
    pub(crate) consent: ConsentStatus,
    pub(crate) source: &'a str,
}

pub(crate) fn read_status(name: &str) -> Result<ConsentStatus, SqlError> {
    match name {
        "opted_in" => Ok(ConsentStatus::OptedIn),
        "opted_out" => Ok(ConsentStatus::OptedOut),
        other => Err(corrupt(format!("consent {other}"))),
    }
}

pub(crate) const fn status_name(consent: ConsentStatus) -> &'static str {
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

/// Locks a recipient's consent, so that it does not change between a check and what follows from it.
pub(crate) async fn lock_consent(conn: &mut Conn, channel: &str, recipient: &str) -> Result<(), SqlError> {
    lock_names(conn, &[format!("consent:{channel}:{recipient}")]).await
}

/// Sets a recipient's consent and writes its history. After an opt-out, queued messages are not sent.
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

pub(crate) async fn add_to_history(
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

/// Withdraws what is queued for the recipient on that channel, through any provider.
pub(crate) async fn silence(
    conn: &mut Conn,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
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
