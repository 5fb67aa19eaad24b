//! What Ventanilla needs from the world, as traits: one file a port.
//!
//! Stores are cut by what must be consistent: one call is one transaction and carries everything that
//! must commit together. No transaction stays open over a call to a provider, and none leaks out.
#![deny(missing_docs)]

pub mod clock;
pub mod code_verifier;
pub mod crypto;
pub mod inbound_webhook;
pub mod intent_parser;
pub mod mailer;
pub mod message_channel;
pub mod number_lookup;
pub mod random;
pub mod session_tokens;
pub mod stores;
pub mod texts;
