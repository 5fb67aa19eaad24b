//! The composition root: settings, wiring, routes, workers, commands. The only room that knows all
//! others, and with the sandbox the only one that knows the web framework.

pub mod commands;
mod composition;
mod config;
mod dev_secrets;
mod error_chain;
mod flows;
mod http;
mod routes;
mod scopes;
mod stores;
mod system;
mod telemetry;
mod wakeups;
mod workers;

pub use config::{Settings, SettingsFaults};
