//! What the README tells, in the person's language: where each kind of data comes from, what it is for, and how long it
//! is kept.

use chrono::{DateTime, Duration, Utc};
use domain::{
    locale::Locale,
    messaging::conversation::{Arg, Text},
    operations::retention::RetentionPolicy,
    privacy::{KEPT_DAYS, SCHEMA},
};
use ports::messaging::texts::Texts;

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
pub(super) fn readme(
    texts: &dyn Texts,
    locale: Locale,
    kept_for: RetentionPolicy,
    now: DateTime<Utc>,
) -> String {
    let say = |id, args| texts.render(locale, &Text { id, args });
    let days = |id, kept: Duration| say(id, vec![("days", Arg::Number(kept.num_days()))]);
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
