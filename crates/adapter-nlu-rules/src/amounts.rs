//! Turns number phrases into amounts with their currency, and marks those that count something other than
//! money.

use crate::{
    lexicon::{CURRENCIES, LEXICON},
    numbers::{Phrase, Reading, is_single, multiplier, read_phrase},
    tokens::{Kind, Marks, Token, only_word_at, word_at},
    vocabulary::is_neutral,
};
use domain::locale::Locale;
use rust_decimal::Decimal;

/// Currency codes that people write before a number.
const CODES_BEFORE: [&str; 11] =
    ["usd", "mxn", "eur", "gbp", "brl", "rmb", "cop", "ars", "pen", "clp", "cad"];

/// A currency found after a number.
struct CurrencyAfter {
    code: Option<&'static str>,
    end: usize,
}

/// Replaces every number phrase in the text by one amount token.
pub(crate) fn recognise(tokens: &[Token], reading: Reading) -> Vec<Token> {
    let tokens = &spaced_groups(tokens);
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match amount_at(tokens, at, reading, &out) {
            Some((amount, end)) if is_less(&out) => {
                // «menos 7 pesos» and «casi 7 pesos» are no amounts that can be sent.
                out.push(Token { kind: Kind::Other, folded: "<minus>".into(), ..amount });
                at = end;
            }
            Some((amount, end)) => {
                out.push(amount);
                at = end;
            }
            None => {
                out.push(token.clone());
                at = at.saturating_add(1);
            }
        }
    }
    out
}

/// Joins groups of three digits with a space between them: «12 500» is one number.
fn spaced_groups(tokens: &[Token]) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut is_open = false;
    for token in tokens {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let is_number = token.kind == Kind::Number;
        let whole = token.folded.split(['.', ',']).next().unwrap_or_default();
        let fraction = token.folded.get(whole.len()..).unwrap_or_default();
        let continues = is_open && is_number && whole.len() == 3 && plain(whole) && fraction.len() <= 3;
        if continues
            && let Some(last) = out.last_mut()
            && token.start == last.end.saturating_add(1)
        {
            last.folded.push_str(&token.folded);
            last.end = token.end;
            is_open = fraction.is_empty();
            continue;
        }
        is_open =
            is_number && token.folded.len() <= 3 && plain(&token.folded) && !token.folded.starts_with('0');
        out.push(token.clone());
    }
    out
}

fn is_less(before: &[Token]) -> bool {
    let at = before.len();
    let last = at.checked_sub(1).map_or("", |last| word_at(before, last));
    let earlier = at.checked_sub(2).map_or("", |earlier| word_at(before, earlier));
    let is_bound = matches!(last, "de" | "than" | "que" | "do")
        && matches!(earlier, "menos" | "mas" | "less" | "more" | "mais" | "cerca")
        || matches!(last, "casi" | "almost" | "hasta" | "ate" | "least" | "quase" | "nearly");
    is_bound
        || matches!(last, "menos" | "minus" | "negative" | "negativo" | "negativos")
            && !matches!(earlier, "o" | "<amt>")
}

fn amount_at(tokens: &[Token], at: usize, reading: Reading, before: &[Token]) -> Option<(Token, usize)> {
    let (mut currency, has_symbol, number_at) = currency_before(tokens, at);
    let number = tokens.get(number_at).filter(|t| matches!(t.kind, Kind::Number | Kind::Word))?;
    if !has_symbol && currency.is_none() && stands_in_name(tokens, at, number) {
        return None;
    }
    let Phrase { mut value, mut end } = read_phrase(tokens, number_at, reading)?;
    let single = is_single(tokens, number_at, end);
    let mut marks = Marks { has_currency: has_symbol, ..Marks::default() };
    if let Some(after) = currency_after(tokens, end) {
        end = after.end;
        currency = after.code.or(currency);
        marks.has_currency = true;
        (value, end) = millions_behind(tokens, end, value);
        if word_at(tokens, end) == "de"
            && CURRENCIES.is_word(word_at(tokens, end.saturating_add(1)))
            && let Some(named) = currency_after(tokens, end)
        {
            currency = named.code;
            end = named.end;
        }
    }
    (value, end) = hundredths(tokens, end, value);
    if let Some(after) = currency_after(tokens, end) {
        end = after.end;
        currency = after.code.or(currency);
        marks.has_currency = true;
    }
    if let Some(whole) = value
        && let Some((with_cents, cents_end)) = cents(tokens, end, whole, reading, marks.has_currency)
    {
        value = Some(with_cents);
        end = cents_end;
        if !marks.has_currency
            && let Some(after) = currency_after(tokens, end)
        {
            currency = after.code;
            end = after.end;
            marks.has_currency = true;
        }
    }
    if single && number.kind == Kind::Number && !marks.has_currency {
        mark_by_context(tokens, number, end, value, reading.language, before, &mut marks);
    }
    let next = only_word_at(tokens, end).unwrap_or_default();
    let previous = word_before(before, 1);
    let counts_last = matches!(previous, "ultimos" | "ultimas" | "last" | "past" | "proximos" | "proximas");
    marks.quantity =
        !marks.has_currency && (LEXICON.time_units.contains(next) || value.is_some() && counts_last);
    let first = tokens.get(at)?;
    let last = tokens.get(end.checked_sub(1)?)?;
    let mut amount = Token::new(Kind::Amount, "<amt>", &first.surface, first.start, last.end);
    amount.value = value;
    amount.currency = currency;
    amount.marks = marks;
    Some((amount, end))
}

