//! Databases for the tests of this crate.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
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
