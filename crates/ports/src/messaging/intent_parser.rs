//! Reads the intent of a text.

use async_trait::async_trait;
use domain::{
    locale::Locale,
    messaging::{
        intent::{Dialogue, NamedDestination, Understanding},
        opinion::{ServiceFailure, WrittenAmount},
    },
};

/// The name of the rules as a provider of readings.
pub const RULES: &str = "rule";

/// What a text means, and who said so.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedText {
    /// The meaning.
    pub understanding: Understanding,
    /// Whose reading it is: [`RULES`], or the name of an understanding service.
    pub provider: &'static str,
    /// The service that was to be asked; `None` when the rules were sure, or there is no service.
    pub consulted: Option<Consultation>,
}

impl ParsedText {
    /// A reading by the rules alone.
    #[must_use]
    pub const fn by_rules(understanding: Understanding) -> Self {
        Self { understanding, provider: RULES, consulted: None }
    }

    /// Why the rules' reading stands although a service was to be asked. `None` otherwise.
    #[must_use]
    pub fn fallback_reason(&self) -> Option<&'static str> {
        self.consulted.as_ref()?.failure.map(ServiceFailure::name)
    }
}

/// One call of an understanding service, or one that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consultation {
    /// The name of the service: `openai`, `rasa`.
    pub provider: &'static str,
    /// The model that it was asked for; `None` when the service has one only.
    pub model: Option<String>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// Why its answer isn't used; `None` when it is.
    pub failure: Option<ServiceFailure>,
}

/// Reads one intent and its slots from a text. It never fails: a text that it doesn't understand is
/// [`domain::messaging::intent::Intent::Unknown`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntentParser: Send + Sync {
    /// Reads one message, in the light of what was said before.
    async fn parse(&self, text: &str, dialogue: &Dialogue) -> ParsedText;
}

/// The rules: they read texts without a network, and check what others say about a text.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait TextRules: Send + Sync {
    /// Reads one message, in the light of what was said before.
    fn read(&self, text: &str, dialogue: &Dialogue) -> Understanding;

    /// Every amount of money in a text, in order, whatever the text asks for. What counts other things, dates, times
    /// and account numbers are none.
    fn amounts(&self, text: &str, locale: Option<Locale>) -> Vec<WrittenAmount>;

    /// The payee that the words name, as an answer to «¿a quién?». `None` when they are more or less than a payee.
    fn payee(&self, words: &str, dialogue: &Dialogue) -> Option<NamedDestination>;

    /// Whether anything in the text speaks against a payment now: a no, a past, a condition, a later time, somebody
    /// else's words, an object that is no money.
    fn speaks_against_payment(&self, text: &str, dialogue: &Dialogue) -> bool;
}
