//! Reads the intent of a text.

use async_trait::async_trait;
use domain::{locale::Locale, messaging::intent::Understanding};

/// Reads one intent and its slots from a text. It never fails: a text that it doesn't understand is
/// [`domain::messaging::intent::Intent::Unknown`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntentParser: Send + Sync {
    /// The parser's name, returned with its results: `rules`.
    fn name(&self) -> &'static str;

    /// Reads one message. `hint` is the language of the conversation so far.
    async fn parse(&self, text: &str, hint: Option<Locale>) -> Understanding;
}
