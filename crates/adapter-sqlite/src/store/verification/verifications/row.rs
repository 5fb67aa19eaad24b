//! A challenge's row, and how it is read.

use super::phone_lock;
use crate::{
    backend::{Conn, Db, DbId, DbTime, lock_names},
    store::{
        error::SqlError,
        rows::{corrupt, count, price as read_price},
        schema::{outbox, verification_sends, verifications},
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::VerificationId,
    locale::Locale,
    message::{Channel, SendStatus},
    operations::audit::{Actor, AuditRecord},
    principal::Principal,
    verification::otp::{Challenge, ChallengeStatus, NO_TRANSACTION, Purpose, Recipient},
};
use ports::{
    crypto::CodeMac,
    verification::{OwnCode, SendAttempt, Verification},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = verifications, check_for_backend(Db))]
pub(crate) struct VerificationRow {
    pub(crate) id: DbId,
    pub(crate) requester: String,
    pub(crate) recipient: String,
    pub(crate) channel: String,
    pub(crate) purpose: String,
    pub(crate) provider_ref: Option<String>,
    pub(crate) status: String,
    pub(crate) attempts_used: i32,
    pub(crate) attempts_max: i32,
    pub(crate) expires_at: DbTime,
    pub(crate) last_sent_at: DbTime,
    pub(crate) client_ip: Option<String>,
    pub(crate) salt: Option<Vec<u8>>,
    pub(crate) mac: Option<Vec<u8>>,
    pub(crate) mac_key_id: Option<String>,
    pub(crate) transaction_digest: Option<Vec<u8>>,
    pub(crate) origin: Option<String>,
    pub(crate) used_at: Option<DbTime>,
    pub(crate) locale: Option<String>,
    pub(crate) fallback: String,
}

impl VerificationRow {
    pub(crate) fn challenge(&self) -> Result<Challenge, SqlError> {
        Ok(Challenge {
            status: ChallengeStatus::parse(&self.status).ok_or_else(|| corrupt(&self.status))?,
            attempts_used: count(self.attempts_used)?,
            attempts_max: count(self.attempts_max)?,
            expires_at: self.expires_at.0,
            last_sent_at: self.last_sent_at.0,
        })
    }

    pub(crate) fn mac(&self) -> Option<[u8; 32]> {
        self.mac.as_deref().and_then(|mac| mac.try_into().ok())
    }

    /// An audit row about the challenge. The challenge stands for the request, and the number is masked.
    pub(crate) fn audit(
        &self,
        action: &str,
        before: Option<&str>,
        after: String,
    ) -> Result<AuditRecord, SqlError> {
        let (channel, request_id) = (self.channel.clone(), self.id.0.to_string());
        Ok(AuditRecord {
            actor: Actor { who: self.requester()?, channel, request_id },
            action: format!("verification.{action}"),
            subject: self.id.0.to_string(),
            on_behalf_of: Some(read_recipient(&self.recipient)?.to_string()),
            before: before.map(str::to_owned),
            after: Some(after),
        })
    }

    pub(crate) fn requester(&self) -> Result<Principal, SqlError> {
        self.requester.parse().map_err(corrupt)
    }

    /// True when the code is a step-up code of a payment.
    pub(crate) fn is_payment(&self) -> bool {
        self.transaction_digest.as_deref().is_some_and(|digest| digest != NO_TRANSACTION)
    }

    pub(crate) fn own_code(&self) -> Option<OwnCode> {
        Some(OwnCode {
            salt: self.salt.as_deref()?.try_into().ok()?,
            mac: CodeMac { key_id: self.mac_key_id.clone()?, mac: self.mac()? },
            transaction_digest: self.transaction_digest.as_deref()?.try_into().ok()?,
        })
    }

    fn into_verification(self, sends: Vec<SendAttempt>) -> Result<Verification, SqlError> {
        Ok(Verification {
            id: VerificationId(self.id.0),
            challenge: self.challenge()?,
            own_code: self.own_code(),
            requester: self.requester()?,
            to: read_recipient(&self.recipient)?,
            channel: Channel::parse(&self.channel).ok_or_else(|| corrupt(&self.channel))?,
            purpose: Purpose::parse(&self.purpose).ok_or_else(|| corrupt(&self.purpose))?,
            provider_ref: self.provider_ref,
            origin: self.origin,
            locale: self.locale.as_deref().and_then(Locale::parse),
            fallback: self.fallback.split(',').filter_map(Channel::parse).collect(),
            sends,
        })
    }
}

/// A challenge, read under the lock of its number.
pub(crate) async fn load_locked(
    conn: &mut Conn,
    id: VerificationId,
) -> Result<Option<VerificationRow>, SqlError> {
    match load(conn, id).await? {
        Some(row) => {
            lock_names(conn, &[phone_lock(&row.recipient)]).await?;
            load(conn, id).await
        }
        None => Ok(None),
    }
}

pub(crate) async fn load(conn: &mut Conn, id: VerificationId) -> Result<Option<VerificationRow>, SqlError> {
    Ok(verifications::table
        .find(DbId(id.0))
        .select(VerificationRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

pub(crate) async fn whole(conn: &mut Conn, id: VerificationId) -> Result<Verification, SqlError> {
    let row = load(conn, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    with_sends(conn, row).await
}

/// A send's channel, time and status; its message's status, price, currency and price category.
type SendRow = (String, DbTime, String, Option<String>, Option<String>, Option<String>, Option<String>);

pub(crate) async fn with_sends(conn: &mut Conn, row: VerificationRow) -> Result<Verification, SqlError> {
    let sends = verification_sends::table
        .left_join(outbox::table.on(outbox::id.nullable().eq(verification_sends::outbox_id)))
        .filter(verification_sends::verification_id.eq(row.id))
        .order(verification_sends::seq.asc())
        .select((
            verification_sends::channel,
            verification_sends::at,
            verification_sends::status,
            outbox::status.nullable(),
            outbox::price.nullable(),
            outbox::price_currency.nullable(),
            outbox::price_category.nullable(),
        ))
        .load::<SendRow>(conn)
        .await?;
    let sends = sends
        .into_iter()
        .map(|(channel, at, status, delivery, price, currency, price_category)| {
            let channel = Channel::parse(&channel).ok_or_else(|| corrupt(&channel))?;
            let status = delivery.unwrap_or(status);
            let status = SendStatus::parse(&status).ok_or_else(|| corrupt(status))?;
            let price = read_price(price.as_deref(), currency.as_deref())?;
            Ok(SendAttempt { channel, at: at.0, status, price, price_category })
        })
        .collect::<Result<_, SqlError>>()?;
    row.into_verification(sends)
}

pub(crate) fn read_recipient(text: &str) -> Result<Recipient, SqlError> {
    Recipient::from_canonical(text).ok_or_else(|| corrupt("a destination"))
}
