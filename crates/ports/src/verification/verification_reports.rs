//! What the statistics of codes are made from.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::VerificationId,
    message::{Channel, SendStatus},
    messaging::price::MessagePrice,
    principal::Principal,
};

/// Which sends to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendFilter {
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The first instant after the period.
    pub until: DateTime<Utc>,
    /// Only sends of this principal's challenges; `None` for all.
    pub requester: Option<Principal>,
}

/// One send of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedSend {
    /// Its number; later sends have higher numbers.
    pub seq: i64,
    /// The challenge that it belongs to.
    pub verification: VerificationId,
    /// True when the challenge was approved, by this send or another one.
    pub is_approved: bool,
    /// The channel that was used.
    pub channel: Channel,
    /// The country's two letters; `None` for e-mail and numbers of no country.
    pub country: Option<String>,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// What is known of it.
    pub status: SendStatus,
    /// What it cost, once the provider told it.
    pub price: Option<MessagePrice>,
}

/// Reads the sends of codes. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait VerificationReports: Send + Sync {
    /// Up to `limit` sends that match the filter, oldest first, with numbers above `after`.
    async fn reported_sends(
        &self,
        filter: &SendFilter,
        after: i64,
        limit: i64,
    ) -> StoreResult<Vec<ReportedSend>>;
}
