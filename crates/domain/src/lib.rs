//! The pure rules of Ventanilla.
//!
//! Nothing in this crate waits, reads a clock, draws a random number or knows of a database: time,
//! randomness and ids come in as arguments, decisions go out as values.
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod account_number;
pub mod audit;
pub mod clear_yes;
pub mod consent;
pub mod conversation;
pub mod flow;
pub mod idempotency;
pub mod identity;
pub mod ids;
pub mod intent;
pub mod ledger;
pub mod letter;
pub mod limits;
pub mod locale;
pub mod message;
pub mod money;
pub mod otp;
pub mod page_token;
pub mod phone;
pub mod return_to;
pub mod signed_request;
pub mod text;
pub mod transfer;
