//! Use cases of money: wallets, transfers, statements.

pub mod cancel_transfer;
pub mod confirm_transfer;
pub mod open_demo;
pub mod open_wallet;
pub mod prepare_transfer;
pub mod receiving;
pub mod reverse_transfer;
pub mod statement;
pub mod submit_transfer;
pub mod wallets;
