//! WhatsApp by Meta's Cloud API: messages, webhooks, and the account's own facts.
//!
//! Built from Meta's documentation of Graph v25.0. One parser reads every webhook ([`items`]); what happened
//! is told from it.

mod content;
mod events;
mod items;
mod json;
mod signature;
mod webhook;

pub use content::{Card, CardPhone, Content};
pub use events::channel_account;
pub use items::{Change, Item, Message, Preference, Status, What, items};
pub use signature::{AppSecrets, sign_body};
pub use webhook::MetaWebhook;
