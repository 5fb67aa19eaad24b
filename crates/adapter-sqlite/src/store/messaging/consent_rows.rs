//! Consents and their history, read, locked and changed within a transaction.

use super::{outbox::row::add_history, sealed::open};
use crate::backend::{Conn, DbId, DbTime, lock_names};
use crate::store::{
    error::SqlError,
    rows::corrupt,
    schema::{consent_history, consents, conversations, outbox},
    subjects::{Keys, Place, Vault, contacts::contact_of},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    message::DeliveryStatus,
    messaging::consent::{ConsentScope, ConsentStatus},
};
use ports::subject_keys::SubjectKeyId;

/// Where recipients are sealed. A change has the same sealed value in both tables.
const SEALED: &str = "consents.sealed";

/// A change of the consent that covers every message.
pub(crate) struct Change<'a> {
    pub(crate) channel: &'a str,
    /// The hash of the recipient's canonical number or address.
    pub(crate) hash: &'a str,
    /// That number or address, to be shown. `None`: it is not known any more.
    pub(crate) recipient: Option<&'a str>,
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

/// What a recipient's consents are bound to, where they are sealed.
fn row_of(channel: &str, hash: &str) -> Vec<u8> {
    format!("{channel}\0{hash}").into_bytes()
}

/// The sealed recipient of a consent.
pub(crate) fn open_recipient(
    keys: &Keys,
    channel: &str,
    hash: &str,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, SqlError> {
    open(keys, Place::new(SEALED, &row_of(channel, hash)), sealed)
}

/// Seals a recipient, to be shown in the list of consents.
pub(crate) async fn seal_recipient(
    conn: &mut Conn,
    vault: &Vault,
    (channel, hash): (&str, &str),
    recipient: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<Vec<u8>>, SqlError> {
    let Some(recipient) = recipient else { return Ok(None) };
    let id = SubjectKeyId::chat(contact_of(conn, hash, now).await?);
    let keys = vault.key_for(conn, id, now).await?;
    keys.seal(id, Place::new(SEALED, &row_of(channel, hash)), &recipient).map(Some)
}

pub(crate) async fn consent_of(
    conn: &mut Conn,
    channel: &str,
    hash: &str,
) -> Result<ConsentStatus, SqlError> {
    let status = consents::table
        .find((channel, hash))
        .select(consents::status)
        .first::<String>(conn)
        .await
        .optional()?;
    status.as_deref().map_or(Ok(ConsentStatus::OptedIn), read_status)
}

/// Locks a recipient's consent, so that it does not change between a check and what follows from it.
pub(crate) async fn lock_consent(conn: &mut Conn, channel: &str, hash: &str) -> Result<(), SqlError> {
    lock_names(conn, &[format!("consent:{channel}:{hash}")]).await
}

/// Sets a recipient's consent and writes its history. After an opt-out, queued messages are not sent.
pub(crate) async fn change_consent(
    conn: &mut Conn,
    vault: &Vault,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let status = status_name(change.consent);
    lock_consent(conn, change.channel, change.hash).await?;
    let row = (change.channel, change.hash);
    let sealed = seal_recipient(conn, vault, row, change.recipient, now).await?;
    diesel::insert_into(consents::table)
        .values((
            consents::channel.eq(change.channel),
            consents::recipient_hash.eq(change.hash),
            consents::sealed.eq(&sealed),
            consents::status.eq(status),
            consents::at.eq(DbTime(now)),
        ))
        .on_conflict((consents::channel, consents::recipient_hash))
        .do_update()
        .set((
            consents::status.eq(status),
            consents::at.eq(DbTime(now)),
            sealed.as_ref().map(|sealed| consents::sealed.eq(Some(sealed))),
        ))
        .execute(conn)
        .await?;
    add_to_history(conn, change, sealed, ConsentScope::All, now).await?;
    if change.consent == ConsentStatus::OptedOut {
        silence(conn, change, now).await?;
    }
    Ok(())
}

/// Writes a change into the history, which is what the list of consents shows.
pub(crate) async fn add_to_history(
    conn: &mut Conn,
    change: &Change<'_>,
    sealed: Option<Vec<u8>>,
    scope: ConsentScope,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(consent_history::table)
        .values((
            consent_history::channel.eq(change.channel),
            consent_history::recipient_hash.eq(change.hash),
            consent_history::sealed.eq(sealed),
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
        .filter(conversations::sender_hash.eq(change.hash))
        .filter(conversations::channel.eq(change.channel))
        .select(conversations::id)
        .load::<DbId>(conn)
        .await?;
    let waiting = outbox::table
        .filter(outbox::conversation_id.eq_any(conversations.into_iter().map(Some).collect::<Vec<_>>()))
        .filter(outbox::phase.eq_any(["waiting", "doubt"]))
        // In the order in which settlements lock them.
        .order(outbox::seq.asc())
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
