//! Reads numbers: digits with each language's separators, number words, multipliers, halves, decimals.

mod parts;

use crate::{
    hashing::WordMap,
    lexicon::{CURRENCIES, LEXICON, sections},
    tokens::{Kind, Token, only_word_at, word_at},
};
use domain::locale::Locale;
use rust_decimal::Decimal;
use std::{str::FromStr, sync::LazyLock};

#[derive(Default)]
struct NumberWords {
    by_language: WordMap<&'static str, WordMap<&'static str, i64>>,
    only: WordMap<&'static str, &'static str>,
    multipliers: WordMap<&'static str, i64>,
}

static NUMBERS: LazyLock<NumberWords> = LazyLock::new(|| {
    let mut numbers = NumberWords::default();
    for (name, lines) in sections(include_str!("../data/numbers.txt")) {
        let pairs =
            lines.iter().flat_map(|line| line.split_whitespace()).filter_map(|pair| pair.split_once('='));
        match name {
            "only" => numbers.only.extend(pairs),
            "multipliers" => {
                numbers.multipliers.extend(pairs.filter_map(|(word, n)| Some((word, n.parse().ok()?))));
            }
            language => {
                let words = pairs.filter_map(|(word, n)| Some((word, n.parse().ok()?)));
                numbers.by_language.entry(language).or_default().extend(words);
            }
        }
    }
    numbers
});

/// The value of a multiplier word: `mil` is 1000.
pub(crate) fn multiplier(word: &str) -> Option<i64> {
    NUMBERS.multipliers.get(word).copied()
}

pub(crate) fn is_number_word(word: &str) -> bool {
    NUMBERS.by_language.values().any(|words| words.contains_key(word))
        || NUMBERS.multipliers.contains_key(word)
}

/// The digit that a word names, in any of the three languages. Used for codes that are spelled out.
pub(crate) fn digit_word(word: &str) -> Option<i64> {
    ["es", "pt", "en"]
        .iter()
        .find_map(|language| NUMBERS.by_language.get(language)?.get(word).copied())
        .filter(|n| (0..10).contains(n))
}

/// The value of a number word. Words of another language count too, unless they mean something else in this
/// one.
fn number_word(tokens: &[Token], at: usize, language: Locale) -> Option<i64> {
    let word = only_word_at(tokens, at)?;
    if let Some(n) = NUMBERS.by_language.get(language.tag()).and_then(|words| words.get(word)) {
        return Some(*n);
    }
    if NUMBERS.only.get(word).is_some_and(|only| *only != language.tag() && *only != "*") {
        return None;
    }
    ["es", "pt", "en"].iter().find_map(|other| NUMBERS.by_language.get(other)?.get(word).copied())
}

/// How to read a separator in digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) language: Locale,
    /// True if the text names a country that groups thousands with a point.
    pub(crate) dot_cue: bool,
}

/// Reads digits as a number; `None` if two readings are possible. Before a multiplier, a separator is a
/// decimal point: «1,2 mil» is 1200.
pub(crate) fn read_digits(text: &str, reading: Reading, before_multiplier: bool) -> Option<Decimal> {
    let (commas, points) = (text.matches(',').count(), text.matches('.').count());
    let decimal = |text: &str| Decimal::from_str(text).ok();
    if text.starts_with('+') {
        return None;
    }
    if commas == 0 && points == 0 {
        return decimal(text);
    }
    if commas > 0 && points > 0 {
        let (last, group) = if text.rfind(',') > text.rfind('.') { (',', '.') } else { ('.', ',') };
        let (whole, fraction) = text.rsplit_once(last)?;
        let groups_hold = !whole.contains(last) && is_grouped(whole, group);
        return groups_hold.then(|| decimal(&format!("{}.{fraction}", whole.replace(group, ""))))?;
    }
    let separator = if commas > 0 { ',' } else { '.' };
    if commas.saturating_add(points) > 1 {
        return is_grouped(text, separator).then(|| decimal(&text.replace(separator, "")))?;
    }
    let (whole, fraction) = text.split_once(separator)?;
    let as_decimal = || decimal(&format!("{whole}.{fraction}"));
    if fraction.len() != 3 || whole == "0" || whole.len() > 3 {
        return if fraction.len() <= 2 || whole == "0" || before_multiplier { as_decimal() } else { None };
    }
    if before_multiplier {
        return as_decimal();
    }
    // Three digits after a single separator are thousands or thousandths.
    let is_thousands = match separator {
        ',' => reading.language != Locale::Pt,
        _ => reading.dot_cue || reading.language == Locale::Pt,
    };
    if is_thousands { decimal(&format!("{whole}{fraction}")) } else { None }
}

