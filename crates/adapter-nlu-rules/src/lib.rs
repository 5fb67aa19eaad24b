//! An intent parser made of rules, for Spanish, English and Portuguese. It learns nothing and calls no
//! network: the same text always gives the same result, and a rule explains each decision.
//!
//! ```text
//! text → tokens → language, typos → digits → amounts → corrections → commands → decision → slots
//! ```
//!
//! Words and patterns are data (`data/`); the modules below apply them.

mod amounts;
mod answers;
mod codes;
mod commands;
mod corrections;
mod decide;
mod digits;
mod features;
mod guards;
mod hashing;
mod language;
mod lexicon;
mod model;
mod names;
mod numbers;
mod patterns;
mod payee_changes;
mod payees;
mod periods;
mod relative;
mod slots;
mod spelling;
mod tokens;
mod topics;
mod verbs;
mod vocabulary;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use domain::{
    locale::Locale,
    messaging::{
        intent::{AskedFor, Dialogue, Intent, NamedDestination, Understanding},
        opinion::WrittenAmount,
    },
    phone::Region,
};
use ports::messaging::intent_parser::{IntentParser, ParsedText, TextRules};

/// Longest text that the parser reads, in characters. The rest is ignored.
const LENGTH_MAX: usize = 600;

/// The rule-based parser. Cheap to build and to clone.
#[derive(Clone, Debug)]
pub struct RuleParser {
    home: Region,
}

impl RuleParser {
    /// Creates a parser that reads phone numbers without a calling code as numbers of `home`. The first text
    /// builds the word tables, which all parsers of the process share.
    #[must_use]
    pub fn new(home: Region) -> Self {
        Self { home }
    }

    /// Builds the word tables, which the first texts would wait for otherwise. It takes a moment, so it is called on a
    /// thread of its own.
    pub fn warm_up(&self) {
        const TEXTS: [&str; 4] = [
            "hola, ¿cuánto tengo?",
            "quiero mandar 50 pesos a quien sea",
            "what is my limit",
            "zimbrondo 35 quorlo",
        ];
        let dialogue = Dialogue::default();
        for text in TEXTS {
            let _read = self.understand(text, &dialogue);
            let _against = TextRules::speaks_against_payment(self, text, &dialogue);
        }
        let _payee = TextRules::payee(self, "Quorlo", &dialogue);
    }

    /// Returns the intent, language and entities of a text. Pure and synchronous; never fails: a text without
    /// a known meaning is `Intent::Unknown`. `dialogue` is what was said before: what was asked, the payees, and
    /// the language that is reported when the text itself doesn't tell one.
    ///
    /// Only the first 600 characters count. The confidence is 0.9, or 0.3 for `Intent::Unknown`.
    #[must_use]
    pub fn understand(&self, text: &str, dialogue: &Dialogue) -> Understanding {
        let text: String = text.chars().take(LENGTH_MAX).collect();
        decide::decide(&text, self.home, dialogue)
    }

    /// Returns every reading that the grammar allows with its score, best first: why a text was read as it was.
    /// A complete transfer, a code and a clear yes are decided before scores count.
    #[must_use]
    pub fn readings(&self, text: &str, dialogue: &Dialogue) -> Vec<(Intent, f32)> {
        let text: String = text.chars().take(LENGTH_MAX).collect();
        decide::readings(&text, dialogue)
    }
}

#[async_trait]
impl IntentParser for RuleParser {
    async fn parse(&self, text: &str, dialogue: &Dialogue) -> ParsedText {
        ParsedText::by_rules(self.understand(text, dialogue))
    }
}

impl TextRules for RuleParser {
    fn read(&self, text: &str, dialogue: &Dialogue) -> Understanding {
        self.understand(text, dialogue)
    }

    fn amounts(&self, text: &str, locale: Option<Locale>) -> Vec<WrittenAmount> {
        let text: String = text.chars().take(LENGTH_MAX).collect();
        decide::evidence::amounts(&text, &Dialogue::new(locale))
    }

    fn payee(&self, words: &str, dialogue: &Dialogue) -> Option<NamedDestination> {
        let asked = Dialogue { asked: Some(AskedFor::Destination), ..dialogue.clone() };
        let answer = self.understand(words, &asked);
        let is_payee = answer.intent == Intent::Transfer
            && answer.explained
            && answer.entities.amount.is_none()
            && answer.entities.relative.is_none();
        answer.entities.destination.filter(|_| is_payee)
    }

    fn speaks_against_payment(&self, text: &str, dialogue: &Dialogue) -> bool {
        let text: String = text.chars().take(LENGTH_MAX).collect();
        decide::evidence::speaks_against_payment(&text, dialogue)
    }
}

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
