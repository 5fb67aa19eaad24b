//! The stores on embedded SQLite: WAL, synchronous=FULL, one writer, several readers.
//!
//! `store/` is Diesel source that knows its database only through `backend`. The PostgreSQL adapter compiles
//! the same files against its own `backend` (see `docs/adr/0003-shared-queries.md`).

mod backend;
mod backup;
mod store;

pub use store::{ConnectError, ConnectOptions, Store, TABLES};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
