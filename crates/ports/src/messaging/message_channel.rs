//! Sending messages: one adapter for each provider.

use crate::messaging::inbound_webhook::InboundMessage;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ids::MessageId, locale::Locale, message::Channel, messaging::price::MessagePrice};
use serde::{Deserialize, Serialize};

/// A message to send. No `Debug`: it holds the text.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// Our id, which the provider returns in its reports.
    pub id: MessageId,
    /// The channel to use.
    pub channel: Channel,
    /// The address, verbatim as in the person's own messages: `whatsapp:+5215512345678`.
    pub recipient: String,
    /// The text. A channel that can't show `form` sends only the text, so the text lists the possible answers
    /// too.
    pub text: String,
    /// What comes with the text.
    pub form: MessageForm,
}

impl OutboundMessage {
    /// A message with text only.
    #[must_use]
    pub fn plain(id: MessageId, channel: Channel, recipient: String, text: String) -> Self {
        Self { id, channel, recipient, text, form: MessageForm::Plain }
    }

    /// An e-mail to one address.
    #[must_use]
    pub fn email(id: MessageId, to: String, (subject, text): (String, String), locale: Locale) -> Self {
        let form = MessageForm::Email { subject, locale };
        Self { id, channel: Channel::Email, recipient: to, text, form }
    }
}

/// What comes with the text of a message, on a channel that can show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageForm {
    /// The text alone.
    #[default]
    Plain,
    /// Answers to tap: id and title. If the channel shows fewer buttons than that, they become a list.
    Buttons(Vec<(String, String)>),
    /// A button that opens a web page.
    Link {
        /// The title of the button.
        title: String,
        /// The address of the page.
        url: String,
    },
    /// A button that shares the person's own number.
    AskNumber {
        /// The title of the button.
        title: String,
    },
    /// A template that the provider has approved. It may go out at any time.
    Template(Template),
    /// An e-mail: the text is its body.
    Email {
        /// The subject, one line.
        subject: String,
        /// The language of subject and body.
        locale: Locale,
    },
}

/// An approved template and its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The template's name at the provider.
    pub name: String,
    /// The template's language: `es`, `es_MX`.
    pub language: String,
    /// The parameters of its body, in order.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Whether it carries a code. Then its one parameter is also the value of its copy button.
    #[serde(default)]
    pub is_code: bool,
}

/// The outcome of a send attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider accepted the message.
    Sent {
        /// The provider's id of the message.
        provider_id: String,
    },
    /// The provider refused the message; nothing was sent.
    Rejected {
        /// The provider's error code, if it gave one.
        code: Option<String>,
        /// The reason, safe to log.
        reason: String,
        /// Whether and when to try again.
        retry: Retry,
    },
    /// No clear answer: the message may have been sent. Look it up before the next send attempt.
    Unknown {
        /// What happened, safe to log.
        reason: String,
    },
}

/// Whether a refused message may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the request or the recipient is wrong.
    Never,
    /// After so many seconds, as the provider says; `None` uses our own back-off.
    After(Option<u64>),
    /// Never: the recipient wants no messages. Record the opt-out.
    OptedOut,
}

/// Sends messages through one provider.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait MessageChannel: Send + Sync {
    /// Sends once and doesn't retry: the outbox counts send attempts, also over a restart.
    async fn send(&self, message: &OutboundMessage) -> SendOutcome;

    /// Looks up a message whose send attempt had no clear answer, among those sent since `since`. It skips
    /// the provider ids in `known`, which belong to other messages.
    async fn find_sent(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<SendLookup, LookupFailed>;

    /// The price of a message that was sent, by the provider's id of it. `None`: the provider does not tell it, or
    /// not yet.
    ///
    /// # Errors
    /// When the provider can't be asked now.
    async fn price(&self, provider_id: &str) -> Result<Option<MessagePrice>, LookupFailed> {
        let _never_told = provider_id;
        Ok(None)
    }

    /// Shows the sender that their message is read and being answered, if the channel can. Errors are
    /// ignored, because nothing depends on it.
    async fn acknowledge(&self, message: &InboundMessage) {
        let _nothing_to_show = message;
    }
}

/// The result of looking up a message whose send attempt had no clear answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendLookup {
    /// The message was sent, under this provider id.
    Found(String),
    /// Not found so far. A delivery report may still come.
    NoneYet,
    /// This provider can't list sent messages: an operator must decide.
    NeverKept,
}

/// The provider can't be asked now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider can't be asked: {reason}")]
pub struct LookupFailed {
    /// The reason, safe to log.
    pub reason: String,
}
