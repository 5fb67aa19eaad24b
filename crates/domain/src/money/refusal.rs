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
    /// The name for the audit log: `insufficient_funds`, `limit_exceeded:per_day`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "insufficient_funds",
            Self::LimitExceeded { limit } => match limit {
                LimitExceeded::PerTransfer { .. } => "limit_exceeded:per_transfer",
                LimitExceeded::PerDay { .. } => "limit_exceeded:per_day",
                LimitExceeded::PerMonth { .. } => "limit_exceeded:per_month",
                LimitExceeded::NewPayee { .. } => "limit_exceeded:new_payee",
                LimitExceeded::NumberReplaced { .. } => "limit_exceeded:number_replaced",
                LimitExceeded::LeftToReverse => "limit_exceeded:left_to_reverse",
            },
            Self::CurrencyMismatch => "currency_mismatch",
            Self::AmountNotPositive => "amount_not_positive",
            Self::SameAccount => "same_account",
            Self::NoSuchAccount => "no_such_account",
            Self::NotReversible => "not_reversible",
        }
    }

    /// Whether the refusal depends on balances and limits. Then it is stored under its key and stays the same
    /// when money arrives. The other refusals say that the request itself is wrong.
    #[must_use]
    pub const fn is_remembered(self) -> bool {
        matches!(self, Self::InsufficientFunds | Self::LimitExceeded { .. })
    }
}
