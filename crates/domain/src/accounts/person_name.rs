//! First and last names of people.

use crate::text::{deceives, is_joiner, truncate};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// The longest first or last name, in characters.
pub const NAME_LENGTH_MAX: usize = 80;

/// The longest name that is taken from a messenger profile, in characters.
pub const PROFILE_NAME_LENGTH_MAX: usize = 40;

/// A first or last name: one line, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// The name is empty, too long, has more than one line, or hides something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 1 to {NAME_LENGTH_MAX} characters in one line, without invisible marks")]
pub struct InvalidName;

impl PersonName {
    /// Trims and checks a name.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let is_sane = (1..=NAME_LENGTH_MAX).contains(&text.chars().count()) && !text.chars().any(deceives);
        if is_sane { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
    }

    /// The name that is taken from a messenger profile: its first word, if that is made of letters, at most
    /// [`PROFILE_NAME_LENGTH_MAX`]. Signs and invisible marks around it are left out, because others see the name in
    /// their statements and files. `None`: the profile shows no such name.
    #[must_use]
    pub fn of_profile(shown: &str) -> Option<Self> {
        let ends_word = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let is_seen = |c: &char| ends_word(*c) || !is_joiner(*c) && !c.is_control();
        let seen: String = shown.nfc().filter(is_seen).collect();
        let first = seen.split(ends_word).find(|word| word.chars().any(char::is_alphabetic))?;
        let word = first.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = word.chars().count() > 1 && word.chars().all(char::is_alphabetic);
        is_name.then(|| Self(truncate(word, PROFILE_NAME_LENGTH_MAX)))
    }

    /// The trimmed name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_shows_its_first_word_if_that_is_a_name() {
        let name = |shown: &str| PersonName::of_profile(shown).map(|name| name.as_str().to_owned());
        for (shown, first) in [
            ("Ana López", "Ana"),
            ("  José 🌸 María", "José"),
            ("🌸 Ana", "Ana"),
            ("Ana🌸🌸", "Ana"),
            ("\u{202e}anA\u{202c}", "anA"),
            ("A\u{200b}na", "Ana"),
            ("=Ana", "Ana"),
            ("Mary-Jane", "Mary"),
            ("Jose\u{301}", "José"),
            ("(Lalo)", "Lalo"),
            ("Мария", "Мария"),
        ] {
            assert_eq!(name(shown).as_deref(), Some(first), "{shown:?}");
        }
        for shown in
            ["", "🌸", "~ A ~", "+52 1 55", "=HYPERLINK(\"http://a.mx\")", "www.a.mx", "@ana_1", "4na"]
        {
            assert_eq!(name(shown), None, "{shown:?}");
        }
        assert_eq!(name(&"a".repeat(90)).map(|name| name.chars().count()), Some(PROFILE_NAME_LENGTH_MAX));
    }

    #[test]
    fn is_one_line() {
        assert_eq!(PersonName::parse(" María José ").unwrap().as_str(), "María José");
        for text in [
            "",
            "  ",
            "a\nb",
            "Ana\u{202e}xela\u{202c}",
            "L\0",
            "A\u{200b}na",
            "\u{2066}Ana",
            &"a".repeat(81),
        ] {
            assert_eq!(PersonName::parse(text), Err(InvalidName));
        }
    }
}
