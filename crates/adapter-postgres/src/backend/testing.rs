//! Databases for the tests of this crate.

use crate::store::Store;
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database of its own on the server that `TEST_PG_URL` names.
pub(crate) async fn fresh_address() -> String {
    let server = std::env::var("TEST_PG_URL").expect("TEST_PG_URL must name a PostgreSQL server");
    let name = format!("store_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = AsyncPgConnection::establish(&server).await.unwrap();
    admin.batch_execute(&format!("create database {name}")).await.unwrap();
    let (host, _) = server.rsplit_once('/').unwrap();
    format!("{host}/{name}")
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
