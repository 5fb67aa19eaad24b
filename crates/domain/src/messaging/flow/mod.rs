//! Flows: questionnaires that are data. A flow asks for consent, then one thing after another, and ends with
//! what its rules recommend.
//!
//! A [`Flow`] that exists is sound: [`Flow::check`] is its only constructor, and names every fault with its
//! line. Nothing here moves money, keeps a clock or knows how flows are written down.

mod answer;
mod book;
mod catalogue;
mod check;
mod date;
mod draft;
mod number;
mod run;
mod slug;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub use self::{
    answer::Answer,
    book::{BookFault, FlowRegistry},
    draft::{
        DraftCatalogue, DraftCity, DraftClosing, DraftCondition, DraftConsent, DraftCountry, DraftEntry,
        DraftNext, DraftOption, DraftResults, DraftRule, DraftStep, DraftTexts, DraftWords, FlowDraft,
        FlowFault, FlowFile, Lined, RuleValue,
    },
    run::{CompletedFlow, FlowContext, FlowInput, FlowRun, Progress, Prompt},
    slug::{BadSlug, Slug},
};

use self::{catalogue::Results, words::Folded};
use crate::locale::Locale;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The fewest recommendations that may be promised.
pub const RECOMMENDED_MIN: usize = 3;
/// The most.
pub const RECOMMENDED_MAX: usize = 5;
/// The longest text that a flow may say at once: WhatsApp takes no more beside buttons.
pub const TEXT_LENGTH_MAX: usize = 1024;
/// The longest title of a button on WhatsApp.
pub const BUTTON_LENGTH_MAX: usize = 20;
/// As many buttons as every channel can show; more options are numbered lines only.
pub const BUTTONS_MAX: usize = 3;
/// The longest answer that is kept, unless a step says less.
pub const ANSWER_LENGTH_MAX: usize = 500;

/// A questionnaire without a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    id: Slug,
    version: u32,
    languages: Vec<Locale>,
    title: Texts,
    triggers: Vec<Trigger>,
    consent: Consent,
    menu: Texts,
    steps: Vec<Step>,
    results: Option<Results>,
    closing: Closing,
}

/// A word that starts a flow, as a whole message, and the language it is a word of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trigger {
    word: Folded,
    written: String,
    locale: Locale,
    line: usize,
}

/// A text in each of a flow's languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Texts(Vec<(Locale, String)>);

impl Texts {
    fn get(&self, locale: Locale) -> &str {
        let own = self.0.iter().find(|(of, _)| *of == locale).or_else(|| self.0.first());
        own.map_or("", |(_, text)| text.as_str())
    }
}

/// What is asked before anything else; only its words open the questions.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Consent {
    text: Texts,
    accept: Vec<(Locale, String)>,
}

impl Consent {
    fn is_given_by(&self, text: &str) -> bool {
        let content = Folded::new(text);
        self.accept.iter().any(|(_, word)| Folded::new(word) == content)
    }

    fn word(&self, locale: Locale) -> &str {
        let own = self.accept.iter().find(|(of, _)| *of == locale).or_else(|| self.accept.first());
        own.map_or("", |(_, word)| word.as_str())
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    id: Slug,
    kind: Kind,
    question: Texts,
    retry: Texts,
    next: Vec<Next>,
}

/// What an answer must be.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Text { length: Length, letters: bool },
    Choice(Vec<Choice>),
    Number { min: Option<Decimal>, max: Option<Decimal>, whole: bool },
    Place { length: Length },
    Date(DateRules),
    Phone,
}

/// How long an answer may be, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Length {
    min: usize,
    max: usize,
}

/// Which days are answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct DateRules {
    earliest: Option<NaiveDate>,
    latest: Option<NaiveDate>,
    not_future: bool,
    not_past: bool,
    age_min: Option<u32>,
}

/// One of a few answers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    id: Slug,
    title: Texts,
    button: Texts,
    /// Other words for it.
    words: Vec<String>,
}

/// Where a step leads; the first whose condition holds.
#[derive(Clone, Debug, PartialEq)]
struct Next {
    when: Option<Condition>,
    go: Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Step(usize),
    End,
}

/// Something about an answer given before.
#[derive(Clone, Debug, PartialEq)]
struct Condition {
    step: Slug,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    IsOneOf(Vec<Slug>),
    Between(Option<Decimal>, Option<Decimal>),
}

/// What is said at the end, and what can be had then.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Closing {
    text: Texts,
    /// All of them call a person.
    options: Vec<Choice>,
}

impl Flow {
    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &Slug {
        &self.id
    }

    /// Which edition it is. What a version says never changes.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The languages it speaks, its own first.
    #[must_use]
    pub fn languages(&self) -> &[Locale] {
        &self.languages
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self, locale: Locale) -> &str {
        self.title.get(locale)
    }

    /// How many questions it has, those that some are not asked included.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.steps.len()
    }

    /// A word that starts it in a language, as it is written.
    #[must_use]
    pub fn start_word(&self, locale: Locale) -> &str {
        let own = self.triggers.iter().find(|t| t.locale == locale).or_else(|| self.triggers.first());
        own.map_or("", |trigger| trigger.written.as_str())
    }

    fn step(&self, id: &Slug) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }
}
