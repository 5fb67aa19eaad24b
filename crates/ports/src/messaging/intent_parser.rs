//! Understanding of texts.

use async_trait::async_trait;
use domain::{locale::Locale, messaging::intent::Understanding};

/// Makes one intent and its entities of a text. Never fails: what is not understood is
/// [`domain::messaging::intent::Intent::Unknown`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntentParser: Send + Sync {
    /// The name it signs its answers with: `rules`.
    fn name(&self) -> &'static str;

    /// Understands one message. `hint` is the language last spoken.
    async fn parse(&self, text: &str, hint: Option<Locale>) -> Understanding;
}
