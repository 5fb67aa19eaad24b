//! Sending e-mail: SMTP, or a provider's own API.

use crate::messaging::message_channel::SendOutcome;
use async_trait::async_trait;
use domain::{email::EmailAddress, ids::MessageId, locale::Locale};

/// An e-mail to send. No `Debug`: it holds the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Our id. It becomes the `Message-ID`, by which a receiving server knows a duplicate.
    pub id: MessageId,
    /// The recipient's address.
    pub to: EmailAddress,
    /// One line without control characters.
    pub subject: String,
    /// The text/plain part.
    pub text: String,
    /// The text/html part, with the same words.
    pub html: String,
    /// The language of both parts.
    pub locale: Locale,
}

/// Sends e-mail through one server or provider.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends once and doesn't retry: the outbox counts send attempts, also over a restart. `Sent` carries the
    /// `Message-ID` without its brackets.
    async fn send(&self, mail: &Mail) -> SendOutcome;
}
