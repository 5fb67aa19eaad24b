//! Comparing human text: «Sí», "SI" and "sí!" are one word.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text in lower case, without accents; each run of other signs and spaces becomes one space; trimmed.
///
/// Letters of every script stay. Digits of the scripts that keyboards write become ASCII.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    for c in letters {
        if c.is_alphanumeric() {
            folded.push(ascii_digit(c).unwrap_or(c));
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The zeros of the scripts whose digits people's keyboards write. The other nine digits follow each.
const ZEROS: [char; 17] =
    ['0', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '０'];

/// A digit of any script that keyboards write, in ASCII. `None` for any other character.
#[must_use]
pub fn ascii_digit(digit: char) -> Option<char> {
    let value = |zero: char| u32::from(digit).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    ZEROS.into_iter().find_map(value).and_then(|value| char::from_digit(value, 10))
}

/// Whether a character only sets digits apart or can't be seen: a space of any width, a dash of any length, an
/// invisible or bidirectional mark.
#[must_use]
pub fn is_joiner(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
        )
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The masked form `****4567`: four stars and the last four characters. Shorter texts are hidden completely.
#[must_use]
pub fn mask(secret: &str) -> String {
    let count = secret.chars().count();
    let shown: String =
        if count > 4 { secret.chars().skip(count.saturating_sub(4)).collect() } else { String::new() };
    format!("****{shown}")
}

/// The first `length_max` characters, never cut inside one.
#[must_use]
pub fn truncate(text: &str, length_max: usize) -> String {
    text.chars().take(length_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_accents_case_and_signs() {
        assert_eq!(fold("  ¡SÍ, cancélala!  "), "si cancelala");
        assert_eq!(fold("ＣＯＤＥ １２"), "code 12");
        assert_eq!(fold("👍"), "");
        assert_eq!(fold("código ٢٤٦-١٣٥"), "codigo 246 135");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_mask_never_shows_more_than_four(text in "\\PC{0,40}") {
            let shown = mask(&text).chars().count();
            prop_assert!(shown <= 8);
        }
    }
}
