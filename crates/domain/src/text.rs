//! Comparing human text: «Sí», "SI" and "sí!" are one word.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text in lower case, without accents; each run of other signs and spaces becomes one space; trimmed.
///
/// Letters of every script stay. Digits of all scripts become ASCII.
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

/// The zeros of all scripts (Unicode, general category Nd). The other nine digits follow each.
const ZEROS: [char; 75] = [
    // Scripts of Unicode 15 and 16.
    '\u{11f50}',
    '\u{1e4f0}',
    '\u{10d40}',
    '\u{116d0}',
    '\u{116da}',
    '\u{11bf0}',
    '\u{16d70}',
    '\u{1ccf0}',
    '\u{1e5f1}',
    // All before.
    '0',
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{de6}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{ff10}',
    '\u{104a0}',
    '\u{10d30}',
    '\u{11066}',
    '\u{110f0}',
    '\u{11136}',
    '\u{111d0}',
    '\u{112f0}',
    '\u{11450}',
    '\u{114d0}',
    '\u{11650}',
    '\u{116c0}',
    '\u{11730}',
    '\u{118e0}',
    '\u{11950}',
    '\u{11c50}',
    '\u{11d50}',
    '\u{11da0}',
    '\u{16a60}',
    '\u{16ac0}',
    '\u{16b50}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
    '\u{1e140}',
    '\u{1e2f0}',
    '\u{1e950}',
    '\u{1fbf0}',
];

/// A digit of any script in ASCII. `None` for any other character.
#[must_use]
pub fn ascii_digit(digit: char) -> Option<char> {
    let value = |zero: char| u32::from(digit).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    ZEROS.into_iter().find_map(value).and_then(|value| char::from_digit(value, 10))
}

/// Whether a text has a sign that stands for a number and is no digit, such as `①`, `²` or `½`. Compatibility forms turn
/// some of them into digits, and another number would be read than was written.
#[must_use]
pub fn has_number_sign(text: &str) -> bool {
    text.chars().any(|c| c.is_numeric() && ascii_digit(c).is_none())
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
        || is_invisible(c)
}

/// Whether a character shows nothing by itself: a zero-width space or joiner, a bidirectional mark, a byte order mark.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character hides in a text, or turns the text around it, so that people read another one: a control
/// character, a bidirectional mark, a zero-width space. Joiners and selectors of a letter's form are none: names in Persian, in
/// Indic scripts and in Chinese need them.
#[must_use]
pub fn deceives(c: char) -> bool {
    let is_joiner_of_letters = matches!(
        c,
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{e0100}'..='\u{e01ef}'
    );
    c.is_control() || is_invisible(c) && !is_joiner_of_letters || matches!(c, '\u{2028}' | '\u{2029}')
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

/// A text as a cell of a spreadsheet: an apostrophe stands before a text that a spreadsheet would read as a formula (OWASP, CSV injection): then it is
/// shown as a text. Spreadsheets skip spaces and invisible marks in front, and read full-width signs as plain ones.
#[must_use]
pub fn harmless_cell(text: String) -> String {
    let is_skipped = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    let first = text.nfkc().find(|c| !is_skipped(*c));
    let begins_formula = matches!(first, Some('=' | '+' | '-' | '@' | '\u{2212}' | '|' | '%'));
    let begins_oddly = text.starts_with(is_skipped) && !text.starts_with(' ');
    // In some countries a semicolon ends a cell, and what follows would be a cell of its own.
    let text = if text.split(';').skip(1).any(is_formula) { text.replace(';', ",") } else { text };
    if begins_formula || begins_oddly { format!("'{text}") } else { text }
}

fn is_formula(text: &str) -> bool {
    let first = text.nfkc().find(|c| !(c.is_whitespace() || c.is_control() || is_invisible(*c) || *c == '"'));
    matches!(first, Some('=' | '+' | '-' | '@' | '\u{2212}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            "﹢1",
            "﹣1",
            "\u{feff}=1",
            "\u{200b}=1",
            " =1",
            "\u{a0}=1",
            "\u{202a}=1",
            "\u{ad}=1",
            "\0=1",
            "−1",
            "\tx",
            "|calc",
        ] {
            assert_eq!(harmless_cell(text.to_owned()), format!("'{text}"), "{text:?}");
        }
        for text in ["renta", "a=b", "3 + 4", "'=1", "\"=1", "«=»", "", " renta", "ana; luis"] {
            assert_eq!(harmless_cell(text.to_owned()), text, "{text:?}");
        }
        assert_eq!(harmless_cell("a;=1+1".to_owned()), "a,=1+1");
    }

    #[test]
    fn folds_accents_case_and_signs() {
        assert_eq!(fold("  ¡SÍ, cancélala!  "), "si cancelala");
        assert_eq!(fold("ＣＯＤＥ １２"), "code 12");
        assert_eq!(fold("👍"), "");
        assert_eq!(fold("código ٢٤٦-١٣٥"), "codigo 246 135");
    }

    #[test]
    fn digits_of_all_scripts_are_read() {
        for seven in ['7', '٧', '۷', '७', '７', '\u{1d7d5}', '\u{10d37}'] {
            assert_eq!(ascii_digit(seven), Some('7'), "{seven}");
        }
        assert_eq!((ascii_digit('⑦'), ascii_digit('x'), ascii_digit('七')), (None, None, None));
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
