//! What the statistics of codes are made from: sends and their prices.

use crate::{messaging::PriceAnswer, store_error::StoreResult};
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

/// A send whose price is to be asked, under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpricedSend {
    /// Its number.
    pub seq: i64,
    /// The provider's id of the send.
    pub send_ref: String,
    /// How often it was asked, this time included.
    pub asks: u32,
}

/// Reads the sends of codes, and keeps what the provider charged for them. Every method is one transaction.
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

    /// Leases up to `count` sends whose prices are to be asked now, and counts the ask. A lease that runs out is leased
    /// again.
    async fn lease_unpriced_sends(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<UnpricedSend>>;

    /// Stores what became of asking. Ignored when the send was leased again since.
    async fn settle_send_price(&self, send: &UnpricedSend, answer: &PriceAnswer) -> StoreResult<()>;
}
