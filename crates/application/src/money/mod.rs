//! Use cases of money: wallets, transfers, statements.

pub mod bank_entries;
pub mod cancel_transfer;
pub mod confirm_transfer;
pub mod deposit;
pub mod figures;
pub mod incoming;
pub mod limits_left;
mod named_destination;
pub mod open_demo;
pub mod open_wallet;
pub mod outbound;
pub mod payees;
pub mod payment_code;
pub mod prepare_transfer;
pub mod receiving;
pub mod reconcile;
pub mod reverse_transfer;
pub mod statement;
pub mod submit_transfer;
pub mod transfer_rules;
pub mod wallets;
