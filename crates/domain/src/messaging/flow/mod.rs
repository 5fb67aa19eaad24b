//! Flows: questionnaires described by data. A flow asks for consent, then one question after another, and
//! ends with the recommendations of its rules.
//!
//! Every [`Flow`] is valid: [`Flow::check`] is its only constructor, and gives every fault with its line.
//! Nothing here moves money, reads a clock or knows the file format.

mod answer;
mod catalogue;
mod check;
mod date;
mod default_flows;
mod draft;
mod input;
mod number;
mod registry;
mod run;
mod slug;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub use self::{
    answer::Answer,
    default_flows::{DefaultFlows, InvalidDefaultFlows},
    draft::{
        DraftCatalogue, DraftCity, DraftClosing, DraftCondition, DraftConsent, DraftCountry, DraftEntry,
        DraftNext, DraftOption, DraftResults, DraftRule, DraftStep, DraftTexts, DraftWords, FlowDraft,
        FlowFault, FlowFile, Lined, RuleValue,
    },
    input::{FlowContext, FlowInput},
    run::{CompletedFlow, FlowRun, Progress, Prompt},
    slug::{BadSlug, Slug},
};
pub use crate::messaging::flow::registry::{FlowRegistry, FlowRegistryError};

use self::{catalogue::Results, words::Folded};
use crate::locale::Locale;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The smallest number of recommendations that a flow may ask for.
pub const RECOMMENDED_MIN: usize = 3;
/// The greatest number of recommendations that a flow may ask for.
pub const RECOMMENDED_MAX: usize = 5;
/// The longest text of one message, in characters: WhatsApp's limit with buttons.
pub const TEXT_LENGTH_MAX: usize = 1024;
/// The longest title of a button on WhatsApp, in characters.
pub const BUTTON_LENGTH_MAX: usize = 20;
/// The most buttons that every channel can show. More options become numbered lines.
pub const BUTTONS_MAX: usize = 3;
/// The longest answer in characters, unless a step sets less.
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

/// A trigger: a whole message that starts the flow, with its language.
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

/// The consent that is asked for first. Only its own words agree to it.
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

/// One question of a flow.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    id: Slug,
    kind: Kind,
    question: Texts,
    retry: Texts,
    next: Vec<Next>,
}

/// The kind of answer that a question takes.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Text { length: Length, letters: bool },
    Choice(Vec<Choice>),
    Number { min: Option<Decimal>, max: Option<Decimal>, whole: bool },
    Place { length: Length },
    Date(DateRules),
    Phone,
}

/// The length of an answer, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Length {
    min: usize,
    max: usize,
}

/// The days that a question takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct DateRules {
    earliest: Option<NaiveDate>,
    latest: Option<NaiveDate>,
    not_future: bool,
    not_past: bool,
    age_min: Option<u32>,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    id: Slug,
    title: Texts,
    button: Texts,
    /// Other words that mean it.
    words: Vec<String>,
}

/// A step that can follow. The first whose condition is true is taken.
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

/// A condition on an earlier answer.
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

/// The last text, and the options after it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Closing {
    text: Texts,
    /// Each of them hands the conversation to an agent.
    options: Vec<Choice>,
}

impl Flow {
    /// The flow's name.
    #[must_use]
    pub const fn id(&self) -> &Slug {
        &self.id
    }

    /// The version number. The text of a version never changes.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The flow's languages, the default one first.
    #[must_use]
    pub fn languages(&self) -> &[Locale] {
        &self.languages
    }

    /// The title for people, in that language.
    #[must_use]
    pub fn title(&self, locale: Locale) -> &str {
        self.title.get(locale)
    }

    /// The number of questions, including those that only some people are asked.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.steps.len()
    }

    /// A trigger in that language, as the author wrote it.
    #[must_use]
    pub fn start_word(&self, locale: Locale) -> &str {
        let own = self.triggers.iter().find(|t| t.locale == locale).or_else(|| self.triggers.first());
        own.map_or("", |trigger| trigger.written.as_str())
    }

    fn step(&self, id: &Slug) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }
}
