//! Telegram: messages of a bot (sendMessage), its webhook, and its setting up (getMe, setWebhook).
//!
//! Built from the Bot API's documentation. One client serves all; each port has its file.

mod client;
mod keyboard;
mod limits;
mod messages;
mod secrets;
mod setup;
mod token;
mod update;
mod webhook;

pub use client::{TelegramClient, TelegramConfig};
pub use messages::TelegramMessages;
pub use secrets::WebhookSecrets;
pub use setup::{BotIdentity, SetupError};
pub use token::{BotToken, InvalidBotToken};
pub use update::{Chat, Content, Update};
pub use webhook::TelegramWebhook;
