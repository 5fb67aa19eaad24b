//! The use cases over a real database. Each of its calls may fail, and the process may end at any of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "these are tests"
)]

mod conversation;
mod demo;
mod faults;
mod forgotten;
mod incoming;
mod outbound;
mod own_money;
mod privacy;
mod providers;
mod reconcile;
mod scripted_bank;
mod signed;
mod stores;
mod sweeper;
mod world;
