//! The composition root: settings, wiring, routes, workers, commands. The only room that knows all
//! others, and with the sandbox the only one that knows the web framework.

pub mod commands;
mod dev_secrets;
mod flows;
mod http;
mod routes;
mod settings;
mod stores;
mod system;
mod telemetry;
mod wiring;
mod workers;

pub use settings::{Settings, SettingsFaults};
