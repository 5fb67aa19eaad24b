//! Answers to questions, with a type for each kind.

use super::{
    ANSWER_LENGTH_MAX, DateRules, Kind, Length, Slug, Step,
    date::{age, read_date},
    input::{FlowContext, FlowInput},
    number::read_number,
    words::{Folded, choose},
};
use crate::phone::PhoneNumber;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An answer. `Debug` shows only its kind, because it may be about a person's health.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "KeptAnswer", into = "KeptAnswer")]
pub enum Answer {
    /// The text as written.
    Text(String),
    /// The id of the chosen option.
    Choice(Slug),
    /// A decimal number.
    Number(Decimal),
    /// A place as written.
    Place(String),
    /// A calendar day.
    Date(NaiveDate),
    /// A phone number in canonical form.
    Phone(PhoneNumber),
}

impl Answer {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Choice(_) => "choice",
            Self::Number(_) => "number",
            Self::Place(_) => "place",
            Self::Date(_) => "date",
            Self::Phone(_) => "phone",
        }
    }

    /// The answer as text: days as `1990-05-03`, numbers as decimals, phone numbers unmasked.
    #[must_use]
    pub fn as_text(&self) -> String {
        match self {
            Self::Text(text) | Self::Place(text) => text.clone(),
            Self::Choice(option) => option.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Phone(phone) => phone.e164().to_owned(),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(****)", self.kind())
    }
}

/// The stored form of an answer.
#[derive(Serialize, Deserialize)]
struct KeptAnswer {
    kind: String,
    value: String,
}

impl From<Answer> for KeptAnswer {
    fn from(answer: Answer) -> Self {
        Self { kind: answer.kind().to_owned(), value: answer.as_text() }
    }
}

impl TryFrom<KeptAnswer> for Answer {
    type Error = &'static str;
    fn try_from(kept: KeptAnswer) -> Result<Self, Self::Error> {
        const UNREADABLE: &str = "an answer that can't be read";
        let value = kept.value;
        match kept.kind.as_str() {
            "text" => Some(Self::Text(value)),
            "place" => Some(Self::Place(value)),
            "choice" => Slug::parse(&value).ok().map(Self::Choice),
            "number" => Decimal::from_str(&value).ok().map(Self::Number),
            "date" => NaiveDate::from_str(&value).ok().map(Self::Date),
            "phone" => PhoneNumber::try_from(value).ok().map(Self::Phone),
            _ => None,
        }
        .ok_or(UNREADABLE)
    }
}

impl Length {
    pub(super) const fn any() -> Self {
        Self { min: 1, max: ANSWER_LENGTH_MAX }
    }

    fn fits(self, text: &str) -> bool {
        (self.min..=self.max).contains(&text.chars().count())
    }
}

impl Step {
    /// Reads the input as an answer to this question; `None` when it is none.
    pub(super) fn read(&self, input: FlowInput<'_>, facts: FlowContext) -> Option<Answer> {
        let text = match input {
            FlowInput::Text(text) => text.trim(),
            FlowInput::Button { option, .. } => return self.pressed(option),
        };
        match &self.kind {
            Kind::Text { length, letters } => {
                is_text(text, *length, *letters).then(|| Answer::Text(text.into()))
            }
            Kind::Place { length } => is_text(text, *length, true).then(|| Answer::Place(text.into())),
            Kind::Choice(options) => choose(options, text).map(|option| Answer::Choice(option.id.clone())),
            Kind::Number { min, max, whole } => {
                let number = read_number(text)?;
                let fits = min.is_none_or(|min| number >= min)
                    && max.is_none_or(|max| number <= max)
                    && (!whole || number.is_integer());
                fits.then(|| Answer::Number(number.normalize()))
            }
            Kind::Date(rules) => {
                let date = read_date(text, facts.today)?;
                rules.allow(date, facts.today).then_some(Answer::Date(date))
            }
            Kind::Phone => read_phone(text, facts).map(Answer::Phone),
        }
    }

    fn pressed(&self, option: &str) -> Option<Answer> {
        let Kind::Choice(options) = &self.kind else { return None };
        let pressed = options.iter().find(|known| known.id.as_str() == option)?;
        Some(Answer::Choice(pressed.id.clone()))
    }
}

/// Whether a text is an answer: long enough, and not only signs.
fn is_text(text: &str, length: Length, letters: bool) -> bool {
    let has_letter = text.chars().any(char::is_alphabetic);
    length.fits(text) && !Folded::new(text).as_str().is_empty() && (has_letter || !letters)
}

/// A phone number, with or without words around it.
fn read_phone(text: &str, facts: FlowContext) -> Option<PhoneNumber> {
    let is_other = |c: char| !(c.is_ascii_digit() || c == '+');
    let bare = text.trim_start_matches(is_other).trim_end_matches(|c: char| !c.is_ascii_digit());
    PhoneNumber::parse(text, facts.region).or_else(|_with_words| PhoneNumber::parse(bare, facts.region)).ok()
}

impl DateRules {
    fn allow(&self, date: NaiveDate, today: NaiveDate) -> bool {
        self.earliest.is_none_or(|earliest| date >= earliest)
            && self.latest.is_none_or(|latest| date <= latest)
            && (!self.not_future || date <= today)
            && (!self.not_past || date >= today)
            && self.age_min.is_none_or(|min| age(date, today).is_some_and(|age| age >= min))
    }
}
