//! WhatsApp by Meta's Cloud API: messages, webhooks, and facts about the account.
//!
//! Written from Meta's documentation of Graph v25.0. One parser reads every webhook ([`items`]), and the
//! events are made from its items. All calls share one client; each port has its file.

mod account;
mod client;
mod content;
mod error_table;
mod events;
mod items;
mod json;
mod limits;
mod messages;
mod payload;
mod signature;
mod webhook;

pub use account::{BusinessAccount, MetaAccount, NotTold, SendingNumber, TemplateStatus, TokenInfo};
pub use client::{MetaClient, MetaConfig};
pub use content::{ContactPhone, Content, SharedContact};
pub use events::channel_account;
pub use items::{Change, Item, Message, Preference, Status, What, items};
pub use messages::MetaMessages;
pub use signature::{AppSecrets, sign_body};
pub use webhook::MetaWebhook;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
