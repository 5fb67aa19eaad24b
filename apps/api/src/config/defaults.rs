//! Defaults of settings, and which environment this is.

use super::DatabaseAddress;
use secrecy::SecretString;
use std::collections::BTreeMap;
use url::Url;

pub(super) const SANDBOX_ADDRESS: &str = "127.0.0.1:8001";
pub(super) const SANDBOX_SMTP_ADDRESS: &str = "127.0.0.1:8025";
/// Checks of codes that a caller may make in a minute.
pub(super) const VERIFY_PER_MINUTE: u32 = 10;
const DEFAULT_DATABASE: &str = "data/ventanilla.db";

/// Reads `sqlite://path` or `postgres://…`. None if the address is malformed.
pub(super) fn database(address: Option<&str>) -> Option<DatabaseAddress> {
    let address = address.unwrap_or("sqlite://data/ventanilla.db");
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        let has_host = Url::parse(address).ok()?.has_host();
        return has_host.then(|| DatabaseAddress::Postgres(SecretString::from(address)));
    }
    let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"))?;
    let path = if path.is_empty() { DEFAULT_DATABASE } else { path };
    Some(DatabaseAddress::Sqlite(path.to_owned()))
}

/// True in production: `APP_ENV` decides; without it release builds are for production, debug builds not.
pub(super) fn is_production(values: &BTreeMap<String, String>) -> bool {
    values.get("APP_ENV").map_or(!cfg!(debug_assertions), |env| env == "production")
}
