//! The languages that Ventanilla speaks.

use serde::{Deserialize, Serialize};

/// A language with a complete message catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Spanish, by default as in Mexico.
    Es,
    /// English, for every region.
    En,
    /// Portuguese, as in Brazil.
    Pt,
}

impl Locale {
    /// All languages, the default one first.
    pub const ALL: [Self; 3] = [Self::Es, Self::En, Self::Pt];

    /// The BCP 47 primary subtag: `es`, `en`, `pt`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
            Self::Pt => "pt",
        }
    }

    /// The name under which providers approve templates in the language: `es`, `en`, `pt_BR`.
    #[must_use]
    pub const fn template_tag(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
            Self::Pt => "pt_BR",
        }
    }

    /// Reads a BCP 47 tag by its primary subtag: `pt-BR` and `PT_br` are Portuguese.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|locale| locale.tag() == primary)
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn reads_the_primary_subtag() {
        assert_eq!(Locale::parse("pt-BR"), Some(Locale::Pt));
        assert_eq!(Locale::parse("EN_us"), Some(Locale::En));
        assert_eq!(Locale::parse("fr"), None);
    }
}
