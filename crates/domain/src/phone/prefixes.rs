//! The prefixes of a numbering plan: what is dialled before a number but is no part of it.

use regex_lite::Regex;
use std::sync::LazyLock;

/// A pattern of the table, compiled when it is first asked for. No pattern matches nothing.
pub(super) type Pattern = LazyLock<Option<Regex>, Box<dyn FnOnce() -> Option<Regex> + Send>>;

/// The patterns by which prefixes are told from numbers.
pub(super) struct Prefixes {
    /// What is dialled to leave the country: `00`.
    pub(super) international: Pattern,
    /// What is dialled before a number within the country: `0`, with a carrier's digits in some.
    pub(super) national: Pattern,
    /// What is put in the place of the national prefix, with the captures of its pattern: `9$1`.
    pub(super) replacement: &'static str,
    /// All national numbers of the country.
    number: Pattern,
    /// The premium-rate numbers of the country.
    premium: Pattern,
    /// First digits of the region's numbers, where regions share the calling code and it has some of its own.
    leading: Pattern,
    /// The assigned numbers of the region, where regions share the calling code.
    assigned: Pattern,
}

impl Prefixes {
    /// Reads the last seven columns of a plan's row.
    pub(super) fn read(columns: &mut impl Iterator<Item = &'static str>) -> Option<Self> {
        Some(Self {
            international: pattern(columns.next()?, ""),
            national: pattern(columns.next()?, ""),
            replacement: columns.next()?,
            number: pattern(columns.next()?, "$"),
            premium: pattern(columns.next()?, "$"),
            leading: pattern(columns.next()?, ""),
            assigned: pattern(columns.next()?, "$"),
        })
    }

    /// Whether these digits are a national number of this region, and not of another with the same calling code.
    pub(super) fn is_own(&self, national: &str) -> bool {
        let matches = |pattern: &Regex| pattern.is_match(national);
        match self.leading.as_ref() {
            Some(leading) => matches(leading),
            None => self.is_number(national) && self.assigned.as_ref().is_some_and(matches),
        }
    }

    /// Whether these digits are a premium-rate number of the country.
    pub(super) fn is_premium(&self, national: &str) -> bool {
        self.is_number(national) && self.premium.as_ref().is_some_and(|premium| premium.is_match(national))
    }

    /// Whether these digits are a national number of the country.
    pub(super) fn is_number(&self, national: &str) -> bool {
        self.number.as_ref().is_some_and(|number| number.is_match(national))
    }
}

fn pattern(text: &'static str, end: &'static str) -> Pattern {
    LazyLock::new(Box::new(move || {
        if text.is_empty() { None } else { Regex::new(&format!("^(?:{text}){end}")).ok() }
    }))
}
