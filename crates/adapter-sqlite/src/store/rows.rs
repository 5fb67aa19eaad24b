//! Rows and what they stand for; sealing and opening of bodies.

use super::error::SqlError;
use crate::backend::values::{DbId, DbTime};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    messaging::price::MessagePrice,
    money::{Currency, Money},
    operations::{audit::AuditRecord, idempotency::Fingerprint},
    phone::PhoneNumber,
};
use ports::{
    crypto::Sealer,
    messaging::{Lane, message_channel::MessageForm},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub(crate) fn corrupt(what: impl std::fmt::Display) -> SqlError {
    SqlError::Corrupt(what.to_string())
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, SqlError> {
    serde_json::to_string(value).map_err(corrupt)
}

pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, SqlError> {
    serde_json::from_str(json).map_err(corrupt)
}

/// Seals a value as JSON, bound to its row.
pub(crate) fn seal<T: Serialize>(sealer: &dyn Sealer, row: Uuid, value: &T) -> Result<Vec<u8>, SqlError> {
    let plain = serde_json::to_vec(value).map_err(corrupt)?;
    Ok(sealer.seal(row.as_bytes(), &plain))
}

/// Opens what [`seal`] sealed for the same row.
pub(crate) fn unseal<T: DeserializeOwned>(
    sealer: &dyn Sealer,
    row: Uuid,
    sealed: &[u8],
) -> Result<T, SqlError> {
    let plain = sealer.open(row.as_bytes(), sealed).map_err(corrupt)?;
    serde_json::from_slice(&plain).map_err(corrupt)
}

pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, SqlError> {
    Currency::parse(currency).map(|currency| Money::new(minor, currency)).map_err(corrupt)
}

pub(crate) fn phone(text: String) -> Result<PhoneNumber, SqlError> {
    PhoneNumber::try_from(text).map_err(corrupt)
}

pub(crate) fn fingerprint(bytes: &[u8]) -> Result<Fingerprint, SqlError> {
    bytes.try_into().map(Fingerprint).map_err(|_length| corrupt("a fingerprint of another length"))
}

/// A count, from a column that is never negative.
pub(crate) fn count(value: i32) -> Result<u32, SqlError> {
    u32::try_from(value).map_err(corrupt)
}

pub(crate) fn column(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// A day, from its column: days since the year 0.
pub(crate) fn day(column: i32) -> Result<NaiveDate, SqlError> {
    NaiveDate::from_num_days_from_ce_opt(column).ok_or_else(|| corrupt(format!("day {column}")))
}

#[derive(diesel::Insertable)]
#[diesel(table_name = super::schema::audit)]
pub(crate) struct NewAuditRow {
    pub(crate) at: DbTime,
    pub(crate) who: String,
    pub(crate) channel: String,
    pub(crate) request_id: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) on_behalf_of: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl NewAuditRow {
    pub(crate) fn new(record: &AuditRecord, now: DateTime<Utc>) -> Self {
        let record = record.clone();
        Self {
            at: DbTime(now),
            who: record.actor.who.key(),
            channel: record.actor.channel,
            request_id: record.actor.request_id,
            action: record.action,
            subject: record.subject,
            on_behalf_of: record.on_behalf_of,
            before: record.before,
            after: record.after,
        }
    }
}

#[derive(diesel::Insertable)]
#[diesel(table_name = super::schema::conversations)]
pub(crate) struct NewConversationRow {
    pub(crate) id: DbId,
    pub(crate) channel_account: String,
    pub(crate) channel: String,
    pub(crate) sender_hash: String,
    pub(crate) contact_id: Option<DbId>,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) state: Vec<u8>,
    pub(crate) state_version: i32,
    pub(crate) fence: i64,
    pub(crate) leased_until: DbTime,
    pub(crate) created_at: DbTime,
    pub(crate) updated_at: DbTime,
}

#[derive(diesel::Insertable)]
#[diesel(table_name = super::schema::inbox)]
pub(crate) struct NewInboxRow {
    pub(crate) id: DbId,
    pub(crate) conversation_id: DbId,
    pub(crate) contact_id: Option<DbId>,
    pub(crate) channel_account: String,
    pub(crate) event_hash: String,
    pub(crate) body: Vec<u8>,
    pub(crate) raw: Option<Vec<u8>>,
    pub(crate) state: &'static str,
    pub(crate) tries: i32,
    pub(crate) received_at: DbTime,
}

/// The sealed part of an outbound message.
#[derive(Serialize, Deserialize)]
pub(crate) struct OutboundBody {
    pub(crate) v: u8,
    pub(crate) text: String,
    /// Version 1 had only buttons.
    #[serde(default)]
    buttons: Vec<(String, String)>,
    #[serde(default)]
    form: MessageForm,
}

impl OutboundBody {
    pub(crate) const fn new(text: String, form: MessageForm) -> Self {
        Self { v: 2, text, buttons: Vec::new(), form }
    }

    pub(crate) fn form(self) -> MessageForm {
        if self.v == 1 && !self.buttons.is_empty() { MessageForm::Buttons(self.buttons) } else { self.form }
    }
}

pub(crate) const fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Conversation => "conversation",
        Lane::Code => "code",
    }
}

/// A stored price. `None`: the provider has not told it.
pub(crate) fn price(amount: Option<&str>, currency: Option<&str>) -> Result<Option<MessagePrice>, SqlError> {
    let Some((amount, currency)) = amount.zip(currency) else { return Ok(None) };
    MessagePrice::read(amount, currency).map(Some).ok_or_else(|| corrupt("a price"))
}
