//! Poll a provider for what people did, where it posts nothing: one process at a time asks, under a lease, and
//! confirms an update only after it is stored.

use crate::{
    kernel::Kernel,
    messaging::accept_webhook::{AcceptWebhook, AcceptWebhookError, WebhookSummary},
};
use chrono::Duration;
use ports::{
    messaging::{
        inbound_webhook::{InboundWebhook, RawWebhook},
        update_source::{FetchedUpdate, UpdateSource, UpdateSourceError},
    },
    operations::Leases,
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

/// How long a lease is held. It is extended before each call, which ends sooner.
const LEASE: Duration = Duration::seconds(8);

/// Polls one provider.
pub struct PollUpdates {
    name: &'static str,
    lease: String,
    holder: Uuid,
    source: Arc<dyn UpdateSource>,
    decoder: Arc<dyn InboundWebhook>,
    accept: AcceptWebhook,
    leases: Arc<dyn Leases>,
    kernel: Kernel,
}

/// What a poll needs from outside.
pub struct PollUpdatesParts {
    /// The provider's name, under which an unreadable update is kept.
    pub name: &'static str,
    /// The channel account whose updates are fetched. Each has its lease.
    pub account: String,
    /// Fetches updates.
    pub source: Arc<dyn UpdateSource>,
    /// Reads updates.
    pub decoder: Arc<dyn InboundWebhook>,
    /// Stores updates.
    pub accept: AcceptWebhook,
    /// Decides which process polls.
    pub leases: Arc<dyn Leases>,
}

/// The number of the last update that is stored. The next fetch confirms it. `None` after a start and after
/// another process has polled: then the provider tells what is not confirmed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position(Option<i64>);

/// The outcome of one poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Another process polls.
    Elsewhere,
    /// These updates are stored.
    Stored(WebhookSummary),
}

/// Why a poll did not succeed. What was stored before stays stored.
#[derive(Debug, Error)]
pub enum PollError {
    /// The provider gave no updates.
    #[error(transparent)]
    Source(#[from] UpdateSourceError),
    /// An update could not be stored. It is fetched again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PollUpdates {
    /// Builds the use case. It is one process to the lease.
    #[must_use]
    pub fn new(parts: PollUpdatesParts, kernel: Kernel) -> Self {
        let PollUpdatesParts { name, account, source, decoder, accept, leases } = parts;
        let (lease, holder) = (format!("poll:{account}"), kernel.new_id());
        Self { name, lease, holder, source, decoder, accept, leases, kernel }
    }

    /// Fetches updates once and stores them, in order. `position` moves with each stored update.
    #[tracing::instrument(name = "poll_updates", level = "debug", skip_all, fields(provider = self.name))]
    pub async fn run(&self, position: &mut Position) -> Result<Polled, PollError> {
        let now = self.kernel.now();
        if !self.leases.hold_lease(&self.lease, self.holder, now, now + LEASE).await? {
            *position = Position(None);
            return Ok(Polled::Elsewhere);
        }
        let mut all = WebhookSummary::default();
        for update in self.source.fetch(position.0).await? {
            let taken = self.store(&update).await?;
            *position = Position(Some(update.id));
            all = all.plus(taken);
        }
        Ok(Polled::Stored(all))
    }

    /// Gives the lease back, so that another process polls at once.
    pub async fn stop(&self) -> Result<(), StoreError> {
        self.leases.release_lease(&self.lease, self.holder).await
    }

    /// Stores an update. One that can't be read is kept as a dead letter, and is done with.
    async fn store(&self, update: &FetchedUpdate) -> Result<WebhookSummary, StoreError> {
        let raw = RawWebhook {
            method: "POST".into(),
            public_url: String::new(),
            headers: Vec::new(),
            body: update.body.clone(),
        };
        match self.accept.store(self.name, self.decoder.as_ref(), &raw).await {
            Ok(taken) => Ok(taken),
            Err(AcceptWebhookError::Store(error)) => Err(error),
            Err(error @ (AcceptWebhookError::Undecodable(_) | AcceptWebhookError::SignatureInvalid)) => {
                tracing::warn!(provider = self.name, %error, "an update can't be read; it is kept as a dead letter");
                Ok(WebhookSummary::default())
            }
        }
    }
}

#[cfg(test)]
mod tests;
