//! Collects what a fold decided as rows, sealed.

use super::{
    rows::{AccountChange, EntryRow, HoldRow, KeyRow, LedgerRows, NewOutboundRow, NewTransferRow, PayeeRow},
    sealed::Seals,
};
use crate::{
    backend::{DbId, DbTime},
    store::{error::SqlError, operations::fingerprints},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::UserId,
    money::{
        ledger::{LedgerAccount, PostingBatch},
        transfer::{Destination, Transfer, TransferStatus},
    },
};
use std::collections::BTreeMap;

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
            .map(|(key, keyed, outcome)| {
                KeyRow::new(key.digest(), fingerprints::stored(*keyed), outcome, now)
            })
            .collect::<Result<Vec<_>, _>>()?;
        keys.sort_by(|one, two| one.key.cmp(&two.key));
        let payees = payee_rows(&batch, seals);
        let accounts = changed.map(AccountChange::new).collect();
        let outbound = batch.new_transfers.iter().filter(|transfer| transfer.is_for_outside_bank());
        let outbound = outbound.map(|transfer| NewOutboundRow::reserved(transfer.id, now)).collect();
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
            outbound,
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
