//! Telegram: messages of a bot (sendMessage), its webhook or polling (getUpdates), and its set-up (getMe, setWebhook).
//!
//! Written from the documentation of the Bot API. All calls share one client; each port has its file.

mod client;
mod json;
mod keyboard;
mod limits;
mod messages;
mod secrets;
mod setup;
mod token;
mod update;
mod updates;
mod webhook;

pub use client::{TelegramClient, TelegramConfig};
pub use messages::TelegramMessages;
pub use secrets::WebhookSecrets;
pub use setup::{BotIdentity, SetupError, WebhookInfo};
pub use token::{BotToken, InvalidBotToken};
pub use update::{Chat, Content, Update};
pub use updates::TelegramUpdates;
pub use webhook::TelegramWebhook;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
