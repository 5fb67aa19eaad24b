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

/// The text in parts of at most `length_max` characters, in order. It is cut at the end of a line, else at a space,
/// else between two characters. Together the parts hold every word.
#[must_use]
pub fn split_to_fit(text: &str, length_max: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while rest.chars().count() > length_max.max(1) {
        let end = rest.char_indices().nth(length_max.max(1)).map_or(rest.len(), |(at, _)| at);
        let (head, _) = rest.split_at(end);
        let cut = head.rfind('\n').or_else(|| head.rfind(' ')).filter(|at| *at > 0).unwrap_or(end);
        let (part, after) = rest.split_at(cut);
        parts.push(part.trim_end().to_owned());
        rest = after.trim_start();
    }
    parts.push(rest.to_owned());
    parts.retain(|part| !part.is_empty());
    parts
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

    #[test]
    fn a_long_text_is_cut_at_lines_and_spaces() {
        assert_eq!(split_to_fit("uno dos\ntres cuatro", 12), ["uno dos", "tres cuatro"]);
        assert_eq!(split_to_fit("uno dos tres", 8), ["uno dos", "tres"]);
        assert_eq!(split_to_fit("abcdef", 4), ["abcd", "ef"]);
    }

    proptest! {
        #[test]
        fn parts_fit_and_hold_every_sign(text in "\\PC{0,80}", length_max in 1_usize..20) {
            let parts = split_to_fit(&text, length_max);
            prop_assert!(parts.iter().all(|part| (1..=length_max).contains(&part.chars().count())));
            let signs = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(signs(&parts.concat()), signs(&text));
        }

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
