//! The message catalogues.

use domain::{locale::Locale, messaging::conversation::Text};

/// Puts a text of the catalogue into words.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Texts: Send + Sync {
    /// The words; every text exists in every language (the catalogues are tested for that).
    fn render(&self, locale: Locale, text: &Text) -> String;
}
