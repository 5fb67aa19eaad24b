//! A store for unit tests.

use crate::store::Store;
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use std::sync::Arc;

/// A store over a database of its own, in a folder that the operating system removes.
pub(crate) async fn fresh_store() -> Store {
    let folder = tempfile::TempDir::with_prefix("ventanilla-store-").unwrap().keep();
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = Arc::new(AeadSealer::new(&keys, Arc::new(RingRandom::default())));
    let audit = Arc::new(HmacAuditSealer::new(&keys));
    let store = Store::connect(folder.join("stores.db").to_str().unwrap(), sealer, audit).await.unwrap();
    store.migrate().await.unwrap();
    store
}
