//! Plays the providers (Twilio, Meta, Telegram, a core bank, a mail server, understanding services) and people's phones over the real protocols,
//! for development, tests and load. The adapters run against it unchanged: it checks what the provider checks
//! and answers with the provider's errors.
//!
//! It proves nothing about security, and it refuses to start in production.

mod answer;
mod bank;
mod bank_config;
mod calls;
mod clock;
mod config;
mod control;
mod deposits;
mod faults;
mod guard;
mod hangup;
mod inbound_action;
mod json;
mod memory;
mod meta;
mod multipart;
mod nlu;
mod pages;
mod server;
mod smtp;
mod telegram;
mod twilio;
mod user_id;
mod webhooks;
mod wire;
mod world;

pub use bank_config::{BankAuthentication, BankConfig};
pub use config::{ConfigError, MetaConfig, NluConfig, SandboxConfig, Strangers, TelegramConfig};
pub use deposits::{Depositing, Depositor};
pub use server::{RunningSandbox, SandboxError, start, start_with_deposits};
