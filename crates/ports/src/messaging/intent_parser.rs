//! Reads the intent of a text.

use async_trait::async_trait;
use domain::messaging::intent::{Dialogue, Understanding};

/// Reads one intent and its slots from a text. It never fails: a text that it doesn't understand is
/// [`domain::messaging::intent::Intent::Unknown`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntentParser: Send + Sync {
    /// The parser's name, returned with its results: `rules`.
    fn name(&self) -> &'static str;

    /// Reads one message, in the light of what was said before.
    async fn parse(&self, text: &str, dialogue: &Dialogue) -> Understanding;
}
