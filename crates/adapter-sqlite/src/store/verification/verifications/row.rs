//! A challenge's row, and how it is read.

use super::{
    personal::{Personal, SEALED, commitment_to},
    phone_lock,
    senders::{Sender, SenderKind},
    sends::send_locks,
};
use crate::{
    backend::{Conn, Db, DbId, DbTime, lock_names},
    store::{
        error::SqlError,
        rows::{corrupt, count, price as read_price},
        schema::{outbox, verification_sends, verifications},
        subjects::{Place, Vault},
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
    subject_keys::SubjectKeyId,
    verification::{OwnCode, SendAttempt, Verification},
};

/// The columns of a challenge that say whom it is about only by hashes.
#[derive(Queryable, Selectable)]
#[diesel(table_name = verifications, check_for_backend(Db))]
pub(crate) struct Columns {
    pub(crate) id: DbId,
    requester: String,
    pub(crate) channel: String,
    pub(crate) purpose: String,
    pub(crate) provider_ref: Option<String>,
    pub(crate) status: String,
    pub(crate) attempts_used: i32,
    pub(crate) attempts_max: i32,
    pub(crate) expires_at: DbTime,
    pub(crate) last_sent_at: DbTime,
    pub(crate) client_ip_hash: Option<String>,
    salt: Option<Vec<u8>>,
    mac: Option<Vec<u8>>,
    mac_key_id: Option<String>,
    transaction_digest: Option<Vec<u8>>,
    pub(crate) used_at: Option<DbTime>,
    locale: Option<String>,
    fallback: String,
    sealed: Option<Vec<u8>>,
}

/// A challenge, opened: its columns, and whom it is about.
pub(crate) struct VerificationRow {
    pub(crate) columns: Columns,
    /// The number or address to prove.
    pub(crate) to: Recipient,
    /// The principal that asked.
    pub(crate) requester: Principal,
    origin: Option<String>,
    /// A commitment to the recipient, for the audit log.
    commitment: String,
}

impl VerificationRow {
    pub(crate) fn challenge(&self) -> Result<Challenge, SqlError> {
        Ok(Challenge {
            status: ChallengeStatus::parse(&self.columns.status)
                .ok_or_else(|| corrupt(&self.columns.status))?,
            attempts_used: count(self.columns.attempts_used)?,
            attempts_max: count(self.columns.attempts_max)?,
            expires_at: self.columns.expires_at.0,
            last_sent_at: self.columns.last_sent_at.0,
        })
    }

    pub(crate) fn mac(&self) -> Option<[u8; 32]> {
        self.columns.mac.as_deref().and_then(|mac| mac.try_into().ok())
    }

    /// An audit row about the challenge. The challenge stands for the request, and a commitment for the recipient.
    pub(crate) fn audit(
        &self,
        action: &str,
        before: Option<&str>,
        after: String,
    ) -> Result<AuditRecord, SqlError> {
        let columns = &self.columns;
        let (channel, request_id) = (columns.channel.clone(), columns.id.0.to_string());
        // As it is stored: an anonymous caller's address is a hash.
        let who = columns.requester.parse().map_err(corrupt)?;
        Ok(AuditRecord {
            actor: Actor { who, channel, request_id },
            action: format!("verification.{action}"),
            subject: columns.id.0.to_string(),
            on_behalf_of: Some(self.commitment.clone()),
            before: before.map(str::to_owned),
            after: Some(after),
        })
    }

    /// The key of the challenge's contact.
    pub(crate) fn contact(&self) -> Result<SubjectKeyId, SqlError> {
        let sealed = self.columns.sealed.as_deref();
        sealed.and_then(SubjectKeyId::of).ok_or_else(|| corrupt("a challenge without a contact"))
    }

    /// The names that sends of the challenge are counted under.
    pub(crate) fn send_locks(&self) -> Vec<String> {
        send_locks(&self.to, self.columns.client_ip_hash.as_deref(), &self.requester)
    }

    /// Its sender, if it is of that kind.
    pub(crate) fn sender(&self, kind: SenderKind) -> Sender<'_> {
        Sender { client_ip_hash: self.columns.client_ip_hash.as_deref(), kind }
    }

    /// True when the code is a step-up code of a payment.
    pub(crate) fn is_payment(&self) -> bool {
        self.columns.transaction_digest.as_deref().is_some_and(|digest| digest != NO_TRANSACTION)
    }

    pub(crate) fn own_code(&self) -> Option<OwnCode> {
        Some(OwnCode {
            salt: self.columns.salt.as_deref()?.try_into().ok()?,
            mac: CodeMac { key_id: self.columns.mac_key_id.clone()?, mac: self.mac()? },
            transaction_digest: self.columns.transaction_digest.as_deref()?.try_into().ok()?,
        })
    }

    fn into_verification(self, sends: Vec<SendAttempt>) -> Result<Verification, SqlError> {
        Ok(Verification {
            id: VerificationId(self.columns.id.0),
            challenge: self.challenge()?,
            own_code: self.own_code(),
            requester: self.requester,
            to: self.to,
            channel: Channel::parse(&self.columns.channel).ok_or_else(|| corrupt(&self.columns.channel))?,
            purpose: Purpose::parse(&self.columns.purpose).ok_or_else(|| corrupt(&self.columns.purpose))?,
            provider_ref: self.columns.provider_ref,
            origin: self.origin,
            locale: self.columns.locale.as_deref().and_then(Locale::parse),
            fallback: self.columns.fallback.split(',').filter_map(Channel::parse).collect(),
            sends,
        })
    }
}

