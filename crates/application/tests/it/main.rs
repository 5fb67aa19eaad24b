//! The use cases over a real database, whose every call may fail, and whose process may end at any.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "these are tests"
)]

mod chance;
mod conversation;
mod faults;
mod forgotten;
mod providers;
mod signed;
mod stores;
mod sweeper;
mod world;
