//! Payees: the accounts that a person pays under a name, and which of them a name means.
//!
//! One account has one name. One name may have several accounts: a payment to a second account keeps the first
//! one, and from then on the payer is asked which of the two is meant.

mod closeness;
mod name_words;
mod nearest;

pub use closeness::{Closest, closest};
pub use nearest::nearest;

use crate::{
    ids::{PayeeId, UserId},
    money::account_number::AccountNumber,
    text::fold,
};
use chrono::{DateTime, Utc};
use thiserror::Error;

/// The longest name of a payee, in characters.
pub const PAYEE_NAME_LENGTH_MAX: usize = 60;

/// The most payees of a person that are compared with a name; older ones must be named by their account.
pub const PAYEES_MAX: i64 = 200;

/// An account that a person has paid under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    /// The payee's id: the id of the transfer that first paid it under a name.
    pub id: PayeeId,
    /// The person who pays it.
    pub owner: UserId,
    /// The name as the person wrote it.
    pub name: String,
    /// The account that is paid.
    pub account: AccountNumber,
    /// When it was last paid.
    pub last_paid_at: DateTime<Utc>,
}

impl Payee {
    /// The name in lower case and without accents, as names are compared.
    #[must_use]
    pub fn folded_name(&self) -> String {
        fold(&self.name)
    }
}

/// Why a text is no name of a payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadPayeeName {
    /// It has no letter and no digit.
    #[error("must have a letter or a digit")]
    Empty,
    /// It is longer than [`PAYEE_NAME_LENGTH_MAX`].
    #[error("must be at most {PAYEE_NAME_LENGTH_MAX} characters")]
    TooLong,
    /// It can't be shown in one line.
    #[error("must not have control characters")]
    NotPlain,
}

/// Reads a name of a payee: in one line, with single spaces.
pub fn read_payee_name(text: &str) -> Result<String, BadPayeeName> {
    if text.trim().chars().any(char::is_control) {
        return Err(BadPayeeName::NotPlain);
    }
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if fold(&name).is_empty() {
        return Err(BadPayeeName::Empty);
    }
    if name.chars().count() > PAYEE_NAME_LENGTH_MAX {
        return Err(BadPayeeName::TooLong);
    }
    Ok(name)
}

#[cfg(test)]
mod tests;
