//! The stores on PostgreSQL: any number of replicas over one database, with locks by row and by name.
//!
//! `store/` is the source that `adapter-sqlite` compiles too; only `backend` belongs to this database (see
//! `docs/adr/0003-shared-queries.md`).

mod backend;
mod store;

pub use store::{ConnectError, ConnectOptions, Store, TABLES};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