/// A challenge, read under the lock of its number.
pub(crate) async fn load_locked(
    conn: &mut Conn,
    vault: &Vault,
    id: VerificationId,
) -> Result<Option<VerificationRow>, SqlError> {
    match load(conn, vault, id).await? {
        Some(row) => {
            lock_names(conn, &[phone_lock(row.to.canonical())]).await?;
            load(conn, vault, id).await
        }
        None => Ok(None),
    }
}

/// A challenge. `None`: there is none, or the key of its recipient is destroyed.
pub(crate) async fn load(
    conn: &mut Conn,
    vault: &Vault,
    id: VerificationId,
) -> Result<Option<VerificationRow>, SqlError> {
    let row = verifications::table.find(DbId(id.0)).select(Columns::as_select()).first(conn).await;
    let Some(columns) = row.optional()? else { return Ok(None) };
    let Some(sealed) = &columns.sealed else { return Ok(None) };
    let Some(key) = SubjectKeyId::of(sealed) else { return Err(corrupt("a challenge without a contact")) };
    let keys = vault.keys_in(conn, [sealed.as_slice()]).await?;
    let place = Place::of(SEALED, &columns.id.0);
    let (Some(personal), Some(key)) = (keys.open::<Personal>(place, sealed)?, keys.get(key)) else {
        return Ok(None);
    };
    let to = Recipient::from_canonical(&personal.to).ok_or_else(|| corrupt("a destination"))?;
    let commitment = commitment_to(key, &to);
    let requester = match personal.caller {
        Some(address) => Principal::Anonymous(Some(address)),
        None => columns.requester.parse().map_err(corrupt)?,
    };
    Ok(Some(VerificationRow { columns, to, requester, origin: personal.origin, commitment }))
}

pub(crate) async fn whole(
    conn: &mut Conn,
    vault: &Vault,
    id: VerificationId,
) -> Result<Verification, SqlError> {
    let row = load(conn, vault, id).await?.ok_or_else(|| corrupt("no such challenge"))?;
    with_sends(conn, row).await
}

/// A send's channel, time, status, price and its currency; its message's status, price, currency and price category.
type SendRow = (
    (String, DbTime, String, Option<String>, Option<String>),
    (Option<String>, Option<String>, Option<String>, Option<String>),
);

pub(crate) async fn with_sends(conn: &mut Conn, row: VerificationRow) -> Result<Verification, SqlError> {
    let sends = verification_sends::table
        .left_join(outbox::table.on(outbox::id.nullable().eq(verification_sends::outbox_id)))
        .filter(verification_sends::verification_id.eq(row.columns.id))
        .order(verification_sends::seq.asc())
        .select((
            (
                verification_sends::channel,
                verification_sends::at,
                verification_sends::status,
                verification_sends::price,
                verification_sends::price_currency,
            ),
            (
                outbox::status.nullable(),
                outbox::price.nullable(),
                outbox::price_currency.nullable(),
                outbox::price_category.nullable(),
            ),
        ))
        .load::<SendRow>(conn)
        .await?;
    let sends = sends
        .into_iter()
        .map(|(send, message)| {
            let (channel, at, status, own_price, own_currency) = send;
            let (delivery, price, currency, price_category) = message;
            let channel = Channel::parse(&channel).ok_or_else(|| corrupt(&channel))?;
            let status = delivery.unwrap_or(status);
            let status = SendStatus::parse(&status).ok_or_else(|| corrupt(status))?;
            let (price, currency) = (price.or(own_price), currency.or(own_currency));
            let price = read_price(price.as_deref(), currency.as_deref())?;
            Ok(SendAttempt { channel, at: at.0, status, price, price_category })
        })
        .collect::<Result<_, SqlError>>()?;
    row.into_verification(sends)
}
