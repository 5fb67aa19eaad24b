//! The pages' texts, in the reader's language.

use adapter_locales::BuiltInTexts;
use domain::{
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
};
use ports::messaging::texts::Texts;

/// The language of a page, and its texts.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) locale: Locale,
    /// True if the reader chose the language: then every step keeps it.
    is_chosen: bool,
    /// The query to keep when the language is switched, with `&` at its end.
    kept: String,
}

impl Words {
    /// The language: the reader's choice, else the page's own, else the browser's, else the default.
    pub(super) fn choose(
        by_hand: Option<&str>,
        own: Option<Locale>,
        accept_language: Option<&str>,
        default: Locale,
    ) -> Self {
        let by_hand = by_hand.and_then(Locale::parse);
        let locale = by_hand.or(own).or_else(|| preferred(accept_language?)).unwrap_or(default);
        Self { locale, is_chosen: by_hand.is_some(), kept: String::new() }
    }

    /// Sets the query to keep when the language is switched.
    pub(super) fn keeping(mut self, kept: String) -> Self {
        self.kept = kept;
        self
    }

    pub(super) fn kept(&self) -> &str {
        &self.kept
    }

    /// The language for an address with more parameters; empty if the reader did not choose it.
    pub(super) fn kept_lang(&self) -> String {
        if self.is_chosen { format!("lang={}&", self.tag()) } else { String::new() }
    }

    /// The language for an address without other parameters; empty if the reader did not choose it.
    pub(super) fn query(&self) -> String {
        if self.is_chosen { format!("?lang={}", self.tag()) } else { String::new() }
    }

    pub(super) fn tag(&self) -> &'static str {
        self.locale.tag()
    }

    #[allow(clippy::unused_self, reason = "templates get all texts from this value")]
    pub(super) fn languages(&self) -> [(&'static str, &'static str); 3] {
        [("es", "Español"), ("en", "English"), ("pt", "Português")]
    }

    /// The address of a file of the pages.
    #[allow(clippy::unused_self, reason = "templates get all texts from this value")]
    pub(super) fn asset(&self, name: &str) -> String {
        super::assets::address(name)
    }

    pub(super) fn say(&self, id: &'static str) -> String {
        BuiltInTexts.render(self.locale, &Text { id, args: Vec::new() })
    }

    pub(super) fn with(&self, id: &'static str, what: &str) -> String {
        BuiltInTexts.render(self.locale, &Text { id, args: vec![("what", Arg::Text(what.to_owned()))] })
    }

    pub(super) fn count(&self, id: &'static str, n: i64) -> String {
        BuiltInTexts.render(self.locale, &Text { id, args: vec![("n", Arg::Number(n))] })
    }

    pub(super) fn channel(&self, channel: Channel) -> String {
        self.say(match channel {
            Channel::Whatsapp => "page-channel-whatsapp",
            Channel::Sms => "page-channel-sms",
            Channel::Call => "page-channel-call",
            Channel::Email => "page-channel-email",
            Channel::Telegram => "page-channel-telegram",
        })
    }
}

/// The language of `Accept-Language` (RFC 9110, 12.5.4) with the highest weight that we have texts in.
fn preferred(header: &str) -> Option<Locale> {
    let mut best: Option<(Locale, f32)> = None;
    for part in header.split(',') {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let quality = match parameters.trim().strip_prefix("q=") {
            None => 1.0,
            Some(text) => text.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0),
        };
        let better = quality > best.map_or(0.0, |(_, known)| known);
        if let Some(locale) = Locale::parse(tag.trim()).filter(|_| better) {
            best = Some((locale, quality));
        }
    }
    best.map(|(locale, _)| locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_choice_comes_before_page_browser_and_default() {
        let chosen = |hand, own, header| Words::choose(hand, own, header, Locale::Es).locale;
        assert_eq!(chosen(Some("pt"), Some(Locale::En), Some("es")), Locale::Pt);
        assert_eq!(chosen(Some("xx"), Some(Locale::En), Some("es")), Locale::En);
        assert_eq!(chosen(None, None, Some("fr, pt-BR;q=0.8, en;q=0.9")), Locale::En);
        assert_eq!(chosen(None, None, Some("en;q=0, de")), Locale::Es);
        assert_eq!(chosen(None, None, Some(";;;,q=,")), Locale::Es);
        assert_eq!(chosen(None, None, None), Locale::Es);
    }

    #[test]
    fn every_text_of_the_templates_and_pages_is_in_the_catalogue() {
        let sources = [
            include_str!("../../../templates/base.html"),
            include_str!("../../../templates/verify.html"),
            include_str!("../../../templates/plain.html"),
            include_str!("../../../templates/reset.html"),
            include_str!("../../../templates/export.html"),
            include_str!("export.rs"),
            include_str!("notes.rs"),
            include_str!("reset.rs"),
            include_str!("verify.rs"),
            include_str!("view.rs"),
        ];
        let catalogue = include_str!("../../../../../locales/es/pages.ftl");
        let known: Vec<&str> = catalogue.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
        let mut used = 0;
        for source in sources {
            for (at, _) in source.match_indices("\"page-") {
                let id = source.get(at + 1..).unwrap().split('"').next().unwrap();
                assert!(known.contains(&id), "{id}");
                used += 1;
            }
        }
        assert!(used > 50);
    }
}
