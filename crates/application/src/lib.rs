//! The use cases: one file each, in folders by feature. They know the domain and the ports and decide what
//! happens. The adapters do it.

pub mod accounts;
pub mod error_chain;
pub mod kernel;
pub mod messaging;
pub mod money;
pub mod operations;
pub mod privacy;
pub mod verification;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
