//! Defaults of settings, and which environment this is.

use std::collections::BTreeMap;

pub(super) const SANDBOX_ADDRESS: &str = "127.0.0.1:8001";
pub(super) const SANDBOX_SMTP_ADDRESS: &str = "127.0.0.1:8025";
/// Checks of codes that a caller may make in a minute.
pub(super) const VERIFY_PER_MINUTE: u32 = 10;
/// Connections that are open at once.
pub(super) const CONNECTIONS_MAX: usize = 10_000;
/// Seconds between «not ready» and the end of listening in production: a balancer needs them.
pub(super) const DRAIN_SECONDS: u64 = 5;
/// Turns of conversations that run at once. Those that run at once share their transactions.
pub(super) const TURN_WORKERS: usize = 64;
/// Sends that run at once.
pub(super) const RELAY_WORKERS: usize = 64;
/// Connections to the database for requests and workers.
pub(super) const POOL_SIZE: usize = 12;

/// True in production: `APP_ENV` decides; without it release builds are for production, debug builds not.
pub(super) fn is_production(values: &BTreeMap<String, String>) -> bool {
    values.get("APP_ENV").map_or(!cfg!(debug_assertions), |env| env == "production")
}
/// Accounts that one network address may create in an hour.
pub(super) const ACCOUNTS_PER_ADDRESS_PER_HOUR: u32 = 10;
/// The same in development, where everybody is at one loopback address.
pub(super) const ACCOUNTS_PER_ADDRESS_IN_DEVELOPMENT: u32 = 1_000;
/// Wallets that a person may have.
pub(super) const WALLETS_PER_PERSON: u32 = 20;
