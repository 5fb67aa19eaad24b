//! A way to send messages: one adapter for each provider.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ids::MessageId, message::Channel};

/// A message as it goes to a provider. `Debug` would show its text: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// Our id: the correlation that a provider echoes.
    pub id: MessageId,
    /// How it travels.
    pub channel: Channel,
    /// The address, verbatim as the person's own messages bore it: `whatsapp:+5215512345678`.
    pub recipient: String,
    /// The words.
    pub text: String,
    /// Buttons under it: id and title. A channel without buttons leaves them out: the words themselves say
    /// what can be answered.
    pub buttons: Vec<(String, String)>,
}

/// What became of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// Taken.
    Sent {
        /// The provider's name for it.
        provider_id: String,
    },
    /// Not taken, and nothing went out.
    Rejected {
        /// The provider's code, where it gave one.
        code: Option<String>,
        /// In words, fit for a log.
        reason: String,
        /// Whether and when to try again.
        retry: Retry,
    },
    /// No clear answer: it may have gone out. Look for it before sending again.
    Unknown {
        /// In words, fit for a log.
        reason: String,
    },
}

/// Whether a rejected send may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the request or the recipient is wrong.
    Never,
    /// With our own back-off, or after so many seconds where the provider said so.
    After(Option<u64>),
    /// Never, and the recipient wants no messages: record it.
    OptedOut,
}

/// Sends messages by one provider.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait MessageChannel: Send + Sync {
    /// Sends once. Makes no retries of its own: the outbox remembers tries, also over a restart.
    async fn send(&self, message: &OutboundMessage) -> SendOutcome;

    /// Looks for a message whose send had no clear answer, among those sent since `since` and not in
    /// `known` (provider ids that belong to other messages). `Ok(None)`: no trace of it.
    async fn find_sent(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<Option<String>, LookupFailed>;
}

/// The provider can't be asked now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider can't be asked: {reason}")]
pub struct LookupFailed {
    /// In words, fit for a log.
    pub reason: String,
}
