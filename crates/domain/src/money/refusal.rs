//! Why the ledger refuses to move money.

use crate::money::limits::LimitExceeded;
use serde::{Deserialize, Serialize};

/// Why money does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// Less is available than asked for.
    InsufficientFunds,
    /// A limit stands in the way.
    LimitExceeded {
        /// Which.
        limit: LimitExceeded,
    },
    /// The two ends are kept in different currencies, or the amount is in a third.
    CurrencyMismatch,
    /// Nothing, or less, is to move.
    AmountNotPositive,
    /// From and to are one account.
    SameAccount,
    /// One of the ends does not exist.
    NoSuchAccount,
    /// It can't be given back: it has not moved yet, it has left the house, or is itself a reversal.
    NotReversible,
}

impl Refusal {
    /// Whether the refusal hangs on the state of the books: then it is kept under its key and does
    /// not flip when money comes. The others say that the request itself is wrong.
    #[must_use]
    pub const fn is_remembered(self) -> bool {
        matches!(self, Self::InsufficientFunds | Self::LimitExceeded { .. })
    }
}
