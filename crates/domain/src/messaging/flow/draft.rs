//! A flow as it was read, each piece with the line it stands on, and what can be wrong with it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::fmt;

/// A value, and the line of the source it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lined<T> {
    /// From 1.
    pub line: usize,
    /// The value.
    pub value: T,
}

/// A text by language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftTexts {
    /// Where it begins.
    pub line: usize,
    /// Language and text.
    pub by_language: Vec<(Lined<String>, String)>,
}

/// Words by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftWords {
    /// Where they begin.
    pub line: usize,
    /// Language and words.
    pub by_language: Vec<(Lined<String>, Vec<Lined<String>>)>,
}

/// A flow before it is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDraft {
    /// Its name.
    pub id: Lined<String>,
    /// Its edition.
    pub version: Lined<i64>,
    /// Language tags.
    pub languages: Lined<Vec<Lined<String>>>,
    /// What it is called.
    pub title: DraftTexts,
    /// What starts it.
    pub triggers: DraftWords,
    /// What is asked first.
    pub consent: DraftConsent,
    /// What somebody who has been through it before is told.
    pub menu: DraftTexts,
    /// The questions.
    pub steps: Vec<DraftStep>,
    /// What is recommended.
    pub results: Option<DraftResults>,
    /// The end.
    pub closing: DraftClosing,
}

/// The question before all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftConsent {
    /// The text.
    pub text: DraftTexts,
    /// The words that agree to it.
    pub accept: DraftWords,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftStep {
    /// Where it begins.
    pub line: usize,
    /// Its name, under which the answer is saved.
    pub id: Lined<String>,
    /// `text`, `choice`, `number`, `place`, `date` or `phone`.
    pub kind: Lined<String>,
    /// What is asked.
    pub question: DraftTexts,
    /// What is said to an answer that is none.
    pub retry: DraftTexts,
    /// The options of a choice.
    pub options: Vec<DraftOption>,
    /// What makes an answer valid, by name.
    pub valid: Vec<(Lined<String>, RuleValue)>,
    /// Where it leads; empty: to the question that follows.
    pub next: Vec<DraftNext>,
}

/// The value of a validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleValue {
    /// A number.
    Number(Decimal),
    /// A day.
    Date(NaiveDate),
    /// On or off.
    Flag(bool),
}

/// One of a few answers, or something to be had at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftOption {
    /// Its name.
    pub id: Lined<String>,
    /// What is shown.
    pub title: DraftTexts,
    /// What stands on its button, where the title is too long for one.
    pub button: Option<DraftTexts>,
    /// Other words for it.
    pub words: Option<DraftWords>,
    /// What it does, at the end: `hand_off`.
    pub action: Option<Lined<String>>,
}

/// A way on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftNext {
    /// When it is taken.
    pub when: Option<DraftCondition>,
    /// A step, or `end`.
    pub go: Lined<String>,
}

/// Something about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftCondition {
    /// Whose answer.
    pub step: Lined<String>,
    /// The options it may be.
    pub is: Vec<Lined<String>>,
    /// The least number it may be.
    pub min: Option<Lined<Decimal>>,
    /// The greatest.
    pub max: Option<Lined<Decimal>>,
}

/// The end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftClosing {
    /// What is said.
    pub text: DraftTexts,
    /// What can be had.
    pub options: Vec<DraftOption>,
}

/// What is recommended.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftResults {
    /// Where it begins.
    pub line: usize,
    /// What is said before the list.
    pub intro: DraftTexts,
    /// The fewest.
    pub min: Lined<i64>,
    /// The most.
    pub max: Lined<i64>,
    /// The rules.
    pub rules: Vec<DraftRule>,
    /// What there is to recommend.
    pub catalogue: DraftCatalogue,
}

/// A rule of recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRule {
    /// `require`, `near` or `prefer`.
    pub kind: Lined<String>,
    /// Whose answer it looks at.
    pub step: Lined<String>,
    /// The entries' field it compares with.
    pub field: Option<Lined<String>>,
    /// How far is near, where the answer does not say, in kilometres.
    pub radius_km: Option<Lined<i64>>,
    /// Words in an answer that stand for a value of the field.
    pub words: Vec<(Lined<String>, Vec<Lined<String>>)>,
}

/// What there is to recommend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftCatalogue {
    /// Countries by code.
    pub countries: Vec<DraftCountry>,
    /// Cities, those without an entry included: from them it is near or far too.
    pub cities: Vec<DraftCity>,
    /// The entries.
    pub entries: Vec<DraftEntry>,
}

/// A country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftCountry {
    /// ISO 3166-1 alpha-2.
    pub code: Lined<String>,
    /// Its names, the one that is shown first.
    pub names: Vec<Lined<String>>,
}

/// A city.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftCity {
    /// Its name here.
    pub id: Lined<String>,
    /// Its names, the one that is shown first.
    pub names: Vec<Lined<String>>,
    /// Its country's code.
    pub country: Lined<String>,
    /// Latitude and longitude, in degrees.
    pub at: Lined<(f64, f64)>,
}

/// Something to recommend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftEntry {
    /// What it is called.
    pub name: Lined<String>,
    /// Its city's id.
    pub city: Lined<String>,
    /// Its fields and their values.
    pub fields: Vec<(Lined<String>, Vec<Lined<String>>)>,
}

/// Which of a flow's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowFile {
    /// The flow.
    Flow,
    /// Its catalogue.
    Catalogue,
}

/// Something that is wrong with a flow, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowFault {
    /// In which file.
    pub file: FlowFile,
    /// On which line, from 1.
    pub line: usize,
    /// What, in a sentence.
    pub reason: String,
}

impl fmt::Display for FlowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.reason)
    }
}
