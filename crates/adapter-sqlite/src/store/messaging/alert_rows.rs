//! The rows of alerts, as the transactions of their decisions write them.

use crate::{
    backend::{DbId, DbTime},
    store::{queued::note, schema::alerts},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::{ids::UserId, money::transfer::TransferStatus};
use ports::{messaging::AlertKind, operations::WorkKind};

/// The kinds of alerts about the status of a payment at an outside bank.
const PAYMENT_KINDS: [(&str, TransferStatus); 4] = [
    ("payment_processing", TransferStatus::Processing),
    ("payment_completed", TransferStatus::Completed),
    ("payment_failed", TransferStatus::Failed),
    ("payment_unknown", TransferStatus::Unknown),
];

/// The status that an alert of this kind tells of; `None` for every other kind.
pub(crate) fn payment_status(kind: &str) -> Option<TransferStatus> {
    PAYMENT_KINDS.iter().find(|(name, _)| *name == kind).map(|(_, status)| *status)
}

/// The outside bank gives a payment no other status than these four.
fn payment_kind(status: TransferStatus) -> &'static str {
    let known = PAYMENT_KINDS.iter().find(|(_, known)| *known == status);
    known.map_or("payment_unknown", |(name, _)| *name)
}

#[derive(Insertable)]
#[diesel(table_name = alerts)]
pub(crate) struct NewAlertRow {
    pub(crate) kind: &'static str,
    pub(crate) user_id: DbId,
    pub(crate) transfer_id: Option<DbId>,
    pub(crate) ordered_on: Option<String>,
    pub(crate) fence: i64,
    pub(crate) leased_until: DbTime,
    pub(crate) created_at: DbTime,
}

impl NewAlertRow {
    pub(crate) fn new(user: UserId, kind: AlertKind, now: DateTime<Utc>) -> Self {
        note(WorkKind::Alerts, now);
        let (kind, transfer, ordered_on) = match kind {
            AlertKind::Received { transfer } => ("received", Some(transfer), None),
            AlertKind::PaymentChanged { transfer, status } => (payment_kind(status), Some(transfer), None),
            AlertKind::Frozen { ordered_on } => ("frozen", None, ordered_on),
            AlertKind::MfaTurnedOn => ("mfa_on", None, None),
            AlertKind::MfaTurnedOff => ("mfa_off", None, None),
            AlertKind::BackupCodesMade => ("backup_codes", None, None),
        };
        Self {
            kind,
            user_id: DbId(user.0),
            transfer_id: transfer.map(|id| DbId(id.0)),
            ordered_on: ordered_on.map(|channel| channel.name().to_owned()),
            fence: 0,
            leased_until: DbTime(now),
            created_at: DbTime(now),
        }
    }
}
