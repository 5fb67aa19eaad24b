//! Why the ledger refuses to move money.

use crate::money::limits::LimitExceeded;
use serde::{Deserialize, Serialize};

/// Why a transfer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// The available balance is too small.
    InsufficientFunds,
    /// A limit is exceeded.
    LimitExceeded {
        /// The limit that is exceeded.
        limit: LimitExceeded,
    },
    /// The two accounts have different currencies, or the amount is in a third one.
    CurrencyMismatch,
    /// The amount is zero or negative.
    AmountNotPositive,
    /// Both accounts are the same.
    SameAccount,
    /// One of the accounts does not exist.
    NoSuchAccount,
    /// The transfer can't be reversed: it is not completed, its money came from outside or left the platform,
    /// or it is a reversal itself.
    NotReversible,
}

impl Refusal {
    /// Whether the refusal depends on balances and limits. Then it is stored under its key and stays the same
    /// when money arrives. The other refusals say that the request itself is wrong.
    #[must_use]
    pub const fn is_remembered(self) -> bool {
        matches!(self, Self::InsufficientFunds | Self::LimitExceeded { .. })
    }
}
