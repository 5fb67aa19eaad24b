//! The outside world over real protocols, for development, tests and load: the adapters run against it
//! unchanged. It checks what the provider checks and answers with the provider's errors.
//!
//! It is no security oracle, and it refuses to start in production.

mod answer;
mod calls;
mod config;
mod control;
mod faults;
mod hangup;
mod memory;
mod meta;
mod pages;
mod server;
mod smtp;
mod telegram;
mod twilio;
mod webhooks;
mod world;

pub use config::{ConfigError, MetaConfig, SandboxConfig, TelegramConfig};
pub use server::{RunningSandbox, SandboxError, start};
