//! The other side of an entry, as the owner of the wallet sees it.

use std::fmt;

/// Who is on the other side. It never shows a part of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterpart {
    /// Another person here, by the name that others see.
    Person(String),
    /// Another wallet of the same person, by its name.
    OwnWallet(String),
    /// An account outside the platform, masked.
    Account(String),
    /// Money from outside whose sender is not known, such as a deposit.
    Unknown,
}

impl fmt::Display for Counterpart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(name) | Self::OwnWallet(name) | Self::Account(name) => f.write_str(name),
            Self::Unknown => f.write_str("****"),
        }
    }
}
