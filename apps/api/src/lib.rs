//! The composition root: settings, composition, routes, workers, commands. It is the only crate that knows
//! all others; only it and the sandbox know the web framework.

pub mod commands;
mod composition;
mod config;
mod dev_secrets;
mod flows;
mod http;
mod payments_worker;
mod readiness;
mod routes;
mod scopes;
mod stores;
mod system;
mod telemetry;
mod wakeups;
mod workers;
mod workforce;

pub use config::{Purpose, Settings, SettingsFaults};
