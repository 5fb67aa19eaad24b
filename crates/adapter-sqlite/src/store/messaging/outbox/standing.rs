//! A message as settlements and delivery reports leave it. It is written once, after all of a batch, and only if one of
//! them changed it.

use super::{
    new_row::{LaneKey, provider_id_of},
    row::{OutboxRow, provider_hash, status_of},
};
use crate::{
    backend::DbTime,
    store::{
        error::SqlError,
        messaging::queue_rows::{HistoryRow, OutboxChange},
        queued::note,
        rows::{corrupt, lane_name},
        subjects::{Keys, Vault},
    },
};
use chrono::{DateTime, Utc};
use domain::{channel_account::ChannelAccount, message::DeliveryStatus, messaging::price::next_ask};
use ports::{
    messaging::{Lane, Settlement, inbound_webhook::StatusReport},
    operations::WorkKind,
    subject_keys::SubjectKeyId,
};

/// What hashes and seals the provider's ids of messages.
pub(super) struct Sealing<'a> {
    pub(super) vault: &'a Vault,
    pub(super) keys: Keys,
}

/// A message in a batch.
pub(super) struct Standing {
    pub(super) row: OutboxRow,
    pub(super) history: Vec<HistoryRow>,
    /// The outcome of the send of a code, and why.
    pub(super) code_send: Option<(&'static str, Option<String>)>,
    pub(super) has_opted_out: bool,
    is_changed: bool,
}

impl Standing {
    pub(super) const fn of(row: OutboxRow) -> Self {
        Self { row, history: Vec::new(), code_send: None, has_opted_out: false, is_changed: false }
    }

    /// Writes down what became of a send.
    pub(super) fn settle(
        &mut self,
        sealing: &Sealing<'_>,
        settlement: Settlement,
        now: DateTime<Utc>,
    ) -> Result<(), SqlError> {
        match settlement {
            Settlement::Sent { provider_id } => {
                self.advance(sealing, DeliveryStatus::Sent, Some(&provider_id), None, now)
            }
            Settlement::Failed { code, reason, opted_out } => {
                self.has_opted_out |= opted_out;
                self.advance(sealing, DeliveryStatus::Failed, None, Some(code.unwrap_or(reason)), now)
            }
            Settlement::Dead { reason } => {
                self.is_changed = true;
                "settled".clone_into(&mut self.row.phase);
                self.row.dead_reason = Some(reason.clone());
                self.keep(DeliveryStatus::Unknown, Some(reason), now);
                Ok(())
            }
            // A delivery report may have come during the send: then the message is settled already.
            Settlement::RetryAt { .. } | Settlement::InDoubt { .. } if self.row.phase == "settled" => Ok(()),
            Settlement::RetryAt { at, reason } => {
                self.is_changed = true;
                "waiting".clone_into(&mut self.row.phase);
                self.row.due_at = DbTime(at);
                self.row.in_doubt_since = None;
                note(WorkKind::Messages, at);
                self.keep(DeliveryStatus::Queued, Some(reason), now);
                Ok(())
            }
            Settlement::InDoubt { look_at, resent, reason } => self.doubt(look_at, resent, reason, now),
        }
    }

    fn doubt(
        &mut self,
        look_at: DateTime<Utc>,
        resent: bool,
        reason: String,
        now: DateTime<Utc>,
    ) -> Result<(), SqlError> {
        let since = if resent { DbTime(now) } else { self.row.in_doubt_since.unwrap_or(DbTime(now)) };
        let is_new = self.row.status != DeliveryStatus::Unknown.name();
        let status = status_of(&self.row.status)?.advance(DeliveryStatus::Unknown);
        self.is_changed = true;
        "doubt".clone_into(&mut self.row.phase);
        status.name().clone_into(&mut self.row.status);
        self.row.due_at = DbTime(look_at);
        note(WorkKind::Messages, look_at);
        self.row.in_doubt_since = Some(since);
        self.row.resent = i32::from(resent || self.row.resent == 1);
        if is_new {
            self.keep(status, Some(reason), now);
        }
        Ok(())
    }

