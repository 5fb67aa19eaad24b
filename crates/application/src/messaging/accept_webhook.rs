//! Accept a provider's webhook: authenticate it, decode it, store it. The work happens after the answer.

use crate::{kernel::Kernel, messaging::turn_runner::TurnPolicy};
use chrono::{DateTime, Utc};
use domain::ids::EventId;
use ports::{
    messaging::{
        Accepted, ConsentChange, Consents, Handover, LeaseAtOnce, LeasedTurn, NoWorkers, Outbox, TurnQueue,
        inbound_webhook::{
            ConsentReport, InboundEvent, InboundMessage, InboundWebhook, Notice, RawWebhook, StatusReport,
        },
    },
    operations::{DeadLetters, ReplayOutcome, UnreadableWebhook},
    store_error::{StoreError, StoreResult},
};
use std::{collections::HashMap, sync::Arc};
use thiserror::Error;
use uuid::Uuid;

/// Accepts webhooks of providers.
pub struct AcceptWebhook {
    inbox: Arc<dyn TurnQueue>,
    outbox: Arc<dyn Outbox>,
    consents: Arc<dyn Consents>,
    dead_letters: Arc<dyn DeadLetters>,
    kernel: Kernel,
    turns: Arc<dyn Handover<LeasedTurn>>,
}

impl AcceptWebhook {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        inbox: Arc<dyn TurnQueue>,
        outbox: Arc<dyn Outbox>,
        consents: Arc<dyn Consents>,
        dead_letters: Arc<dyn DeadLetters>,
        kernel: Kernel,
    ) -> Self {
        Self { inbox, outbox, consents, dead_letters, kernel, turns: Arc::new(NoWorkers) }
    }

    /// The same use case, which hands messages over to these workers when it stores them.
    #[must_use]
    pub fn handing_over(mut self, turns: Arc<dyn Handover<LeasedTurn>>) -> Self {
        self.turns = turns;
        self
    }
}

/// Why a webhook was not accepted.
#[derive(Debug, Error)]
pub enum AcceptWebhookError {
    /// The signature does not prove the sender.
    #[error("the signature is missing or wrong")]
    SignatureInvalid,
    /// The body can't be read. It is kept as a dead letter.
    #[error("the body can't be read: {0}")]
    Undecodable(String),
    /// The webhook could not be stored. The provider must send it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a dead letter that was tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Its message or turn waits in the queue again.
    Queued,
    /// Its webhook could be read now, and its events are stored.
    Taken,
    /// Its webhook still can't be read, or nothing decodes it any more.
    Unreadable,
}

impl Replayed {
    /// The name in the API and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Taken => "taken",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What one webhook brought, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookSummary {
    /// Messages that are stored now.
    pub new: usize,
    /// New messages for a channel account of ours: each begins a turn.
    pub to_handle: usize,
    /// Messages that were stored before.
    pub duplicates: usize,
    /// Delivery reports about our messages.
    pub statuses: usize,
    /// Notices that were stored.
    pub notices: usize,
}

impl WebhookSummary {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            new: self.new.saturating_add(other.new),
            to_handle: self.to_handle.saturating_add(other.to_handle),
            duplicates: self.duplicates.saturating_add(other.duplicates),
            statuses: self.statuses.saturating_add(other.statuses),
            notices: self.notices.saturating_add(other.notices),
        }
    }
}

/// The contents of a webhook, by kind.
#[derive(Default)]
struct Sorted {
    messages: Vec<(EventId, InboundMessage)>,
    statuses: Vec<StatusReport>,
    consents: Vec<ConsentReport>,
    notices: Vec<(Uuid, Notice)>,
}

impl AcceptWebhook {
    /// Returns when everything in the webhook is stored. `name` is the webhook under which an unreadable body
    /// is kept.
    #[tracing::instrument(name = "accept_webhook", level = "debug", skip_all, fields(webhook = name))]
    pub async fn run(
        &self,
        name: &str,
        webhook: &dyn InboundWebhook,
        raw: &RawWebhook,
    ) -> Result<WebhookSummary, AcceptWebhookError> {
        webhook.authenticate(raw).map_err(|_invalid| AcceptWebhookError::SignatureInvalid)?;
        self.store(name, webhook, raw).await
    }

    /// Stores what the provider gave on a connection of ours, which proves who sent it. Otherwise the same as
    /// `run`.
    pub(crate) async fn store(
        &self,
        name: &str,
        webhook: &dyn InboundWebhook,
        raw: &RawWebhook,
    ) -> Result<WebhookSummary, AcceptWebhookError> {
        match webhook.decode(raw) {
            Ok(events) => Ok(self.take(events).await?),
            Err(error) => {
                let (id, body) = (self.kernel.new_id(), raw.body.clone());
                self.keep_unreadable(id, name, body, error.0.clone()).await?;
                Err(AcceptWebhookError::Undecodable(error.0))
            }
        }
    }