/// Whether a number is a part of a name: «Gráfica Dois Irmãos», «Tacos 3 Hermanos».
fn stands_in_name(tokens: &[Token], at: usize, number: &Token) -> bool {
    let large = |at: usize| tokens.get(at).is_some_and(|token| token.is_word() && token.is_capitalised());
    let next_at = at.saturating_add(1);
    let next = word_at(tokens, next_at);
    if number.is_word() {
        return number.is_capitalised() && at >= 1 && large(next_at);
    }
    let goes_on = !CURRENCIES.is_word(next) && !is_neutral(next) && !LEXICON.name_stops.contains(next);
    number.folded.len() <= 2 && goes_on && at >= 2 && large(at.saturating_sub(1)) && large(next_at)
}

/// A currency before a number (`$`, `US$`, `MXN`): its code if the sign tells one, whether there is a sign or
/// code, and the index where the number starts.
fn currency_before(tokens: &[Token], at: usize) -> (Option<&'static str>, bool, usize) {
    let next = at.saturating_add(1);
    let Some(token) = tokens.get(at) else { return (None, false, at) };
    let next_kind = tokens.get(next).map(|token| token.kind);
    if token.kind == Kind::Symbol {
        return (CURRENCIES.symbol(&token.folded), true, next);
    }
    let is_code = token.is_word() && CODES_BEFORE.contains(&token.folded.as_str());
    if is_code && matches!(next_kind, Some(Kind::Number | Kind::Symbol)) {
        let code = CURRENCIES.words.get(token.folded.as_str()).copied().flatten();
        let number_at = if next_kind == Some(Kind::Symbol) { next.saturating_add(1) } else { next };
        return (code, true, number_at);
    }
    (None, false, at)
}

fn currency_after(tokens: &[Token], at: usize) -> Option<CurrencyAfter> {
    let next_is_currency = CURRENCIES.is_word(only_word_at(tokens, at.saturating_add(1)).unwrap_or_default());
    let joined = matches!(only_word_at(tokens, at), Some("de" | "of")) && next_is_currency;
    let at = if joined { at.saturating_add(1) } else { at };
    let token = tokens.get(at)?;
    let next = word_at(tokens, at.saturating_add(1));
    let found = |code, count: usize| Some(CurrencyAfter { code, end: at.saturating_add(count) });
    if token.kind == Kind::Symbol {
        return found(CURRENCIES.symbol(&token.folded), 1);
    }
    if !token.is_word() || token.folded == "real" && matches!(next, "quick" | "fast" | "soon" | "nice") {
        return None;
    }
    match (token.folded.as_str(), next) {
        ("us", "dollar" | "dollars" | "$") => return found(Some("USD"), 2),
        ("swiss", "francs") => return found(Some("CHF"), 2),
        ("chinese", "yuan") => return found(Some("CNY"), 2),
        ("canadian", "dollars") => return found(Some("CAD"), 2),
        ("australian", "dollars") => return found(Some("AUD"), 2),
        ("m", "." | "/") if word_at(tokens, at.saturating_add(2)) == "n" => return found(Some("MXN"), 3),
        _ => {}
    }
    let code = *CURRENCIES.words.get(token.folded.as_str())?;
    match CURRENCIES.adjective(code, next) {
        Some(precise) => found(Some(precise), 2),
        None => found(code, 1),
    }
}

/// Reads a multiplier after the currency: «80 USD millones».
fn millions_behind(tokens: &[Token], at: usize, value: Option<Decimal>) -> (Option<Decimal>, usize) {
    let by = only_word_at(tokens, at).and_then(multiplier).filter(|by| *by >= 1_000_000);
    match (by, value) {
        (Some(by), Some(value)) => (value.checked_mul(Decimal::from(by)), at.saturating_add(1)),
        _ => (value, at),
    }
}

