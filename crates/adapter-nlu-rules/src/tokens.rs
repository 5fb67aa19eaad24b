//! Cuts a text into tokens: words, numbers, signs, and everything that its form alone identifies.

mod iban;
mod signs;
mod unify;

use crate::lexicon::SHORTHAND;
use domain::messaging::intent::DestinationKind;
use iban::find_iban;
use regex::Regex;
use rust_decimal::Decimal;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unify::unify;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Punct,
    Number,
    /// A currency symbol.
    Symbol,
    /// A destination of money.
    Destination(DestinationKind),
    /// A number phrase with its currency.
    Amount,
    /// A date, time, ordinal or percentage: never an amount.
    Other,
}

/// What is known about an amount: it has a currency, or it counts something other than money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks, none excludes another")]
pub(crate) struct Marks {
    pub(crate) has_currency: bool,
    pub(crate) date: bool,
    pub(crate) time: bool,
    pub(crate) reference: bool,
    pub(crate) quantity: bool,
}

impl Marks {
    /// True if the number counts something other than money.
    pub(crate) const fn excluded(self) -> bool {
        self.date || self.time || self.reference || self.quantity
    }
}

/// A token and its place in the text, in characters.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Lower case, without accents.
    pub(crate) folded: String,
    /// As the person wrote it; for a destination its cleaned value.
    pub(crate) surface: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The value of an amount; `None` if two readings are possible.
    pub(crate) value: Option<Decimal>,
    pub(crate) currency: Option<&'static str>,
    pub(crate) marks: Marks,
}

impl Token {
    pub(crate) fn new(kind: Kind, folded: &str, surface: &str, start: usize, end: usize) -> Self {
        Self {
            kind,
            folded: folded.to_owned(),
            surface: surface.to_owned(),
            start,
            end,
            value: None,
            currency: None,
            marks: Marks::default(),
        }
    }

    /// A destination token; `value` goes into `surface`.
    pub(crate) fn destination(kind: DestinationKind, value: &str, start: usize, end: usize) -> Self {
        Self::new(Kind::Destination(kind), "<dst>", value, start, end)
    }

    pub(crate) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    pub(crate) fn is_punct(&self) -> bool {
        self.kind == Kind::Punct
    }

    pub(crate) fn is_amount(&self) -> bool {
        self.kind == Kind::Amount
    }

    pub(crate) fn is_destination(&self) -> bool {
        matches!(self.kind, Kind::Destination(_))
    }

    /// True for an amount of money.
    pub(crate) fn is_money(&self) -> bool {
        self.is_amount() && !self.marks.excluded()
    }

    pub(crate) fn is_capitalised(&self) -> bool {
        self.surface.chars().next().is_some_and(char::is_uppercase)
    }
}

/// The folded text of a token; empty past the end.
pub(crate) fn word_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.folded.as_str())
}

/// The folded text of a token if it is a word.
pub(crate) fn only_word_at(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at).filter(|token| token.is_word()).map(|token| token.folded.as_str())
}

/// Folds one character to exactly one, so that positions in both texts agree.
fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut letters = c.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c));
    match (letters.next(), letters.next()) {
        (Some(only), None) => only,
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// Lower case and no accents, with one character for each.
pub(crate) fn fold(text: &str) -> String {
    text.nfc().map(fold_char).collect()
}

static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
        |(?P<alias>@\w[\w.-]*)
        |(?P<dotted>\p{L}[\p{L}\d]+(?:[.-]\p{L}[\p{L}\d]+)+)
        |(?P<taxid>\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2})
        |(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})
        |(?P<cents>\d{1,2}/100\b)
        |(?P<odd>\d+(?:[.,]\d+)*(?:\^+|\s?[x×*]\s?\d+(?:[.,]\d+)*))
        |(?P<date>\d{1,4}/\d{1,2}(?:/\d{2,4})?)
        |(?P<time>\d{1,2}[:h]\d{2}\b|\d{1,2}\s?(?:am|pm|hrs?|h)\b|\d{1,2}\s?[ap]\.m\.)
        |(?P<ord>\d+(?:st|nd|rd|th)\b|\d+[ºª])
        |(?P<pct>\d+(?:[.,]\d+)?\s?%)
        |(?P<cur>\bs/\.?|(?:us|u|r|mx|mex|c|ca|cad|a|au|aud|nz|nzd|usd|mxn|ars|cop)\s?\$[sd]?\b|(?:us|u|r|mx|mex|c|ca|cad|a|au|aud|nz|nzd|usd|mxn|ars|cop)\s?\$|[$€£¥₡])
        |(?P<mn>\bm\s?[./]\s?n\b\.?|\bmn\b)
        |(?P<minus>(?:^|[\s:$=])-\$?\d{1,9}(?:[.,]\d+)*\b)
        |(?P<num>\+?\d+(?:[.,]\d+)*)
        |(?P<word>[\p{L}\p{M}]+(?:['´`][\p{L}\p{M}]+)*)
        |(?P<punct>[^\s\w])",
    )
    .ok()
});

