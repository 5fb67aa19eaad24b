//! What Ventanilla needs from outside, as traits, by feature.
//!
//! One call to a store is one transaction. It carries everything that must commit together. No transaction
//! stays open during a call to a provider, and none is visible outside.
#![deny(missing_docs)]

pub mod accounts;
pub mod clock;
pub mod crypto;
pub mod ids_and_random;
pub mod messaging;
pub mod money;
pub mod operations;
pub mod pagination;
pub mod privacy;
pub mod raw_webhook;
pub mod store_error;
pub mod stores;
pub mod subject_keys;
pub mod verification;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
