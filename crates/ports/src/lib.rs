//! What Ventanilla needs from the world, as traits: one file a port.
//!
//! Stores are cut by what must be consistent: one call is one transaction and carries everything that
//! must commit together. No transaction stays open over a call to a provider, and none leaks out.
#![deny(missing_docs)]

pub mod accounts;
pub mod clock;
pub mod crypto;
pub mod ids_and_random;
pub mod messaging;
pub mod money;
pub mod operations;
pub mod pagination;
pub mod store_error;
pub mod verification;