/// Reduces three or more equal letters in a row to one: «holaaa» is «hola».
fn squeeze(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut squeezed = String::with_capacity(word.len());
    for run in letters.chunk_by(|a, b| a == b) {
        let keep = if run.len() >= 3 { 1 } else { run.len() };
        squeezed.extend(run.iter().take(keep));
    }
    squeezed
}

/// Cuts a text into tokens. Also returns the unified text, to whose characters the tokens' places refer.
pub(crate) fn tokenise(text: &str) -> (Vec<char>, Vec<Token>) {
    let chars = unify(text);
    let mut tokens = Vec::new();
    match find_iban(&chars) {
        Some((start, end, iban)) => {
            scan(&chars, 0, start, &mut tokens);
            tokens.push(Token::destination(DestinationKind::Iban, &iban, start, end));
            scan(&chars, end, chars.len(), &mut tokens);
        }
        None => scan(&chars, 0, chars.len(), &mut tokens),
    }
    (chars, tokens)
}

fn scan(chars: &[char], from: usize, to: usize, tokens: &mut Vec<Token>) {
    let Some(part) = chars.get(from..to) else { return };
    let folded: String = part.iter().map(|c| fold_char(*c)).collect();
    let Some(forms) = FORMS.as_ref() else { return };
    // Places in characters are counted along the way.
    let (mut counted, mut chars_before) = (0, 0_usize);
    for found in forms.find_iter(&folded) {
        chars_before = chars_before
            .saturating_add(folded.get(counted..found.start()).unwrap_or_default().chars().count());
        let length = found.as_str().chars().count();
        let start = from.saturating_add(chars_before);
        let end = start.saturating_add(length);
        chars_before = chars_before.saturating_add(length);
        counted = found.end();
        let surface: String = chars.get(start..end).unwrap_or_default().iter().collect();
        push(form_of_text(forms, found.as_str()), found.as_str(), &surface, start, end, tokens);
    }
}

/// The name of the form that a text has. Most are plain words or signs, which need no second look.
fn form_of_text(forms: &Regex, text: &str) -> &'static str {
    if text.chars().all(|c| c.is_alphabetic() || is_combining_mark(c) || c == '\'') && text != "mn" {
        return if text.chars().any(char::is_alphabetic) { "word" } else { "punct" };
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return "num";
    }
    let captures = forms.captures(text);
    let name = |name: &&&str| captures.as_ref().is_some_and(|captures| captures.name(name).is_some());
    NAMES.iter().find(name).copied().unwrap_or("punct")
}

/// The forms, in the order of the expression.
const NAMES: [&str; 17] = [
    "email", "alias", "dotted", "taxid", "uuid", "cents", "odd", "date", "time", "ord", "pct", "cur", "mn",
    "minus", "num", "word", "punct",
];

