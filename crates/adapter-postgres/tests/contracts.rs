//! PostgreSQL keeps every promise of the store ports. `TEST_PG_URL` names a server on which databases may
//! be made; `cargo xtask test` starts one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_postgres::Store;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use std::{env, sync::Arc};
use uuid::Uuid;

/// A database of its own. The server is thrown away after the tests, and the database with it.
async fn fresh_address() -> String {
    let server = env::var("TEST_PG_URL").expect("TEST_PG_URL must name a PostgreSQL server");
    let name = format!("contracts_{}", Uuid::now_v7().simple());
    let mut admin = AsyncPgConnection::establish(&server).await.unwrap();
    admin.batch_execute(&format!("create database {name}")).await.unwrap();
    let (host, _) = server.rsplit_once('/').unwrap();
    format!("{host}/{name}")
}

async fn open(address: &str) -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    let store = Store::connect(address, Arc::new(sealer), Arc::new(audit)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn fresh_store() -> Store {
    open(&fresh_address().await).await
}

port_contracts::suite!(fresh_store);

/// Replicas that start together: one migrates, the others wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_start_together_migrate_once() {
    let address = fresh_address().await;
    let stores = futures_util::future::join_all((0..4).map(|_| open(&address))).await;
    for store in stores {
        assert_eq!(store.migrate().await.unwrap(), 0);
        store.ping().await.unwrap();
    }
}
