//! A way to send messages: one adapter for each provider.

use crate::messaging::inbound_webhook::InboundMessage;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ids::MessageId, message::Channel};
use serde::{Deserialize, Serialize};

/// A message as it goes to a provider. `Debug` would show its text: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// Our id: the correlation that a provider echoes.
    pub id: MessageId,
    /// How it travels.
    pub channel: Channel,
    /// The address, verbatim as the person's own messages bore it: `whatsapp:+5215512345678`.
    pub recipient: String,
    /// The words. A channel that knows nothing of `form` sends them alone, so they say what can be answered.
    pub text: String,
    /// What stands beside the words.
    pub form: Form,
}

impl OutboundMessage {
    /// Words and nothing else.
    #[must_use]
    pub fn plain(id: MessageId, channel: Channel, recipient: String, text: String) -> Self {
        Self { id, channel, recipient, text, form: Form::Plain }
    }
}

/// What stands beside the words of a message, where its channel can show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Nothing.
    #[default]
    Plain,
    /// Answers to press, id and title. More than a channel has room for as buttons become a list.
    Buttons(Vec<(String, String)>),
    /// A button that opens a page.
    Link {
        /// What stands on it.
        title: String,
        /// The page.
        url: String,
    },
    /// A button that shares the person's own number.
    AskNumber {
        /// What stands on it.
        title: String,
    },
    /// A text that the provider has approved, which may go out at any time.
    Template(Template),
}

/// An approved text and what fills its gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name with the provider.
    pub name: String,
    /// In which language: `es`, `es_MX`.
    pub language: String,
    /// What fills the gaps of its body, in order.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Whether it bears a code: then its one parameter stands behind its button too, to be copied.
    #[serde(default)]
    pub is_code: bool,
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
    /// `known` (provider ids that belong to other messages).
    async fn find_sent(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<SendLookup, LookupFailed>;

    /// Shows the sender that his message is being read and answered, where the channel can. Nothing depends
    /// on it: what fails is left.
    async fn acknowledge(&self, message: &InboundMessage) {
        let _nothing_to_show = message;
    }
}

/// What is found of a message whose send had no clear answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendLookup {
    /// It went out, under this name.
    Found(String),
    /// Nothing of it, so far. The provider's own news may still tell.
    NoneYet,
    /// This provider never tells what it has sent: people must look.
    NeverKept,
}

/// The provider can't be asked now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider can't be asked: {reason}")]
pub struct LookupFailed {
    /// In words, fit for a log.
    pub reason: String,
}
