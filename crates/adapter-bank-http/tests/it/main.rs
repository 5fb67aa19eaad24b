//! What goes over the wire, and what comes of what a bank answers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod bank;
mod certificates;
mod no_answer;
mod published;
mod reads;
mod tokens;
mod transfers;
