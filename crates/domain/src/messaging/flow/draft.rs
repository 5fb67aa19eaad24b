//! A flow as read from its file, each part with its line, and the faults that a check finds.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::fmt;

/// A value with its line in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lined<T> {
    /// The line number, from 1.
    pub line: usize,
    /// The value on that line.
    pub value: T,
}

/// A text in several languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftTexts {
    /// The line where it begins.
    pub line: usize,
    /// Language tag and text.
    pub by_language: Vec<(Lined<String>, String)>,
}

/// Words in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftWords {
    /// The line where they begin.
    pub line: usize,
    /// Language tag and words.
    pub by_language: Vec<(Lined<String>, Vec<Lined<String>>)>,
}

/// A flow before it is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDraft {
    /// The flow's name.
    pub id: Lined<String>,
    /// The version number.
    pub version: Lined<i64>,
    /// The language tags.
    pub languages: Lined<Vec<Lined<String>>>,
    /// The title for people.
    pub title: DraftTexts,
    /// The triggers that start it.
    pub triggers: DraftWords,
    /// The consent, asked for before all questions.
    pub consent: DraftConsent,
    /// The text for a person who completed it before.
    pub menu: DraftTexts,
    /// The questions in order.
    pub steps: Vec<DraftStep>,
    /// The recommendations; `None` when it recommends nothing.
    pub results: Option<DraftResults>,
    /// The end of the flow.
    pub closing: DraftClosing,
}

/// The consent that a flow asks for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftConsent {
    /// The text to agree to.
    pub text: DraftTexts,
    /// The words that agree to it.
    pub accept: DraftWords,
}

/// A question of the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftStep {
    /// The line where it begins.
    pub line: usize,
    /// The step's name, under which the answer is saved.
    pub id: Lined<String>,
    /// The kind of answer: `text`, `choice`, `number`, `place`, `date` or `phone`.
    pub kind: Lined<String>,
    /// The text of the question.
    pub question: DraftTexts,
    /// The reply to a text that is no answer.
    pub retry: DraftTexts,
    /// The options of a choice.
    pub options: Vec<DraftOption>,
    /// The rules for a valid answer, by name.
    pub valid: Vec<(Lined<String>, RuleValue)>,
    /// The steps that can follow; empty: the next one in the file.
    pub next: Vec<DraftNext>,
}

/// The value of a validation rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleValue {
    /// A decimal number.
    Number(Decimal),
    /// A calendar day.
    Date(NaiveDate),
    /// On or off.
    Flag(bool),
}

/// An option of a choice or of the closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftOption {
    /// The option's name.
    pub id: Lined<String>,
    /// The title for people.
    pub title: DraftTexts,
    /// The title on its button, if the normal title is too long for one.
    pub button: Option<DraftTexts>,
    /// Other words that mean it.
    pub words: Option<DraftWords>,
    /// The action, in the closing only: `hand_off`.
    pub action: Option<Lined<String>>,
}

/// A step that can follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftNext {
    /// The condition for it; `None`: always.
    pub when: Option<DraftCondition>,
    /// The name of a step, or `end`.
    pub go: Lined<String>,
}

/// A condition on an earlier answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftCondition {
    /// The step whose answer is tested.
    pub step: Lined<String>,
    /// The options that fulfil it.
    pub is: Vec<Lined<String>>,
    /// The smallest number that fulfils it.
    pub min: Option<Lined<Decimal>>,
    /// The greatest number that fulfils it.
    pub max: Option<Lined<Decimal>>,
}

/// The end of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftClosing {
    /// The last text.
    pub text: DraftTexts,
    /// The options after it.
    pub options: Vec<DraftOption>,
}

/// The recommendations of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftResults {
    /// The line where they begin.
    pub line: usize,
    /// The text before the list.
    pub intro: DraftTexts,
    /// The minimum of recommendations.
    pub min: Lined<i64>,
    /// The maximum of recommendations.
    pub max: Lined<i64>,
    /// The rules, in order.
    pub rules: Vec<DraftRule>,
    /// The catalogue of entries.
    pub catalogue: DraftCatalogue,
}

/// A rule of recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRule {
    /// The kind: `require`, `near` or `prefer`.
    pub kind: Lined<String>,
    /// The step whose answer it uses.
    pub step: Lined<String>,
    /// The field of the entries to compare with.
    pub field: Option<Lined<String>>,
    /// The radius that counts as near, in kilometres, if the answer names none.
    pub radius_km: Option<Lined<i64>>,
    /// Words in an answer that stand for a value of the field.
    pub words: Vec<(Lined<String>, Vec<Lined<String>>)>,
}

/// The catalogue that recommendations are taken from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftCatalogue {
    /// Countries by code.
    pub countries: Vec<DraftCountry>,
    /// Cities, also those without an entry: a person may name them.
    pub cities: Vec<DraftCity>,
    /// The entries that can be recommended.
    pub entries: Vec<DraftEntry>,
}

/// A country of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftCountry {
    /// The code, ISO 3166-1 alpha-2.
    pub code: Lined<String>,
    /// The names; the first one is shown.
    pub names: Vec<Lined<String>>,
}

/// A city of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftCity {
    /// The city's id within the catalogue.
    pub id: Lined<String>,
    /// The names; the first one is shown.
    pub names: Vec<Lined<String>>,
    /// The code of its country.
    pub country: Lined<String>,
    /// Latitude and longitude, in degrees.
    pub at: Lined<(f64, f64)>,
}

/// An entry that can be recommended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftEntry {
    /// The entry's name.
    pub name: Lined<String>,
    /// The id of its city.
    pub city: Lined<String>,
    /// The fields and their values.
    pub fields: Vec<(Lined<String>, Vec<Lined<String>>)>,
}

/// The files of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowFile {
    /// The flow itself.
    Flow,
    /// The catalogue of its entries.
    Catalogue,
}

/// A fault in a flow, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowFault {
    /// The file it is in.
    pub file: FlowFile,
    /// The line number, from 1.
    pub line: usize,
    /// The fault, as a sentence.
    pub reason: String,
}

impl fmt::Display for FlowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.reason)
    }
}
