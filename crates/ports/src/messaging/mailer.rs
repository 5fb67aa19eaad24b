//! A way to send mail: SMTP, or a provider's own.

use crate::messaging::message_channel::SendOutcome;
use async_trait::async_trait;
use domain::{accounts::EmailAddress, ids::MessageId, locale::Locale};

/// A mail as it goes out. `Debug` would show its text: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Our id; it makes the `Message-ID`, by which a receiving server knows a mail that comes twice.
    pub id: MessageId,
    /// To whom.
    pub to: EmailAddress,
    /// One line, without control characters.
    pub subject: String,
    /// The text/plain part.
    pub text: String,
    /// The text/html part: the same words.
    pub html: String,
    /// The language of both.
    pub locale: Locale,
}

/// Sends mail.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends once. Makes no retries of its own: the outbox remembers tries, also over a restart. `Sent`
    /// bears the `Message-ID` without its brackets.
    async fn send(&self, mail: &Mail) -> SendOutcome;
}
