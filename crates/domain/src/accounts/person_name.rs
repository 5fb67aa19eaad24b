//! First and last names of people.

use thiserror::Error;

/// The longest first or last name, in characters.
pub const NAME_LENGTH_MAX: usize = 80;

/// A first or last name: one line, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// The name is empty, too long, or has more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 1 to {NAME_LENGTH_MAX} characters in one line")]
pub struct InvalidName;

impl PersonName {
    /// Trims and checks a name.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let is_sane =
            (1..=NAME_LENGTH_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if is_sane { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
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
    fn is_one_line() {
        assert_eq!(PersonName::parse(" María José ").unwrap().as_str(), "María José");
        for text in ["", "  ", "a\nb", &"a".repeat(81)] {
            assert_eq!(PersonName::parse(text), Err(InvalidName));
        }
    }
}
