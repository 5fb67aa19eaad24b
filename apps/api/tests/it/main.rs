//! The whole, as its users meet it: a real server with its sandbox, over HTTP and in a browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod accounts;
mod architecture;
mod axe;
mod bad_input;
mod channels;
mod chat;
mod codes;
mod flows;
mod money;
mod own_codes;
mod pages;
mod phones_page;
mod server;
mod signed;
mod verify_page;
