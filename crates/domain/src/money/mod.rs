//! Money: amounts, account numbers, the ledger, transfers, limits.

pub mod account_number;
mod amount;
pub mod bank;
pub mod banks;
pub mod clabe;
pub mod clearing;
pub mod counterpart;
pub mod folio;
pub mod ledger;
pub mod limits;
pub mod outbound;
pub mod payees;
pub mod period;
pub mod reconciliation;
pub mod refusal;
pub mod transaction_digest;
pub mod transfer;

pub use amount::{AmountError, Currency, INTEGER_DIGITS_MAX, Money, UnknownCurrency};
