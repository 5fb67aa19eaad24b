//! Databases for the tests of this crate.

use crate::store::Store;
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use std::sync::Arc;

/// The path of a database of its own, in a folder that the operating system removes.
#[allow(clippy::unused_async, reason = "where there is a server, it is asked for a database here")]
pub(crate) async fn fresh_address() -> String {
    let folder = tempfile::TempDir::with_prefix("ventanilla-store-").unwrap();
    folder.keep().join("stores.db").display().to_string()
}

/// A store over a database of its own.
pub(crate) async fn fresh_store() -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = Arc::new(AeadSealer::new(&keys, Arc::new(RingRandom::default())));
    let audit = Arc::new(HmacAuditSealer::new(&keys));
    let store = Store::connect(&fresh_address().await, sealer, audit).await.unwrap();
    store.migrate().await.unwrap();
    store
}
