//! A message of the outbox as it is kept, and how its status moves forward.

use super::new_row::{provider_id_of, recipient_of};
use crate::backend::{Conn, Db, DbId, DbTime, for_update};
use crate::store::{
    error::SqlError,
    messaging::sealed::open,
    rows::{corrupt, lane_name},
    schema::{outbox, outbox_history, verification_sends},
    subjects::{Keys, Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::MessageId, message::DeliveryStatus};
use ports::{
    messaging::Lane,
    subject_keys::{LookupKind, SubjectKeyId},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(Db))]
pub(crate) struct OutboxRow {
    pub(crate) seq: i64,
    pub(crate) id: DbId,
    pub(crate) channel_account: String,
    pub(crate) channel: String,
    pub(crate) recipient_hash: String,
    pub(crate) contact_id: Option<DbId>,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) lane: String,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) phase: String,
    pub(crate) status: String,
    pub(crate) attempts: i32,
    pub(crate) resent: i32,
    pub(crate) fence: i64,
    pub(crate) in_doubt_since: Option<DbTime>,
    pub(crate) provider_hash: Option<String>,
    pub(crate) provider_sealed: Option<Vec<u8>>,
    pub(crate) expires_at: DbTime,
    pub(crate) client_id: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) price_currency: Option<String>,
    pub(crate) price_category: Option<String>,
}

impl OutboxRow {
    /// The recipient's address, as the provider takes it. `None`: it was erased, or its key is gone.
    pub(crate) fn recipient(&self, keys: &Keys) -> Result<Option<String>, SqlError> {
        open(keys, recipient_of(&self.id.0), self.sealed.as_deref())
    }

    /// The provider's id of the message. `None`: it is not known yet, was erased, or its key is gone.
    pub(crate) fn provider_id(&self, keys: &Keys) -> Result<Option<String>, SqlError> {
        open(keys, provider_id_of(&self.id.0), self.provider_sealed.as_deref())
    }
}

/// The hash of a provider's id of a message. Some ids contain a number.
pub(crate) fn provider_hash(vault: &Vault, provider_id: &str) -> String {
    vault.lookup(LookupKind::ProviderReference, provider_id)
}

/// A message, locked until the transaction ends.
pub(crate) async fn lock_row(conn: &mut Conn, id: MessageId) -> Result<Option<OutboxRow>, SqlError> {
    let row = outbox::table.filter(outbox::id.eq(DbId(id.0))).select(OutboxRow::as_select());
    Ok(for_update!(row).first(conn).await.optional()?)
}

pub(crate) fn status_of(name: &str) -> Result<DeliveryStatus, SqlError> {
    DeliveryStatus::parse(name).ok_or_else(|| corrupt(format!("status {name}")))
}

/// Seals the provider's id of a message, once. `None`: it is known already, or the recipient was erased since.
async fn seal_provider_id(
    conn: &mut Conn,
    vault: &Vault,
    row: &OutboxRow,
    provider_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<Vec<u8>>, SqlError> {
    let (None, Some(provider_id), Some(contact)) = (&row.provider_hash, provider_id, row.contact_id) else {
        return Ok(None);
    };
    let key = SubjectKeyId::chat(contact.0);
    let keys = vault.key_for(conn, key, now).await?;
    match keys.get(key) {
        None => Ok(None),
        Some(_) => keys.seal(key, provider_id_of(&row.id.0), &provider_id).map(Some),
    }
}

/// Moves a message forward and settles it. The text of a code is wiped, because nothing needs it any more.
pub(crate) async fn advance(
    conn: &mut Conn,
    vault: &Vault,
    row: &OutboxRow,
    reported: DeliveryStatus,
    provider_id: Option<String>,
    error: Option<String>,
    at: DateTime<Utc>,
) -> Result<(), SqlError> {
    let before = status_of(&row.status)?;
    let after = before.advance(reported);
    let provider_sealed = seal_provider_id(conn, vault, row, provider_id.as_deref(), at).await?;
    let hash = provider_id.map(|provider_id| provider_hash(vault, &provider_id));
    diesel::update(outbox::table.find(row.seq))
        .set((
            outbox::phase.eq("settled"),
            outbox::status.eq(after.name()),
            outbox::provider_hash.eq(row.provider_hash.clone().or(hash)),
            provider_sealed.map(|sealed| outbox::provider_sealed.eq(Some(sealed))),
            outbox::dead_reason.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    if row.lane == lane_name(Lane::Code) {
        diesel::update(outbox::table.find(row.seq))
            .set(outbox::body.eq(None::<Vec<u8>>))
            .execute(conn)
            .await?;
        // A code that was not sent uses up no quota.
        let went = if after == DeliveryStatus::Failed { "failed" } else { "sent" };
        diesel::update(verification_sends::table.filter(verification_sends::outbox_id.eq(row.id)))
            .set((verification_sends::status.eq(went), verification_sends::error.eq(error.clone())))
            .execute(conn)
            .await?;
    }
    if after == before { Ok(()) } else { add_history(conn, row.id, reported, error, at).await }
}

pub(crate) async fn add_history(
    conn: &mut Conn,
    id: DbId,
    status: DeliveryStatus,
    error: Option<String>,
    at: DateTime<Utc>,
) -> Result<(), SqlError> {
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
