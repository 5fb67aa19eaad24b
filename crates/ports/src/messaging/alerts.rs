//! Alerts: what a person is told about a decision that they did not see being made. Each is stored in the
//! transaction of its decision, and becomes messages once.

use super::outbox::NewOutbound;
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{ConversationId, TransferId, UserId},
    message::Channel,
    money::transfer::TransferStatus,
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// Another person here paid them, or a deposit did.
    Received {
        /// The transfer that paid them.
        transfer: TransferId,
    },
    /// The outside bank changed the status of their payment.
    PaymentChanged {
        /// The transfer.
        transfer: TransferId,
        /// Its status after the change.
        status: TransferStatus,
    },
    /// They were frozen.
    Frozen {
        /// The channel on which the freeze was ordered; `None` for the API and the console.
        ordered_on: Option<Channel>,
    },
    /// Their MFA was turned on.
    MfaTurnedOn,
    /// Their MFA was turned off.
    MfaTurnedOff,
    /// Backup codes were made for them.
    BackupCodesMade,
}

/// An alert under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedAlert {
    /// The alert's number.
    pub seq: i64,
    /// The user to tell.
    pub user: UserId,
    /// What to tell them.
    pub kind: AlertKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The lease's number. It counts how often the alert was leased.
    pub fence: i64,
}

/// A message that tells of an alert.
#[derive(Clone)]
pub struct AlertMessage {
    /// The message, for the outbox.
    pub message: NewOutbound,
    /// The conversation that it belongs to; `None` when it is no part of one.
    pub conversation: Option<ConversationId>,
}

/// Alerts. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Alerts: Send + Sync {
    /// Leases up to `count` alerts, oldest first.
    async fn lease_alerts(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedAlert>>;

    /// Removes an alert and puts its messages into the outbox. A message to a recipient who opted out is left
    /// out. False: another worker has the lease by now, and nothing changes.
    async fn finish_alert(
        &self,
        alert: &LeasedAlert,
        messages: &[AlertMessage],
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;
}