fn push(kind: &str, folded: &str, surface: &str, start: usize, end: usize, tokens: &mut Vec<Token>) {
    let alias = |value: &str| Token::destination(DestinationKind::Alias, value, start, end);
    match kind {
        "email" => tokens.push(alias(folded.trim_matches('.'))),
        "alias" => tokens.push(alias(folded.trim_start_matches('@').trim_matches(['.', '-']))),
        "taxid" | "uuid" => tokens.push(alias(folded)),
        "dotted" if names_alias(tokens, folded) => tokens.push(alias(folded)),
        "dotted" => push_parts(surface, start, tokens),
        "num" => tokens.push(Token::new(Kind::Number, folded, surface, start, end)),
        "cur" => tokens.push(Token::new(Kind::Symbol, folded, surface, start, end)),
        "word" => push_word(folded, surface, start, end, tokens),
        "punct" => signs::push(surface, start, end, tokens),
        "mn" => tokens.push(Token::new(Kind::Word, "mxn", surface, start, end)),
        _ => tokens.push(Token::new(Kind::Other, &format!("<{kind}>"), surface, start, end)),
    }
}

/// Whether words joined by points are an alias, as banks in Argentina have them: «alias luna.sol», «a luna.sol.mp».
fn names_alias(before: &[Token], folded: &str) -> bool {
    let mut words =
        before.iter().rev().filter(|token| token.folded != ":").map(|token| token.folded.as_str());
    let (last, earlier) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_called = |word: &str| matches!(word, "alias" | "llave" | "chave" | "cvu" | "cbu");
    is_called(last)
        || matches!(last, "es" | "is" | "e" | "de") && is_called(earlier)
        || folded.matches('.').count() >= 2 && matches!(last, "a" | "al" | "to" | "para" | "pra")
}

/// The words of a text without spaces between them: «va.gracias», «Mary-Jane».
fn push_parts(surface: &str, start: usize, tokens: &mut Vec<Token>) {
    let mut from = start;
    for part in surface.split_inclusive(['.', '-']) {
        let word = part.trim_end_matches(['.', '-']);
        let end = from.saturating_add(word.chars().count());
        push_word(&fold(word), word, from, end, tokens);
        if let Some(sign) = part.get(word.len()..).filter(|sign| !sign.is_empty()) {
            signs::push(sign, end, end.saturating_add(1), tokens);
        }
        from = from.saturating_add(part.chars().count());
    }
}

fn push_word(folded: &str, surface: &str, start: usize, end: usize, tokens: &mut Vec<Token>) {
    if folded.len() >= 3 && folded.bytes().all(|byte| byte == b'k') {
        tokens.push(Token::new(Kind::Word, "kkk", surface, start, end));
        return;
    }
    let word = squeeze(folded);
    // The k of «2k» is not short for «que».
    let is_glued = matches!(word.as_str(), "k" | "p" | "d" | "u" | "x")
        && tokens.last().is_some_and(|last| {
            last.kind == Kind::Number && start.saturating_sub(last.end) <= usize::from(word == "k")
        });
    if let Some(meaning) = SHORTHAND.get(word.as_str()).filter(|_| !is_glued) {
        tokens.extend(meaning.split(' ').map(|part| Token::new(Kind::Word, part, part, start, end)));
        return;
    }
    let word = word.strip_suffix("'s").unwrap_or(&word);
    tokens.push(Token::new(Kind::Word, &word.replace('\'', ""), surface, start, end));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        tokenise(text).1.into_iter().map(|token| token.folded).collect()
    }

    #[test]
    fn folds_squeezes_and_expands() {
        assert_eq!(folded("¡Holaaa! q tal"), ["¡", "hola", "!", "que", "tal"]);
        assert_eq!(folded("don't"), ["do", "not"]);
        assert_eq!(folded("2k 👍"), ["2", "k", "<yes>"]);
    }

    #[test]
    fn tells_forms_apart() {
        assert_eq!(
            folded("a las 10:30 el 3/4 al 50%"),
            ["a", "las", "<time>", "el", "<date>", "al", "<pct>"]
        );
        let (_, tokens) = tokenise("a GB82 WEST 1234 5698 7654 32 hoy");
        assert_eq!(tokens[1].surface, "GB82WEST12345698765432");
        assert_eq!(tokens[2].folded, "hoy");
        assert_eq!(tokenise("pix ana@example.com").1[1].surface, "ana@example.com");
    }
}
