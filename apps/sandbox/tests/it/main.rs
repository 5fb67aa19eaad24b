//! The running sandbox as a client and as the API meet it: over HTTP and TCP, with a receiver of webhooks that
//! checks what signs them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod bank;
mod browser;
mod meta;
mod meta_account;
mod meta_limits;
mod nlu;
mod page;
mod smtp;
mod telegram;
mod telegram_updates;
mod twilio;
mod world;
