//! Whether we may write to somebody, and how that came about.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    message::Channel,
    messaging::consent::{ConsentScope, ConsentStatus},
};

/// A change of somebody's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentChange {
    /// On which channel, whoever carries it.
    pub channel: Channel,
    /// His canonical number, or his address where it is no number.
    pub recipient: String,
    /// What it covers.
    pub scope: ConsentScope,
    /// His word.
    pub consent: ConsentStatus,
    /// How it reached us: `message`, `provider`.
    pub source: String,
}

/// Somebody's consent as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// Its number: cursors go by it.
    pub seq: i64,
    /// On which channel.
    pub channel: Channel,
    /// His canonical number, or his address. Never show it whole.
    pub recipient: String,
    /// His word.
    pub consent: ConsentStatus,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Consents.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Consents: Send + Sync {
    /// Writes a change down. Opting out of everything also takes back what was still to be said.
    async fn record_consent(&self, change: &ConsentChange, now: DateTime<Utc>) -> StoreResult<()>;

    /// Whether we may write to somebody.
    async fn consent_of(&self, channel: Channel, recipient: &str) -> StoreResult<ConsentStatus>;

    /// Everybody who ever said a word on it, the newest word of each, newest first.
    async fn consents(&self, page: &PageRequest) -> StoreResult<Vec<ConsentView>>;
}
