//! Numbers as people write them.

use rust_decimal::Decimal;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// The only number in a text: «25», «25 años», «$1,500.50», «1.500,50», «25 000».
///
/// Of two different separators, the last is the decimal one. A single one before exactly three digits
/// separates thousands. `None` when the text has no number, or several.
pub(super) fn read_number(text: &str) -> Option<Decimal> {
    let text: String = text.nfkc().collect();
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\'');
    let mut found = text
        .split(|c: char| !is_of_number(c))
        .map(|run| run.trim_matches(|c: char| !c.is_ascii_digit()))
        .filter(|run| !run.is_empty());
    let (run, more) = (found.next()?, found.next());
    if more.is_some() {
        return None;
    }
    let negative = text.split(run).next().is_some_and(|before| before.trim_end().ends_with(['-', '−']));
    let sign = if negative { "-" } else { "" };
    Decimal::from_str(&format!("{sign}{}", plain(run)?)).ok()
}

/// The digits with at most one decimal point.
fn plain(run: &str) -> Option<String> {
    let joined: String = join_groups(run)?;
    let (last_point, last_comma) = (joined.rfind('.'), joined.rfind(','));
    let decimal = match (last_point, last_comma) {
        (Some(point), Some(comma)) => Some(if point > comma { '.' } else { ',' }),
        (Some(_), None) if parts_thousands(&joined, '.') => None,
        (None, Some(_)) if parts_thousands(&joined, ',') => None,
        (Some(_), None) => Some('.'),
        (None, Some(_)) => Some(','),
        (None, None) => None,
    };
    if decimal.is_some_and(|sign| joined.matches(sign).count() > 1) {
        return None;
    }
    let kept = joined.chars().filter_map(|c| match c {
        c if Some(c) == decimal => Some('.'),
        '.' | ',' => None,
        c => Some(c),
    });
    Some(kept.collect())
}

fn parts_thousands(run: &str, sign: char) -> bool {
    let mut groups = run.split(sign);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && first != "0" && groups.all(|group| group.len() == 3)
}

/// «25 000» and «25'000» are one number, «3 4» are two.
fn join_groups(run: &str) -> Option<String> {
    let mut groups = run.split([' ', '\'']).filter(|group| !group.is_empty());
    let mut joined = groups.next()?.to_owned();
    for group in groups {
        let digits = group.split(['.', ',']).next().unwrap_or_default();
        if digits.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, number) in [
            ("25", "25"),
            ("tengo 25 años", "25"),
            ("$1,500.50", "1500.50"),
            ("1.500,50 pesos", "1500.50"),
            ("25 000", "25000"),
            ("1,500", "1500"),
            ("0.500", "0.500"),
            ("12,5", "12.5"),
            ("-3", "-3"),
            ("２５", "25"),
            ("1,234,567", "1234567"),
        ] {
            assert_eq!(read_number(text), Decimal::from_str(number).ok(), "{text}");
        }
        for text in ["", "veinte", "3 o 4", "3 4", "1.2.3", "10-12", "99999999999999999999999999999999"] {
            assert_eq!(read_number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let _ = read_number(&text);
        }
    }
}
