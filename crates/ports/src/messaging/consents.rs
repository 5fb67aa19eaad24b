//! Whether we may write to a person, and every change of it.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    message::Channel,
    messaging::consent::{ConsentScope, ConsentStatus},
};

/// A change of a person's consent. No `Debug`: it holds an address.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentChange {
    /// The channel, through any provider.
    pub channel: Channel,
    /// The person's canonical number, or their address when it is no number.
    pub recipient: String,
    /// The messages it covers.
    pub scope: ConsentScope,
    /// The consent from now on.
    pub consent: ConsentStatus,
    /// Where the change came from: `message`, `provider`.
    pub source: String,
}

/// A person's current consent on one channel.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// The row's sequence number; cursors use it.
    pub seq: i64,
    /// The channel it applies to.
    pub channel: Channel,
    /// The person's canonical number, or their address. Never show it whole. `None`: the person was erased; what they
    /// decided still holds.
    pub recipient: Option<String>,
    /// The current consent.
    pub consent: ConsentStatus,
    /// When it was given or withdrawn.
    pub at: DateTime<Utc>,
}

/// Consents, by channel and recipient.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Consents: Send + Sync {
    /// Stores a change. Opting out of all messages also cancels the recipient's queued messages.
    async fn record_consent(&self, change: &ConsentChange, now: DateTime<Utc>) -> StoreResult<()>;

    /// Whether we may write to a recipient. Without a stored change the answer is opted in.
    async fn consent_of(&self, channel: Channel, recipient: &str) -> StoreResult<ConsentStatus>;

    /// The newest change of each recipient who ever opted in or out, newest first.
    async fn consents(&self, page: &PageRequest) -> StoreResult<Vec<ConsentView>>;
}