    /// Takes a delivery report. It proves that the message was sent: the relay need not wait for it any more.
    pub(super) fn report(
        &mut self,
        sealing: &Sealing<'_>,
        report: &StatusReport,
        now: DateTime<Utc>,
    ) -> Result<(), SqlError> {
        self.has_opted_out |= report.opted_out;
        if self.row.price_category.is_none() && report.price_category.is_some() {
            self.is_changed = true;
            self.row.price_category.clone_from(&report.price_category);
        }
        self.ask_price_after(report.status, now)?;
        let provider_id = report.provider_id.as_deref();
        self.advance(sealing, report.status, provider_id, report.error.clone(), report.at.unwrap_or(now))
    }

    /// Notes that the price is to be asked, when a provider that tells prices has delivered the message.
    fn ask_price_after(&mut self, after: DeliveryStatus, now: DateTime<Utc>) -> Result<(), SqlError> {
        let account: ChannelAccount = self.row.channel_account.parse().map_err(corrupt)?;
        let is_over = matches!(after, DeliveryStatus::Delivered | DeliveryStatus::Read);
        let is_asked = self.row.price_asks > 0 || self.row.price_due_at.is_some();
        if is_over && !is_asked && account.provider().tells_prices() {
            let due = next_ask(0).and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now);
            self.is_changed = true;
            self.row.price_due_at = Some(DbTime(due));
            note(WorkKind::Prices, due);
        }
        Ok(())
    }

    /// Moves the message forward and settles it. The text of a code is wiped, because nothing needs it any more.
    pub(super) fn advance(
        &mut self,
        sealing: &Sealing<'_>,
        reported: DeliveryStatus,
        provider_id: Option<&str>,
        error: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<(), SqlError> {
        let before = status_of(&self.row.status)?;
        let after = before.advance(reported);
        let is_settled = self.row.phase == "settled" && self.row.dead_reason.is_none();
        let reference = provider_id.filter(|_| self.row.provider_hash.is_none());
        if is_settled && after == before && reference.is_none() {
            return Ok(());
        }
        self.is_changed = true;
        if let Some(provider_id) = reference {
            self.row.provider_sealed = self.seal_reference(&sealing.keys, provider_id)?;
            self.row.provider_hash = Some(provider_hash(sealing.vault, provider_id));
        }
        "settled".clone_into(&mut self.row.phase);
        after.name().clone_into(&mut self.row.status);
        self.row.dead_reason = None;
        if self.is_code() {
            // A code that was not sent uses up no quota.
            let went = if after == DeliveryStatus::Failed { "failed" } else { "sent" };
            note(WorkKind::Fallbacks, at);
            self.code_send = Some((went, error.clone()));
        }
        if after != before {
            self.keep(reported, error, at);
        }
        Ok(())
    }

    /// Seals the provider's id of the message. `None`: the recipient was erased since.
    fn seal_reference(&self, keys: &Keys, provider_id: &str) -> Result<Option<Vec<u8>>, SqlError> {
        let Some(contact) = self.row.contact_id else { return Ok(None) };
        let key = SubjectKeyId::chat(contact.0);
        match keys.get(key) {
            None => Ok(None),
            Some(_) => keys.seal(key, provider_id_of(&self.row.id.0), &provider_id).map(Some),
        }
    }

    fn keep(&mut self, status: DeliveryStatus, error: Option<String>, at: DateTime<Utc>) {
        let (outbox_id, status) = (self.row.id, status.name());
        self.history.push(HistoryRow { outbox_id, status, error, at: DbTime(at) });
    }

    fn is_code(&self) -> bool {
        self.row.lane == lane_name(Lane::Code)
    }

    /// The lane that the message does not block any more. `None`: it is still open.
    pub(super) fn freed_lane(&self) -> Option<LaneKey> {
        let OutboxRow { recipient_hash, channel, lane, .. } = &self.row;
        (self.row.phase == "settled").then(|| (recipient_hash.clone(), channel.clone(), lane.clone()))
    }

    /// What is to be written. `None`: nothing changed.
    pub(super) fn change(&self) -> Option<OutboxChange> {
        let row = &self.row;
        self.is_changed.then(|| OutboxChange {
            seq: row.seq,
            phase: row.phase.clone(),
            status: row.status.clone(),
            due_at: row.due_at,
            in_doubt_since: row.in_doubt_since,
            resent: row.resent,
            provider_hash: row.provider_hash.clone(),
            provider_sealed: row.provider_sealed.clone(),
            dead_reason: row.dead_reason.clone(),
            price_due_at: row.price_due_at,
            price_category: row.price_category.clone(),
            wiped: i32::from(self.code_send.is_some()),
        })
    }
}
