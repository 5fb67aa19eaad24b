//! The stores on embedded SQLite: WAL, synchronous=FULL, one writer, several readers.
//!
//! `store/` is plain Diesel source that knows its database only by `backend`; a Postgres adapter
//! compiles the same files against a `backend` of its own (see `docs/adr/0003-shared-queries.md`).

mod backend;
mod store;

pub use store::{ConnectError, Store};
