//! A provider's webhook: authenticated, decoded, durable. The work happens after the answer.

use domain::ids::EventId;
use ports::{
    clock::Clock,
    inbound_webhook::{InboundEvent, InboundMessage, InboundWebhook, RawWebhook},
    random::IdGenerator,
    stores::{Accepted, Inbox, Outbox, StoreError},
};
use std::sync::Arc;
use thiserror::Error;

/// Takes webhooks in.
pub struct AcceptWebhook {
    /// Where messages are kept.
    pub inbox: Arc<dyn Inbox>,
    /// Whose statuses are advanced.
    pub outbox: Arc<dyn Outbox>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// Ids of events.
    pub ids: Arc<dyn IdGenerator>,
}

/// Why a webhook was not taken.
#[derive(Debug, Error)]
pub enum AcceptWebhookError {
    /// It does not prove who sent it.
    #[error("the signature is missing or wrong")]
    SignatureInvalid,
    /// It can't be read.
    #[error("the body can't be read: {0}")]
    Undecodable(String),
    /// It could not be kept: the provider shall send it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a webhook brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Messages kept now.
    pub new: usize,
    /// Those of them that are for a number of ours, and so begin a turn.
    pub to_handle: usize,
    /// Messages that were kept before.
    pub duplicates: usize,
    /// Statuses of ours that it told of.
    pub statuses: usize,
}

impl AcceptWebhook {
    /// Returns once everything in it is durable.
    pub async fn run(
        &self,
        webhook: &dyn InboundWebhook,
        raw: &RawWebhook,
    ) -> Result<Taken, AcceptWebhookError> {
        webhook.authenticate(raw).map_err(|_invalid| AcceptWebhookError::SignatureInvalid)?;
        let events = webhook.decode(raw).map_err(|fault| AcceptWebhookError::Undecodable(fault.0))?;
        let now = self.clock.now();
        let mut taken = Taken::default();
        let mut messages: Vec<(EventId, InboundMessage)> = Vec::new();
        for event in events {
            match event {
                InboundEvent::Message(message) => messages.push((EventId(self.ids.new_id()), message)),
                InboundEvent::Status(report) => {
                    let is_ours = self.outbox.record_status(&report, now).await?;
                    taken.statuses = taken.statuses.saturating_add(usize::from(is_ours));
                }
                InboundEvent::Consent(_) | InboundEvent::Notice(_) => {}
            }
        }
        if !messages.is_empty() {
            let accepted = self.inbox.accept(&messages, now).await?;
            let new = || messages.iter().zip(&accepted).filter(|(_, accepted)| **accepted == Accepted::New);
            taken.new = new().count();
            taken.to_handle = new().filter(|((_, message), _)| message.is_ours).count();
            taken.duplicates = accepted.len().saturating_sub(taken.new);
        }
        Ok(taken)
    }
}
