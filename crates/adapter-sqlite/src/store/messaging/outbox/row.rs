//! A message of the outbox as it is kept, and its history.

use super::new_row::{provider_id_of, recipient_of};
use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::{
    error::SqlError,
    messaging::sealed::open,
    rows::corrupt,
    schema::{outbox, outbox_history},
    subjects::{Keys, Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::message::DeliveryStatus;
use ports::subject_keys::LookupKind;

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
    pub(crate) due_at: DbTime,
    pub(crate) in_doubt_since: Option<DbTime>,
    pub(crate) provider_hash: Option<String>,
    pub(crate) provider_sealed: Option<Vec<u8>>,
    pub(crate) expires_at: DbTime,
    pub(crate) client_id: Option<String>,
    pub(crate) dead_reason: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) price_currency: Option<String>,
    pub(crate) price_category: Option<String>,
    pub(crate) price_due_at: Option<DbTime>,
    pub(crate) price_asks: i32,
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

pub(crate) fn status_of(name: &str) -> Result<DeliveryStatus, SqlError> {
    DeliveryStatus::parse(name).ok_or_else(|| corrupt(format!("status {name}")))
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
