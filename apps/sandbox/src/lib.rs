//! The outside world over real protocols, for development, tests and load: the adapters run against it
//! unchanged. It checks what the provider checks and answers with the provider's errors.
//!
//! It is no security oracle, and it refuses to start in production.

mod config;
mod control;
mod faults;
mod hangup;
mod pages;
mod server;
mod twilio;
mod world;

pub use config::{ConfigError, SandboxConfig};
pub use server::{RunningSandbox, SandboxError, start};
