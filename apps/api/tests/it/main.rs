//! End-to-end tests: a real server with its sandbox, over HTTP and in a browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod accounts;
mod architecture;
mod at_rest;
mod attacks;
mod axe;
mod bad_input;
mod bank;
mod bodies;
mod channels;
mod chat;
mod codes;
mod demo;
mod deposits;
mod docs_page;
mod flows;
mod freezes;
mod legacy;
mod limits;
mod meta_codes;
mod mfa_proofs;
mod money;
mod operating;
mod operators;
mod otp_command;
mod own_codes;
mod pages;
mod payees;
mod people;
mod people_pages;
mod phones_page;
mod polling;
mod privacy;
mod quoted_words;
mod receiving;
mod server;
mod signed;
mod spans;
mod telegram_codes;
mod understanding;
mod verify_page;
