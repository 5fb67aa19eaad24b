//! The rows that a fold writes.

use crate::{
    backend::values::{DbId, DbTime},
    store::{
        error::SqlError,
        messaging::alert_rows::NewAlertRow,
        rows::{NewAuditRow, column, to_json},
        schema::{entries, holds, idempotency_keys, kept_names, outbound_payments, payees, transfers},
    },
};
use chrono::Datelike;
use diesel::prelude::*;
use domain::{
    ids::TransferId,
    money::{
        ledger::{Entry, Hold, LedgerAccount, Outcome},
        outbound::OutboundPayment,
    },
};

/// All rows of one fold, written together.
#[derive(Default)]
pub(crate) struct LedgerRows {
    pub(crate) transfers: Vec<NewTransferRow>,
    pub(crate) entries: Vec<EntryRow>,
    pub(crate) accounts: Vec<AccountChange>,
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) holds: Vec<HoldRow>,
    pub(crate) outbound: Vec<NewOutboundRow>,
    pub(crate) payees: Vec<PayeeRow>,
    pub(crate) audit: Vec<NewAuditRow>,
    pub(crate) alerts: Vec<NewAlertRow>,
}

#[derive(Insertable)]
#[diesel(table_name = transfers)]
pub(crate) struct NewTransferRow {
    pub(crate) id: DbId,
    pub(crate) folio: String,
    pub(crate) caller: String,
    pub(crate) client_tx_id: Option<String>,
    pub(crate) owner: DbId,
    pub(crate) from_account: DbId,
    pub(crate) to_account: DbId,
    pub(crate) minor: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) first_status: String,
    pub(crate) verification_id: Option<DbId>,
    pub(crate) reverses: Option<DbId>,
    pub(crate) reversed_minor: i64,
    pub(crate) expires_at: Option<DbTime>,
    pub(crate) created_at: DbTime,
    pub(crate) updated_at: DbTime,
    pub(crate) sealed: Vec<u8>,
    pub(crate) payee_sealed: Option<Vec<u8>>,
    pub(crate) payee_hash: String,
}

#[derive(Insertable)]
#[diesel(table_name = entries)]
pub(crate) struct EntryRow {
    pub(crate) transfer_id: DbId,
    pub(crate) account_id: DbId,
    pub(crate) minor: i64,
    pub(crate) balance_after: Option<i64>,
    pub(crate) version: Option<i64>,
    pub(crate) at: DbTime,
}

/// An account's row after the fold.
pub(crate) struct AccountChange {
    pub(crate) id: DbId,
    pub(crate) posted: i64,
    pub(crate) held: i64,
    pub(crate) version: i64,
    pub(crate) spent_on: i32,
    pub(crate) spent_day: i64,
    pub(crate) spent_month: i64,
}

#[derive(Insertable)]
#[diesel(table_name = idempotency_keys)]
pub(crate) struct KeyRow {
    pub(crate) key: Vec<u8>,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) subject: Option<DbId>,
    pub(crate) refusal: Option<String>,
    pub(crate) at: DbTime,
}

#[derive(Insertable)]
#[diesel(table_name = holds)]
pub(crate) struct HoldRow {
    pub(crate) transfer_id: DbId,
    pub(crate) account_id: DbId,
    pub(crate) minor: i64,
    pub(crate) spent_on: i32,
    pub(crate) state: &'static str,
    pub(crate) created_at: DbTime,
}

#[derive(Insertable)]
#[diesel(table_name = payees)]
pub(crate) struct PayeeRow {
    pub(crate) user_id: DbId,
    pub(crate) account_hash: String,
    pub(crate) first_seen_at: DbTime,
    pub(crate) last_paid_at: Option<DbTime>,
}

/// A payment as the ledger's fold makes it.
#[derive(Insertable)]
#[diesel(table_name = outbound_payments)]
pub(crate) struct NewOutboundRow {
    pub(crate) transfer_id: DbId,
    pub(crate) reference: String,
    pub(crate) state: &'static str,
    pub(crate) version: i64,
    pub(crate) tries: i32,
    pub(crate) next_at: Option<DbTime>,
    pub(crate) fence: i64,
    pub(crate) leased_until: DbTime,
    pub(crate) created_at: DbTime,
}

/// A name that was kept for a viewer.
#[derive(Insertable)]
#[diesel(table_name = kept_names)]
pub(crate) struct KeptNameRow {
    pub(crate) viewer_id: DbId,
    pub(crate) other_id: DbId,
    pub(crate) sealed: Vec<u8>,
}

/// A transfer that was in the clear. All are `None` when its owner was erased.
pub(crate) struct SealedTransfer {
    pub(crate) id: DbId,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) payee_sealed: Option<Vec<u8>>,
    pub(crate) payee_hash: Option<String>,
}

impl EntryRow {
    pub(super) fn new(entry: &Entry, at: DbTime) -> Self {
        Self {
            transfer_id: DbId(entry.transfer.0),
            account_id: DbId(entry.account.0),
            minor: entry.minor,
            balance_after: entry.balance_after,
            version: entry.version,
            at,
        }
    }
}

impl AccountChange {
    pub(super) fn new(account: &LedgerAccount) -> Self {
        Self {
            id: DbId(account.id.0),
            posted: account.posted,
            held: account.held,
            version: account.version,
            spent_on: account.spending.on.num_days_from_ce(),
            spent_day: account.spending.in_day,
            spent_month: account.spending.in_month,
        }
    }
}

impl KeyRow {
    pub(crate) fn new(
        key: [u8; 32],
        fingerprint: Vec<u8>,
        outcome: &Outcome,
        at: DbTime,
    ) -> Result<Self, SqlError> {
        let (made, refusal) = match outcome {
            Outcome::Accepted(transfer) => (Some(transfer), None),
            Outcome::Refused(refusal) => (None, Some(to_json(refusal)?)),
        };
        Ok(Self {
            key: key.to_vec(),
            fingerprint,
            subject: made.map(|transfer| DbId(transfer.id.0)),
            refusal,
            at,
        })
    }
}

impl HoldRow {
    pub(super) fn new(hold: &Hold, now: DbTime) -> Self {
        Self {
            transfer_id: DbId(hold.transfer.0),
            account_id: DbId(hold.account.0),
            minor: hold.minor,
            spent_on: hold.day.num_days_from_ce(),
            state: "live",
            created_at: now,
        }
    }
}

impl NewOutboundRow {
    /// The payment of a transfer whose money was just held.
    pub(crate) fn reserved(transfer: TransferId, now: DbTime) -> Self {
        let payment = OutboundPayment::reserved(transfer, now.0);
        Self {
            transfer_id: DbId(transfer.0),
            reference: payment.reference.to_string(),
            state: payment.state.name(),
            version: payment.version,
            tries: column(payment.tries),
            next_at: payment.next_at.map(DbTime),
            fence: 0,
            leased_until: now,
            created_at: now,
        }
    }
}
