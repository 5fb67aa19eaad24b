//! Send what the outbox holds, and find out what became of sends without a clear answer.

use crate::kernel::Kernel;
use chrono::{DateTime, Duration, Utc};
use domain::channel_account::ChannelAccount;
use ports::{
    messaging::{
        LeasedMessage, Outbox, Settlement,
        message_channel::{MessageChannel, Retry, SendLookup, SendOutcome},
    },
    store_error::StoreResult,
};
use std::{collections::HashMap, sync::Arc};
use tracing::Instrument;

/// How long a send in doubt is looked up before it is sent again.
const LOOK_FOR: Duration = Duration::seconds(10);
/// How often a send in doubt is looked up.
const LOOK_EVERY: Duration = Duration::seconds(2);
/// How long a lease lasts. A send must end within it.
pub(crate) const LEASE: Duration = Duration::seconds(20);
/// The longest pause between two send attempts, in seconds.
const BACKOFF_MAX_SECONDS: u32 = 60;

/// Sends the messages of the outbox and settles them.
pub struct RelayOutbox {
    outbox: Arc<dyn Outbox>,
    channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
    kernel: Kernel,
}

impl RelayOutbox {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        outbox: Arc<dyn Outbox>,
        channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
        kernel: Kernel,
    ) -> Self {
        Self { outbox, channels, kernel }
    }
}

impl RelayOutbox {
    /// Leases up to `count` messages that are due now.
    pub async fn lease(&self, count: usize) -> StoreResult<Vec<LeasedMessage>> {
        let now = self.kernel.now();
        self.outbox.lease(now, later(now, LEASE), count).await
    }

    /// Sends one message and settles it. Messages are handled side by side, so a slow one delays no other.
    #[tracing::instrument(name = "relay_message", level = "debug", skip_all, fields(outbox = %leased.message.id))]
    pub async fn handle(&self, leased: LeasedMessage) -> StoreResult<Settlement> {
        let settlement = self.decide(&leased).await;
        match &settlement {
            Settlement::Sent { .. } => {
                tracing::debug!(outbox = %leased.message.id, attempts = leased.attempts, "message sent");
            }
            Settlement::RetryAt { reason: error, .. } | Settlement::InDoubt { reason: error, .. } => {
                let id = leased.message.id;
                tracing::info!(outbox = %id, attempts = leased.attempts, %error, "message not sent yet");
            }
            Settlement::Failed { reason: error, .. } | Settlement::Dead { reason: error } => {
                let id = leased.message.id;
                tracing::warn!(outbox = %id, attempts = leased.attempts, %error, "message given up");
            }
        }
        let settled = [(leased, settlement)];
        self.outbox.settle_all(&settled, self.kernel.now()).await?;
        let [(_, settlement)] = settled;
        Ok(settlement)
    }

    async fn decide(&self, leased: &LeasedMessage) -> Settlement {
        let Some(channel) = self.channels.get(&leased.channel_account) else {
            return failed("no channel is set up for this account");
        };
        match leased.in_doubt_since {
            Some(since) => self.look(channel.as_ref(), leased, since).await,
            None if self.kernel.now() >= leased.expires_at => failed("expired before it could be sent"),
            None => self.send(channel.as_ref(), leased, false).await,
        }
    }

    async fn send(&self, channel: &dyn MessageChannel, leased: &LeasedMessage, resent: bool) -> Settlement {
        let now = self.kernel.now();
        let span =
            tracing::debug_span!("provider", operation = "send", channel = leased.message.channel.name());
        match channel.send(&leased.message).instrument(span).await {
            SendOutcome::Sent { provider_id } => Settlement::Sent { provider_id },
            SendOutcome::Rejected { code, reason, retry: Retry::Never } => {
                Settlement::Failed { code, reason, opted_out: false }
            }
            SendOutcome::Rejected { code, reason, retry: Retry::OptedOut } => {
                Settlement::Failed { code, reason, opted_out: true }
            }
            SendOutcome::Rejected { reason, retry: Retry::After(seconds), .. } => {
                Settlement::RetryAt { at: later(now, self.pause(leased.attempts, seconds)), reason }
            }
            SendOutcome::Unknown { reason } => {
                Settlement::InDoubt { look_at: later(now, LOOK_EVERY), resent, reason }
            }
        }
    }

    /// Looks up a send in doubt. A provider that answers and has no trace of it has not taken it, so it is sent
    /// again, until it expires: an outage of the provider loses no message.
    async fn look(
        &self,
        channel: &dyn MessageChannel,
        leased: &LeasedMessage,
        since: DateTime<Utc>,
    ) -> Settlement {
        let now = self.kernel.now();
        let from = since.checked_sub_signed(Duration::minutes(1)).unwrap_or(since);
        let known = match self.outbox.known_provider_ids(&leased.message, from).await {
            Ok(known) => known,
            Err(error) => return in_doubt(now, error.to_string()),
        };
        let span = tracing::debug_span!(
            "provider",
            operation = "find_sent",
            channel = leased.message.channel.name()
        );
        match channel.find_sent(&leased.message, from, &known).instrument(span).await {
            Ok(SendLookup::Found(provider_id)) => Settlement::Sent { provider_id },
            Ok(SendLookup::NeverKept) => {
                dead("the answer was lost, and this provider can't be asked what it has sent")
            }
            Err(error) => in_doubt(now, error.to_string()),
            Ok(SendLookup::NoneYet) if now.signed_duration_since(since) < LOOK_FOR => {
                in_doubt(now, "no trace yet".into())
            }
            Ok(SendLookup::NoneYet) if now >= leased.expires_at => {
                failed("no trace of the message, and it is too late to send it again")
            }
            Ok(SendLookup::NoneYet) => self.send(channel, leased, true).await,
        }
    }

    /// 1, 2, 4 … seconds with full jitter, but not shorter than the provider asked for.
    fn pause(&self, attempts: u32, asked: Option<u64>) -> Duration {
        let most = 1_u32.checked_shl(attempts.min(6)).unwrap_or(BACKOFF_MAX_SECONDS).min(BACKOFF_MAX_SECONDS);
        let mut draw = [0; 4];
        self.kernel.random.fill(&mut draw);
        let millis_max = i64::from(most).saturating_mul(1000);
        let jitter = i64::from(u32::from_be_bytes(draw)).checked_rem(millis_max).unwrap_or(0);
        let asked = i64::try_from(asked.unwrap_or(0)).unwrap_or(0).min(86_400);
        Duration::milliseconds(asked.saturating_mul(1000).saturating_add(jitter).max(200))
    }
}

fn later(now: DateTime<Utc>, pause: Duration) -> DateTime<Utc> {
    now.checked_add_signed(pause).unwrap_or(now)
}

fn in_doubt(now: DateTime<Utc>, reason: String) -> Settlement {
    Settlement::InDoubt { look_at: later(now, LOOK_EVERY), resent: false, reason }
}

fn dead(reason: &str) -> Settlement {
    Settlement::Dead { reason: reason.to_owned() }
}

fn failed(reason: &str) -> Settlement {
    Settlement::Failed { code: None, reason: reason.to_owned(), opted_out: false }
}

#[cfg(test)]
mod tests;
