//! What the README tells, in the person's language: where each kind of data comes from, what it is for, and how long it
//! is kept.

use chrono::{DateTime, Utc};
use domain::{
    locale::Locale,
    messaging::conversation::{Arg, Text},
    privacy::{KEPT_DAYS, SCHEMA},
};
use ports::messaging::texts::Texts;

/// How many days the kinds of data are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptFor {
    /// Texts.
    pub texts: u32,
    /// Raw webhooks.
    pub webhooks: u32,
    /// Codes.
    pub codes: u32,
    /// Answers to flows.
    pub flows: u32,
    /// Deliveries.
    pub deliveries: u32,
}

impl Default for KeptFor {
    /// The periods that are shipped.
    fn default() -> Self {
        Self { texts: 365, webhooks: 30, codes: 30, flows: 180, deliveries: 400 }
    }
}

/// Titles of the page with the conversations.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) you: String,
    pub(super) us: String,
}

impl Section {
    pub(super) fn titles(texts: &dyn Texts, locale: Locale) -> Self {
        let plain = |id| texts.render(locale, &Text { id, args: Vec::new() });
        Self { title: plain("export-conversations-title"), you: plain("export-you"), us: plain("export-us") }
    }
}

/// The README.
pub(super) fn readme(texts: &dyn Texts, locale: Locale, kept_for: KeptFor, now: DateTime<Utc>) -> String {
    let say = |id, args| texts.render(locale, &Text { id, args });
    let days = |id, days: u32| say(id, vec![("days", Arg::Number(i64::from(days)))]);
    let day = Arg::Text(now.format("%Y-%m-%d").to_string());
    let paragraphs = [
        say("export-readme-title", vec![("day", day)]),
        say("export-readme-files", vec![("schema", Arg::Text(SCHEMA.into()))]),
        say("export-readme-account", Vec::new()),
        say("export-readme-money", vec![("days", Arg::Number(KEPT_DAYS))]),
        days("export-readme-texts", kept_for.texts),
        days("export-readme-flows", kept_for.flows),
        days("export-readme-codes", kept_for.codes),
        days("export-readme-webhooks", kept_for.webhooks),
        days("export-readme-deliveries", kept_for.deliveries),
        say("export-readme-left-out", Vec::new()),
        say("export-readme-rights", Vec::new()),
    ];
    let mut text = paragraphs.join("\n\n");
    text.push('\n');
    text
}