/// True for `1.234.567`: one to three digits, then groups of three.
fn is_grouped(text: &str, separator: char) -> bool {
    let mut groups = text.split(separator);
    let head = groups.next().unwrap_or_default();
    (1..=3).contains(&head.len()) && groups.all(|group| group.len() == 3)
}

/// A number phrase: its value and where it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase {
    /// `None` if two readings are possible.
    pub(crate) value: Option<Decimal>,
    /// Index of the first token after the phrase.
    pub(crate) end: usize,
}

const ZERO: Decimal = Decimal::ZERO;

/// The multiplier at a token. `k`, `m` and `g` count only directly after digits.
fn multiplier_at(tokens: &[Token], at: usize, after_digits: bool) -> Option<Decimal> {
    let word = only_word_at(tokens, at)?;
    let value = multiplier(word)?;
    if LEXICON.glued_multipliers.contains(word) {
        let gap = tokens.get(at)?.start.saturating_sub(tokens.get(at.checked_sub(1)?)?.end);
        let most = usize::from(word == "k");
        return (after_digits && gap <= most).then(|| Decimal::from(value));
    }
    (word != "miles").then(|| Decimal::from(value))
}

struct PhraseReader<'a> {
    tokens: &'a [Token],
    at: usize,
    reading: Reading,
    total: Decimal,
    group: Decimal,
    last: Option<Decimal>,
    last_multiplier: Option<Decimal>,
    any: bool,
    after_digits: bool,
    ambiguous: bool,
}

/// The result of one step of the reader.
enum Step {
    Again,
    Done,
}

/// Reads the number phrase that starts at a token.
pub(crate) fn read_phrase(tokens: &[Token], start: usize, reading: Reading) -> Option<Phrase> {
    let mut reader = PhraseReader {
        tokens,
        at: start,
        reading,
        total: ZERO,
        group: ZERO,
        last: None,
        last_multiplier: None,
        any: false,
        after_digits: false,
        ambiguous: false,
    };
    while let Some(Step::Again) = reader.step() {}
    if !reader.any {
        return None;
    }
    let value = (!reader.ambiguous).then(|| reader.total.checked_add(reader.group)).flatten();
    Some(Phrase { value, end: reader.at })
}

