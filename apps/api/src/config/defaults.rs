//! What holds where a setting is not named, and which environment this is.

use super::DatabaseAddress;
use secrecy::SecretString;
use std::collections::BTreeMap;
use url::Url;

pub(super) const SANDBOX_ADDRESS: &str = "127.0.0.1:8001";
pub(super) const SANDBOX_SMTP_ADDRESS: &str = "127.0.0.1:8025";
const DEFAULT_DATABASE: &str = "data/ventanilla.db";

/// `sqlite://path`, or `postgres://…` for a server.
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

/// Debug builds are for development, release builds for production, unless `APP_ENV` says otherwise.
pub(super) fn is_production(values: &BTreeMap<String, String>) -> bool {
    values.get("APP_ENV").map_or(!cfg!(debug_assertions), |env| env == "production")
}
