//! Names of flows, steps and options.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

const LENGTH_MAX: usize = 40;

/// A name for programs: lower-case ASCII letters, digits, `_` and `-`; a letter first; 40 characters at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// The text can't be a name for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a small letter, then small letters, digits, _ or -, 40 at most")]
pub struct BadSlug;

impl Slug {
    /// Checks a text and makes it a name.
    pub fn parse(text: &str) -> Result<Self, BadSlug> {
        let of_slugs = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
        let is_slug = text.len() <= LENGTH_MAX
            && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
            && text.bytes().all(of_slugs);
        if is_slug { Ok(Self(text.to_owned())) } else { Err(BadSlug) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = BadSlug;
    fn try_from(text: String) -> Result<Self, BadSlug> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}
