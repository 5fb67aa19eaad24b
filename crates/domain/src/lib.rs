//! The pure rules of Ventanilla.
//!
//! Nothing in this crate waits, reads a clock, draws a random number or uses a database. Time, randomness and
//! ids come in as arguments; decisions go out as values.
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod accounts;
pub mod channel_account;
pub mod email;
pub mod ids;
pub mod locale;
pub mod message;
pub mod messaging;
pub mod money;
pub mod operations;
pub mod phone;
pub mod principal;
pub mod privacy;
pub mod text;
pub mod verification;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