/// Adds hundredths as on a cheque: «4 pesos 50/100», and the half of «2 1/2».
fn hundredths(tokens: &[Token], at: usize, value: Option<Decimal>) -> (Option<Decimal>, usize) {
    let joined = usize::from(matches!(only_word_at(tokens, at), Some("con" | "y" | "e" | "com" | "and")));
    let fraction = tokens.get(at.saturating_add(joined)).filter(|token| token.kind == Kind::Other);
    let Some((whole, fraction)) = value.zip(fraction) else { return (value, at) };
    let part = match fraction.folded.as_str() {
        "<cents>" => fraction.surface.split('/').next().and_then(|cents| cents.parse::<i64>().ok()),
        "<date>" if fraction.surface == "1/2" => Some(50),
        _ => return (value, at),
    };
    let sum = part.and_then(|part| whole.checked_add(Decimal::new(part, 2)));
    (sum.filter(|_| whole.fract().is_zero()), at.saturating_add(joined).saturating_add(1))
}

/// Adds cents that follow the amount: «con cincuenta centavos», «15 dólares 50».
fn cents(
    tokens: &[Token],
    at: usize,
    whole: Decimal,
    reading: Reading,
    has_currency: bool,
) -> Option<(Decimal, usize)> {
    let link = only_word_at(tokens, at).filter(|word| matches!(*word, "con" | "y" | "e" | "and" | "com"));
    let number_at = at.saturating_add(usize::from(link.is_some()));
    let is_cents = |at: usize| only_word_at(tokens, at).is_some_and(|word| LEXICON.cents.contains(word));
    let one_cent =
        LEXICON.number_articles.contains(word_at(tokens, number_at)) && is_cents(number_at.saturating_add(1));
    let (n, end) = if one_cent {
        (Decimal::ONE, number_at.saturating_add(1))
    } else {
        let phrase = read_phrase(tokens, number_at, reading)?;
        (phrase.value?, phrase.end)
    };
    let is_small =
        n > Decimal::ZERO && n < Decimal::ONE_HUNDRED && n.fract().is_zero() && whole.fract().is_zero();
    let says_cents = is_cents(end);
    let ends_here = tokens.get(end).is_none_or(|token| {
        token.is_punct()
            || matches!(
                token.folded.as_str(),
                "a" | "al" | "para" | "pra" | "pro" | "to" | "por" | "for" | "voce" | "you"
            )
    });
    let by_place =
        ends_here && (has_currency && matches!(link, None | Some("con" | "and")) || link == Some("con"));
    if !is_small || !(says_cents || by_place) {
        return None;
    }
    let with_cents = whole.checked_add(n.checked_div(Decimal::ONE_HUNDRED)?)?;
    Some((with_cents, end.saturating_add(usize::from(says_cents))))
}

/// The n-th word before, counted from 1 and without punctuation.
fn word_before(before: &[Token], n: usize) -> &str {
    let words = before.iter().rev().filter(|token| !token.is_punct());
    words.map(|token| token.folded.as_str()).nth(n.saturating_sub(1)).unwrap_or_default()
}

/// Marks a number without a currency as a date, a time or a reference if the words around it say so.
fn mark_by_context(
    tokens: &[Token],
    number: &Token,
    end: usize,
    value: Option<Decimal>,
    language: Locale,
    before: &[Token],
    marks: &mut Marks,
) {
    let (p1, p2) = (word_before(before, 1), word_before(before, 2));
    let next = only_word_at(tokens, end).unwrap_or_default();
    let behind = only_word_at(tokens, end.saturating_add(1)).unwrap_or_default();
    let text = number.folded.as_str();
    let at_most =
        |most: i64| value.is_some_and(|value| value.fract().is_zero() && value <= Decimal::from(most));
    let is_month = |word: &str| LEXICON.months.contains(word);
    marks.date |= at_most(31)
        && (matches!(next, "de" | "of") && is_month(behind)
            || is_month(next)
            || is_month(p1)
            || matches!(p1, "dia" | "el") && next != "pesos");
    let is_clock = (3..=4).contains(&text.len()) && text.parse::<i64>().is_ok_and(|n| n < 2400);
    marks.time |= matches!(p1, "las" | "at")
        && (at_most(24) || is_clock && (matches!(p2, "a" | "son" | "desde") || p1 == "at"))
        || p1 == "as" && language == Locale::Pt && at_most(24);
    let is_year = text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    marks.date |= is_year
        && (matches!(p1, "en" | "in" | "since" | "desde" | "em")
            || matches!(p1, "de" | "del") && is_month(p2));
    let says_ending = |word: &str| {
        matches!(
            word,
            "terminada"
                | "terminado"
                | "termina"
                | "acaba"
                | "acabada"
                | "ending"
                | "ends"
                | "final"
                | "terminacion"
                | "finaliza"
        )
    };
    let is_number_word = matches!(p1, "numero" | "no" | "number" | "n" | "num");
    marks.reference |= LEXICON.reference_words.contains(p1)
        || LEXICON.reference_words.contains(p2) && is_number_word
        || says_ending(p1)
        || matches!(p1, "en" | "in" | "com" | "em") && says_ending(p2)
        || before.last().is_some_and(|token| token.is_punct() && token.folded == "#")
        || text.len() > 1 && text.starts_with('0') && !text.contains(['.', ',']);
}
