//! The texts for people, in Spanish, English and Portuguese: the message catalogues of `locales/` (Project
//! Fluent), built into the binary.

use domain::{
    locale::Locale,
    messaging::conversation::{Arg, Text},
};
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use ports::messaging::texts::Texts;
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static CATALOGUES = {
        locales: "locales",
        fallback_language: "es",
        // Fluent's isolation marks around values would reach phones as invisible characters.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ES: LanguageIdentifier = langid!("es");
const EN: LanguageIdentifier = langid!("en");
const PT: LanguageIdentifier = langid!("pt");

/// The built-in catalogues. A missing text renders as its id and logs an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltInTexts;

impl Texts for BuiltInTexts {
    fn render(&self, locale: Locale, text: &Text) -> String {
        let language = match locale {
            Locale::Es => &ES,
            Locale::En => &EN,
            Locale::Pt => &PT,
        };
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> = text
            .args
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Arg::Text(text) => FluentValue::from(text.as_str()),
                    Arg::Number(number) => FluentValue::from(*number),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        CATALOGUES.try_lookup_with_args(language, text.id, &args).unwrap_or_else(|| {
            // Tests check that no text is missing. If one is, its id is better than an empty message.
            tracing::error!(text = text.id, "a text is missing in the catalogues");
            text.id.to_owned()
        })
    }
}

#[cfg(test)]
mod tests;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
