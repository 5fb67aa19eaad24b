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
    /// The payer is frozen: no money leaves any of their wallets.
    Frozen,
    /// The destination can only mean a wallet here, and means none: a phone number that nobody proved, or a
    /// CLABE of ours that no wallet has.
    RecipientNotFound,
    /// The transfer can't be reversed: it is not completed, its money came from an outside bank or left the
    /// platform, or it is a reversal itself.
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
                LimitExceeded::PerDeposit { .. } => "limit_exceeded:per_deposit",
                LimitExceeded::PerDay { .. } => "limit_exceeded:per_day",
                LimitExceeded::PerMonth { .. } => "limit_exceeded:per_month",
                LimitExceeded::NewPayee { .. } => "limit_exceeded:new_payee",
                LimitExceeded::NumberReplaced { .. } => "limit_exceeded:number_replaced",
                LimitExceeded::Unfrozen { .. } => "limit_exceeded:unfrozen",
                LimitExceeded::LeftToReverse => "limit_exceeded:left_to_reverse",
            },
            Self::CurrencyMismatch => "currency_mismatch",
            Self::AmountNotPositive => "amount_not_positive",
            Self::SameAccount => "same_account",
            Self::NoSuchAccount => "no_such_account",
            Self::Frozen => "frozen",
            Self::RecipientNotFound => "recipient_not_found",
            Self::NotReversible => "not_reversible",
        }
    }

    /// Whether the refusal depends on how things stand: balances, limits, a freeze, who proved a number. Then it
    /// is stored under its key and stays the same when they change. The other refusals say that the request
    /// itself is wrong.
    #[must_use]
    pub const fn is_remembered(self) -> bool {
        matches!(
            self,
            Self::InsufficientFunds | Self::LimitExceeded { .. } | Self::Frozen | Self::RecipientNotFound
        )
    }
}
