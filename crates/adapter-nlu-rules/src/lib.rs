//! Understanding by rules, for Spanish, English and Portuguese. Nothing is learned, nothing goes out:
//! the same text always means the same, and each decision can be pointed at.
//!
//! ```text
//! text → tokens → language, typos → digits → amounts → corrections → commands → decision → slots
//! ```
//!
//! Words and patterns are data (`data/`); the rooms below are how they are put together.

mod amounts;
mod codes;
mod commands;
mod corrections;
mod decide;
mod digits;
mod guards;
mod language;
mod lexicon;
mod names;
mod numbers;
mod patterns;
mod slots;
mod tokens;
mod typos;
mod verbs;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use domain::{
    intent::{Intent, Understanding},
    locale::Locale,
    phone::Region,
};
use ports::intent_parser::IntentParser;

/// The longest text that is looked at, in characters; the rest changes nothing.
const LENGTH_MAX: usize = 600;

/// The parser.
#[derive(Clone, Debug)]
pub struct RuleParser {
    home: Region,
}

impl RuleParser {
    /// A parser that reads national numbers in `home`. Its tables are built at the first text.
    #[must_use]
    pub fn new(home: Region) -> Self {
        Self { home }
    }

    /// Understands a text; pure and synchronous.
    #[must_use]
    pub fn understand(&self, text: &str, hint: Option<Locale>) -> Understanding {
        let text: String = text.chars().take(LENGTH_MAX).collect();
        let decision = decide::decide(&text, self.home);
        let confidence = if decision.intent == Intent::Unknown { 0.3 } else { 0.9 };
        Understanding {
            intent: decision.intent,
            confidence,
            locale: decision.locale.or(hint),
            entities: decision.entities,
        }
    }
}

#[async_trait]
impl IntentParser for RuleParser {
    fn name(&self) -> &'static str {
        "rules"
    }

    async fn parse(&self, text: &str, hint: Option<Locale>) -> Understanding {
        self.understand(text, hint)
    }
}
