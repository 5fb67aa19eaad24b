//! Messaging: the conversation, what a message means, questionnaires, consent.

pub mod clear_yes;
pub mod consent;
pub mod conversation;
pub mod flow;
pub mod intent;
