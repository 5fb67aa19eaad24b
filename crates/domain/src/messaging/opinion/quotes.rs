//! Finds quoted words in a message. A quote is found only where it stands whole: a part of a number, of a word or of a
//! name is none.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The person's own words that a quote repeats, in NFKC and with single spaces. `None` when they don't stand in the
/// text, or only as a part of a longer word or number. Case doesn't matter.
#[must_use]
pub fn find_words(text: &str, quote: &str) -> Option<String> {
    find(text, quote, |_, _, _| true)
}

/// The person's own words for a quoted name: as [`find_words`], and no part of a longer name («Ana» of «Ana María»).
#[must_use]
pub fn find_name(text: &str, quote: &str) -> Option<String> {
    // Where everything is in capitals they tell nothing.
    let tells_names = text.chars().any(char::is_lowercase);
    find(text, quote, |text, begin, end| {
        !tells_names || !(is_name_behind(text, end) || is_name_before(text, begin))
    })
}

fn find(text: &str, quote: &str, fits: impl Fn(&[char], usize, usize) -> bool) -> Option<String> {
    let (text, quote) = (unify(text), unify(quote));
    let length = quote.len();
    if length == 0 {
        return None;
    }
    let mut places = text.windows(length).enumerate();
    let (_, words) = places.find(|(begin, words)| {
        let end = begin.saturating_add(length);
        words.iter().zip(&quote).all(|(own, quoted)| own.to_lowercase().eq(quoted.to_lowercase()))
            && is_whole(&text, *begin, end)
            && fits(&text, *begin, end)
    })?;
    Some(words.iter().collect())
}

/// NFKC, each run of spaces as one space, none at the ends.
fn unify(text: &str) -> Vec<char> {
    let normal: String = text.nfkc().collect();
    normal.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// Whether the words between two places are cut off at neither end.
fn is_whole(text: &[char], begin: usize, end: usize) -> bool {
    let before = |back: usize| begin.checked_sub(back).and_then(|at| text.get(at)).copied();
    let behind = |on: usize| text.get(end.saturating_add(on)).copied();
    let (first, last) = (text.get(begin).copied(), end.checked_sub(1).and_then(|at| text.get(at)).copied());
    let is_cut_before = is_part(before(1)) && is_part(first);
    let is_cut_behind = is_part(last) && is_part(behind(0));
    if is_cut_before || is_cut_behind {
        return false;
    }
    // «500» of «1,500», «1 500» and «-500».
    let goes_on_before = is_digit(first)
        && (before(1).is_some_and(is_in_number) && is_digit(before(2)) || before(1).is_some_and(is_minus));
    let goes_on_behind = is_digit(last)
        && (behind(0) == Some('%') || behind(0).is_some_and(is_in_number) && is_digit(behind(1)));
    !goes_on_before && !goes_on_behind
}

fn is_part(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || is_combining_mark(c) || c == '_')
}

fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(char::is_numeric)
}

/// What may stand between two digits of one number, date or time.
fn is_in_number(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | '’' | ' ' | '/' | ':' | '-' | '+' | '*') || is_minus(c)
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '–' | '—')
}

/// What joins the parts of a name.
fn is_in_name(c: char) -> bool {
    matches!(c, ' ' | '-' | '\'' | '’' | '.')
}

/// Whether a capitalised word follows, without a sign between.
fn is_name_behind(text: &[char], end: usize) -> bool {
    let behind = text.get(end..).unwrap_or_default();
    matches!(behind, [joint, letter, ..] if is_in_name(*joint) && letter.is_uppercase())
}

/// Whether a capitalised word precedes that doesn't only begin the message.
fn is_name_before(text: &[char], begin: usize) -> bool {
    let before = text.get(..begin).unwrap_or_default();
    let [words @ .., joint] = before else { return false };
    let start = words.iter().rposition(|c| !is_part(Some(*c))).map_or(0, |at| at.saturating_add(1));
    let begins_message = !words.get(..start).unwrap_or_default().iter().any(|c| c.is_alphanumeric());
    is_in_name(*joint) && !begins_message && words.get(start).is_some_and(|c| c.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_in_any_case_and_as_they_were_written() {
        for (text, quote, expected) in [
            ("flantina 35 zimbrondo Tacho", "35", "35"),
            ("flantina 35 zimbrondo Tacho", "tacho", "Tacho"),
            ("flantina  $35.00,   porfa", "$35.00", "$35.00"),
            ("35", "35", "35"),
            ("el taxi\ndel lunes", "taxi del lunes", "taxi del lunes"),
            ("cafe\u{301} con Ana", "café", "café"),
            ("flantina ３５ pesos", "35 pesos", "35 pesos"),
            ("150 y luego 50", "50", "50"),
        ] {
            assert_eq!(find_words(text, quote).as_deref(), Some(expected), "{text}: {quote}");
        }
    }

    #[test]
    fn a_part_is_not_found() {
        for (text, quote) in [
            ("flantina 350 zimbrondo", "35"),
            ("flantina 350 zimbrondo", "50"),
            ("flantina 35,000.00 zimbrondo", "35"),
            ("flantina 35,000.00 zimbrondo", "000.00"),
            ("flantina 1 500 pesos", "500"),
            ("flantina -35 a Tacho", "35"),
            ("el 35% de todo", "35"),
            ("a las 12:35", "12"),
            ("012180000000000167", "12"),
            ("flantina Anastasia", "Ana"),
            ("flantina mariana", "Ana"),
            ("35k", "35"),
            ("a_35", "35"),
            ("flantina", ""),
            ("flantina", "flantina 35"),
        ] {
            assert_eq!(find_words(text, quote), None, "{text}: {quote}");
        }
    }

    #[test]
    fn a_part_of_a_name_is_not_found() {
        for (text, quote) in [
            ("flantina 35 a Ana María", "Ana"),
            ("flantina 35 a Ana María", "María"),
            ("flantina 35 a Ana-Sofía", "Ana"),
            ("flantina 35 a O'Neill", "O"),
        ] {
            assert_eq!(find_name(text, quote), None, "{text}: {quote}");
        }
        for (text, quote) in [
            ("flantina 35 a Ana María", "ana maría"),
            ("flantina 35 a Ana, María dice hola", "Ana"),
            ("Flantina Tacho 35", "Tacho"),
            ("FLANTINA 35 ZIMBRONDO TACHO", "Tacho"),
        ] {
            assert!(find_name(text, quote).is_some(), "{text}: {quote}");
        }
    }
}
