//! The message catalogues.

use domain::{locale::Locale, messaging::conversation::Text};

/// Renders a text of the message catalogue.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Texts: Send + Sync {
    /// The text in that language. Every text exists in every language; a test checks this.
    fn render(&self, locale: Locale, text: &Text) -> String;
}
