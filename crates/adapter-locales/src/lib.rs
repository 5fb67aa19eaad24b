//! The message catalogues (`locales/`, Project Fluent), built into the binary.

use domain::{
    conversation::{Arg, Text},
    locale::Locale,
};
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use ports::texts::Texts;
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static CATALOGUES = {
        locales: "../../locales",
        fallback_language: "es",
        // Marks around values would travel to phones as invisible rubbish.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ES: LanguageIdentifier = langid!("es");
const EN: LanguageIdentifier = langid!("en");
const PT: LanguageIdentifier = langid!("pt");

/// The built-in catalogues.
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
            // The catalogues are tested to be whole; should one have a gap, the name is better than silence.
            tracing::error!(text = text.id, "a text is missing in the catalogues");
            text.id.to_owned()
        })
    }
}

#[cfg(test)]
mod tests;
