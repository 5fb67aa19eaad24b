//! Messaging: the conversation, intents, clear yes, flows, consent.

pub mod clear_yes;
pub mod consent;
pub mod conversation;
pub mod flow;
pub mod intent;
pub mod opinion;
pub mod price;