    /// Tries a dead letter again. `webhooks` are the decoders by the name of their endpoint. `None`: no dead
    /// letter has this id.
    #[tracing::instrument(name = "replay_dead_letter", level = "debug", skip_all)]
    pub async fn replay(
        &self,
        id: Uuid,
        webhooks: &HashMap<&'static str, Arc<dyn InboundWebhook>>,
    ) -> StoreResult<Option<Replayed>> {
        let kept = match self.dead_letters.revive(id, self.kernel.now()).await? {
            None => return Ok(None),
            Some(ReplayOutcome::Queued) => return Ok(Some(Replayed::Queued)),
            Some(ReplayOutcome::Unreadable(kept)) => kept,
        };
        let taken = match webhooks.get(kept.webhook.as_str()) {
            Some(webhook) => self.run_again(webhook.as_ref(), kept).await?,
            None => None,
        };
        Ok(Some(if taken.is_some() { Replayed::Taken } else { Replayed::Unreadable }))
    }

    /// Decodes an unreadable webhook once more. `None`: it still can't be read. Its signature was checked
    /// when it arrived.
    #[tracing::instrument(name = "read_webhook_again", level = "debug", skip_all, fields(webhook = kept.webhook))]
    pub async fn run_again(
        &self,
        webhook: &dyn InboundWebhook,
        kept: UnreadableWebhook,
    ) -> StoreResult<Option<WebhookSummary>> {
        let raw = RawWebhook {
            method: "POST".into(),
            public_url: String::new(),
            headers: Vec::new(),
            body: kept.body.clone(),
        };
        match webhook.decode(&raw) {
            Ok(events) => {
                let taken = self.take(events).await?;
                self.dead_letters.forget_unreadable(kept.id).await?;
                Ok(Some(taken))
            }
            Err(error) => {
                self.keep_unreadable(kept.id, &kept.webhook, kept.body, error.0).await?;
                Ok(None)
            }
        }
    }

    async fn keep_unreadable(&self, id: Uuid, name: &str, body: Vec<u8>, reason: String) -> StoreResult<()> {
        let webhook = UnreadableWebhook { id, webhook: name.to_owned(), body, reason };
        self.dead_letters.keep_unreadable(&webhook, self.kernel.now()).await
    }

    async fn take(&self, events: Vec<InboundEvent>) -> StoreResult<WebhookSummary> {
        let now = self.kernel.now();
        let Sorted { messages, statuses, consents, notices } = self.sort(events);
        let mut taken = WebhookSummary { notices: notices.len(), ..WebhookSummary::default() };
        if !messages.is_empty() {
            self.take_messages(&messages, now, &mut taken).await?;
        }
        if !statuses.is_empty() {
            taken.statuses = self.outbox.record_statuses(&statuses, now).await?;
        }
        for report in consents {
            self.consents.record_consent(&change_of(report), now).await?;
        }
        if !notices.is_empty() {
            self.dead_letters.keep_notices(&notices, now).await?;
        }
        Ok(taken)
    }

    /// Stores messages, and hands those over that workers are free for.
    async fn take_messages(
        &self,
        messages: &[(EventId, InboundMessage)],
        now: DateTime<Utc>,
        taken: &mut WebhookSummary,
    ) -> StoreResult<()> {
        let slots = self.turns.reserve(messages.iter().filter(|(_, message)| message.is_ours).count());
        let until = now.checked_add_signed(TurnPolicy::default().lease).unwrap_or(now);
        let lease = (!slots.is_empty()).then_some(LeaseAtOnce { count: slots.len(), until });
        let accepted = self.inbox.accept_leased(messages, lease, now).await?;
        let new = || messages.iter().zip(&accepted).filter(|(_, one)| one.accepted == Accepted::New);
        taken.new = new().count();
        taken.to_handle = new().filter(|((_, message), _)| message.is_ours).count();
        taken.duplicates = accepted.len().saturating_sub(taken.new);
        let leased = accepted.into_iter().filter_map(|one| one.leased);
        for (slot, turn) in slots.into_iter().zip(leased) {
            slot(*turn);
        }
        Ok(())
    }

    fn sort(&self, events: Vec<InboundEvent>) -> Sorted {
        let mut sorted = Sorted::default();
        for event in events {
            match event {
                InboundEvent::Message(message) => {
                    sorted.messages.push((EventId(self.kernel.new_id()), message));
                }
                InboundEvent::Status(report) => sorted.statuses.push(report),
                InboundEvent::Consent(report) => sorted.consents.push(report),
                InboundEvent::Notice(notice) => sorted.notices.push((self.kernel.new_id(), notice)),
            }
        }
        sorted
    }
}

fn change_of(report: ConsentReport) -> ConsentChange {
    ConsentChange {
        channel: report.channel_account.channel(),
        recipient: report.phone.map_or(report.sender, |phone| phone.e164().to_owned()),
        scope: report.scope,
        consent: report.consent,
        source: "provider".into(),
    }
}
