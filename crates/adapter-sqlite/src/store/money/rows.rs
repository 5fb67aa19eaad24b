//! The rows that a fold writes.

use super::sealed::Seals;
use crate::backend::values::{DbId, DbTime};
use crate::store::{error::SqlError, messaging::alert_rows::NewAlertRow};
use crate::store::{
    rows::{NewAuditRow, to_json},
    schema::{entries, holds, idempotency_keys, payees, transfers},
};
use chrono::{DateTime, Datelike, Utc};
use diesel::prelude::*;
use domain::{
    ids::UserId,
    money::{
        ledger::{Entry, Hold, LedgerAccount, Outcome, PostingBatch},
        transfer::{Destination, Transfer, TransferStatus},
    },
};
use std::collections::BTreeMap;

/// All rows of one fold, written together.
#[derive(Default)]
pub(crate) struct LedgerRows {
    pub(crate) transfers: Vec<NewTransferRow>,
    pub(crate) entries: Vec<EntryRow>,
    pub(crate) accounts: Vec<AccountChange>,
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) holds: Vec<HoldRow>,
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

impl LedgerRows {
    /// Collects the rows of a fold. Rows that replicas might write at the same time are put in one order for
    /// all, so that no deadlock arises.
    pub(crate) fn of(
        mut batch: PostingBatch,
        seals: &Seals<'_>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let now = DbTime(now);
        let changed = batch.changed.iter().filter_map(|id| batch.accounts.get(id));
        let mut keys = batch
            .new_outcomes
            .iter()
            .map(|(key, fingerprint, outcome)| KeyRow::new(key.digest(), fingerprint.0, outcome, now))
            .collect::<Result<Vec<_>, _>>()?;
        keys.sort_by(|one, two| one.key.cmp(&two.key));
        let payees = payee_rows(&batch, seals);
        let accounts = changed.map(AccountChange::new).collect();
        let transfers = std::mem::take(&mut batch.new_transfers).into_iter();
        let transfer_row = |transfer: Transfer| {
            let payee = batch.accounts.get(&transfer.to).and_then(|account| account.owner);
            NewTransferRow::new(transfer, payee, seals, now)
        };
        Ok(Self {
            accounts,
            transfers: transfers.map(transfer_row).collect::<Result<_, _>>()?,
            entries: batch.new_entries.iter().map(|entry| EntryRow::new(entry, now)).collect(),
            holds: batch.new_holds.iter().map(|hold| HoldRow::new(hold, now)).collect(),
            keys,
            payees,
            audit: Vec::new(),
            alerts: Vec::new(),
        })
    }
}

impl NewTransferRow {
    fn new(
        transfer: Transfer,
        payee: Option<UserId>,
        seals: &Seals<'_>,
        now: DbTime,
    ) -> Result<Self, SqlError> {
        let concept = transfer.concept.as_deref();
        Ok(Self {
            id: DbId(transfer.id.0),
            folio: transfer.folio.to_string(),
            sealed: seals.said(transfer.id.0, transfer.owner, (&transfer.destination, concept))?,
            payee_sealed: seals.copy(transfer.id.0, (transfer.owner, payee), concept)?,
            payee_hash: seals.payee_hash(transfer.owner, &transfer.destination),
            caller: transfer.caller.key(),
            client_tx_id: transfer.client_tx_id,
            owner: DbId(transfer.owner.0),
            from_account: DbId(transfer.from.0),
            to_account: DbId(transfer.to.0),
            minor: transfer.amount.minor,
            currency: transfer.amount.currency.code().to_owned(),
            status: transfer.status.name().to_owned(),
            first_status: transfer.status.name().to_owned(),
            verification_id: transfer.verification.map(|id| DbId(id.0)),
            reverses: transfer.reverses.map(|id| DbId(id.0)),
            reversed_minor: transfer.reversed_minor,
            expires_at: transfer.expires_at.map(DbTime),
            created_at: DbTime(transfer.created_at),
            updated_at: now,
        })
    }
}

impl EntryRow {
    fn new(entry: &Entry, at: DbTime) -> Self {
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
    fn new(account: &LedgerAccount) -> Self {
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
        fingerprint: [u8; 32],
        outcome: &Outcome,
        at: DbTime,
    ) -> Result<Self, SqlError> {
        let (made, refusal) = match outcome {
            Outcome::Accepted(transfer) => (Some(transfer), None),
            Outcome::Refused(refusal) => (None, Some(to_json(refusal)?)),
        };
        Ok(Self {
            key: key.to_vec(),
            fingerprint: fingerprint.to_vec(),
            subject: made.map(|transfer| DbId(transfer.id.0)),
            refusal,
            at,
        })
    }
}

impl HoldRow {
    fn new(hold: &Hold, now: DbTime) -> Self {
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

/// The payees that are named for the first time, and those that are paid; each once, in one order for all.
fn payee_rows(batch: &PostingBatch, seals: &Seals<'_>) -> Vec<PayeeRow> {
    let row = |payer: UserId, destination: &Destination, at| PayeeRow {
        user_id: DbId(payer.0),
        account_hash: seals.payee_hash(payer, destination),
        first_seen_at: DbTime(at),
        last_paid_at: None,
    };
    let mut rows = BTreeMap::new();
    for seen in &batch.new_payees {
        let row = row(seen.payer, &seen.destination, seen.at);
        rows.insert((row.user_id.0, row.account_hash.clone()), row);
    }
    let owner = |id| batch.accounts.get(&id).and_then(|account: &LedgerAccount| account.owner);
    let is_paid = |transfer: &&Transfer| {
        let (payer, payee) = (owner(transfer.from), owner(transfer.to));
        transfer.status == TransferStatus::Completed
            && transfer.reverses.is_none()
            && payer.is_some()
            && payer != payee
    };
    for transfer in batch.new_transfers.iter().filter(is_paid) {
        let mut row = row(transfer.owner, &transfer.destination, transfer.created_at);
        row.last_paid_at = Some(row.first_seen_at);
        rows.entry((row.user_id.0, row.account_hash.clone()))
            .and_modify(|known: &mut PayeeRow| known.last_paid_at = known.last_paid_at.max(row.last_paid_at))
            .or_insert(row);
    }
    rows.into_values().collect()
}