impl PhraseReader<'_> {
    fn word(&self, ahead: usize) -> Option<&str> {
        only_word_at(self.tokens, self.at.saturating_add(ahead))
    }

    fn number(&self, ahead: usize) -> Option<i64> {
        number_word(self.tokens, self.at.saturating_add(ahead), self.reading.language)
    }

    fn multiplier(&self, ahead: usize, after_digits: bool) -> Option<Decimal> {
        multiplier_at(self.tokens, self.at.saturating_add(ahead), after_digits)
    }

    fn skip(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    #[allow(clippy::unnecessary_wraps, reason = "it ends a step as every other end does")]
    fn give_up(&mut self) -> Option<Step> {
        self.ambiguous = true;
        Some(Step::Done)
    }

    fn step(&mut self) -> Option<Step> {
        let token = self.tokens.get(self.at)?;
        if token.kind == Kind::Number {
            return self.digits(&token.folded.clone());
        }
        let word = self.word(0)?.to_owned();
        if let Some(by) = self.multiplier(0, self.after_digits) {
            return self.multiply(&word, by);
        }
        if !self.any && self.half(&word) {
            return Some(Step::Done);
        }
        let is_article = matches!(word.as_str(), "a" | "an") && self.reading.language == Locale::En;
        if is_article
            && !self.any
            && matches!(self.word(1), Some("hundred" | "thousand" | "grand" | "million"))
        {
            self.group = Decimal::ONE;
            self.last = Some(Decimal::ONE);
            self.any = true;
            self.skip(1);
            return Some(Step::Again);
        }
        if LEXICON.number_and.contains(word.as_str()) && self.any {
            return self.and();
        }
        if LEXICON.decimal_point.contains(word.as_str()) {
            return self.decimals();
        }
        self.plain_word(&word)
    }

    /// Takes digits, first in the phrase or right after a multiplier: «12 mil 800».
    fn digits(&mut self, text: &str) -> Option<Step> {
        if text.starts_with('+') || self.any && !(self.last_multiplier.is_some() && self.last.is_none()) {
            return Some(Step::Done);
        }
        let followed = self.multiplier(1, true).is_some();
        let Some(value) = read_digits(text, self.reading, followed) else {
            if !self.any {
                self.any = true;
                self.skip(1);
                return self.give_up();
            }
            return Some(Step::Done);
        };
        if let Some(most) = self.last_multiplier
            && (value >= most || text.contains([',', '.']))
        {
            return Some(Step::Done);
        }
        self.group = self.group.checked_add(value)?;
        self.last = Some(value);
        self.any = true;
        self.after_digits = true;
        self.skip(1);
        Some(if self.multiplier(0, true).is_some() { Step::Again } else { Step::Done })
    }

    fn multiply(&mut self, word: &str, by: Decimal) -> Option<Step> {
        const NEVER_ALONE: [&str; 10] =
            ["luca", "lucas", "k", "palo", "palos", "grand", "m", "g", "millones", "milhoes"];
        if !self.any && NEVER_ALONE.contains(&word) {
            return Some(Step::Done);
        }
        let counted = if self.last.is_some() { self.group } else { Decimal::ONE };
        let product = counted.checked_mul(by)?;
        if by == Decimal::ONE_HUNDRED {
            self.group = product;
            self.last = Some(Decimal::ONE_HUNDRED);
        } else {
            if self.last_multiplier.is_some_and(|before| by >= before) {
                return Some(Step::Done);
            }
            self.total = self.total.checked_add(product)?;
            self.group = ZERO;
            self.last = None;
            self.last_multiplier = Some(by);
        }
        self.any = true;
        self.after_digits = false;
        self.skip(1);
        Some(Step::Again)
    }

    /// Takes what follows an "and": «y pico», «y medio», «treinta y dos», "and fifty".
    fn and(&mut self) -> Option<Step> {
        let next = self.word(1).unwrap_or_default().to_owned();
        if matches!(next.as_str(), "pico" | "algo" | "tantos" | "quebrados") {
            self.skip(2);
            return self.give_up();
        }
        let a_half = next == "a" && self.word(2) == Some("half");
        if LEXICON.half.contains(next.as_str()) || a_half {
            let half = match (self.last_multiplier, self.last) {
                (Some(multiplier), None) => multiplier.checked_div(Decimal::TWO)?,
                _ => Decimal::new(5, 1),
            };
            self.group = self.group.checked_add(half)?;
            self.last = Some(half);
            self.skip(if a_half { 3 } else { 2 });
            return Some(if self.multiplier(0, false).is_some() { Step::Again } else { Step::Done });
        }
        if self.after_digits {
            return Some(Step::Done);
        }
        let cents_follow = self.word(2).is_some_and(|word| LEXICON.cents.contains(word));
        if let Some(n) = self.number(1).map(Decimal::from) {
            let is_article = LEXICON.number_articles.contains(next.as_str());
            let fits = self.last.is_none_or(|last| last >= Decimal::from(20) && n < last);
            let tens_and_unit = self.last.is_some_and(|last| {
                last >= Decimal::from(20) && last < Decimal::ONE_HUNDRED && n < Decimal::TEN
            });
            if !(is_article && cents_follow) && fits && (!cents_follow || tens_and_unit) {
                self.skip(1);
                return Some(Step::Again);
            }
        }
        let digits_follow =
            self.tokens.get(self.at.saturating_add(1)).is_some_and(|t| t.kind == Kind::Number);
        if self.last.is_none() && digits_follow && self.last_multiplier.is_some() {
            self.skip(1);
            return Some(Step::Again);
        }
        Some(Step::Done)
    }

    /// Takes spoken decimals: «punto ocho cinco», «coma veintiséis».
    fn decimals(&mut self) -> Option<Step> {
        let mut digits = String::new();
        let mut at = 1;
        while let Some(word) = self.word(at) {
            if matches!(word, "o" | "oh") {
                digits.push('0');
                at = at.saturating_add(1);
                continue;
            }
            let Some(n) = self.number(at) else { break };
            if n < 10 {
                digits.push_str(&n.to_string());
                at = at.saturating_add(1);
                continue;
            }
            if digits.is_empty() && n < 100 {
                let joined = self.word(at.saturating_add(1)).is_some_and(|w| LEXICON.number_and.contains(w));
                let unit_at = at.saturating_add(1).saturating_add(usize::from(joined));
                let unit = self.number(unit_at).filter(|unit| n >= 20 && *unit < 10);
                digits.push_str(&n.saturating_add(unit.unwrap_or(0)).to_string());
                at = if unit.is_some() { unit_at.saturating_add(1) } else { at.saturating_add(1) };
            }
            break;
        }
        if digits.is_empty() {
            return Some(Step::Done);
        }
        let fraction = Decimal::from_str(&format!("0.{digits}")).ok()?;
        self.group = self.group.checked_add(fraction)?;
        self.last = Some(ZERO);
        self.any = true;
        self.skip(at);
        Some(if self.multiplier(0, false).is_some() { Step::Again } else { Step::Done })
    }

    fn plain_word(&mut self, word: &str) -> Option<Step> {
        let Some(n) = self.number(0).map(Decimal::from) else { return Some(Step::Done) };
        if !self.any && LEXICON.number_articles.contains(word) {
            // «un», «una» and "one" are numbers only before a multiplier, a currency or a decimal word.
            let next = self.word(1).unwrap_or_default();
            let counts = self.multiplier(1, false).is_some()
                || CURRENCIES.words.get(next).is_some_and(Option::is_some)
                || LEXICON.decimal_point.contains(next);
            if !counts || matches!(next, "colon" | "sol") {
                return Some(Step::Done);
            }
        }
        if self.after_digits {
            return Some(Step::Done);
        }
        if let Some(last) = self.last {
            let (ten, twenty, hundred) = (Decimal::TEN, Decimal::from(20), Decimal::ONE_HUNDRED);
            let composes = last >= hundred && n < hundred
                || last >= twenty && last < hundred && (last % ten).is_zero() && n < ten;
            if !composes {
                // «dos cincuenta», "two fifty" can mean 2.50 or 250.
                self.skip(1);
                return self.give_up();
            }
        }
        self.group = self.group.checked_add(n)?;
        self.last = Some(n);
        self.any = true;
        self.skip(1);
        Some(Step::Again)
    }
}

/// The value of a number word in any language.
pub(crate) fn value_of(word: &str) -> Option<i64> {
    NUMBERS.by_language.values().find_map(|words| words.get(word).copied()).or_else(|| multiplier(word))
}

/// The number words that are long enough to be known when they are mistyped.
pub(crate) fn long_words() -> impl Iterator<Item = &'static str> {
    let words = NUMBERS.by_language.values().flat_map(|words| words.keys().copied());
    words
        .chain(["hundred", "thousand", "million", "millon", "millones", "milhao"])
        .filter(|word| word.len() >= 6)
}

/// True if the phrase is a single token.
pub(crate) fn is_single(tokens: &[Token], start: usize, end: usize) -> bool {
    end == start.saturating_add(1) && !word_at(tokens, start).is_empty()
}
