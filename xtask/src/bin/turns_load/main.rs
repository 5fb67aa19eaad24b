//! Load of whole turns on a running server: signed webhooks in, until the provider has the answer.
//! `cargo xtask bench turns` runs it; without arguments it does nothing.
//!
//! ```text
//! prepare ADDRESS PROVIDER PEOPLE      people who wrote, proved their numbers and have money; TOKEN in the environment
//! closed  ADDRESS PROVIDER NAME balance|transfer plain|delivered WARM-UP SECONDS CONVERSATIONS
//! open    ADDRESS PROVIDER NAME balance|transfer plain|delivered WARM-UP SECONDS CONVERSATIONS RATE
//! ```
//!
//! `TWILIO_AUTH_TOKEN` is in the environment. The server's calls to Twilio go to PROVIDER, which this program plays: it
//! answers at once and keeps nothing, so that what is measured is the server. With `delivered` it also reports each
//! message as sent and delivered. `closed` has one message of each conversation under way at a time; `open` begins at
//! scheduled times, and its latencies count from these. It uses one thread and no HTTP client, to leave the cores to
//! the server.
#![allow(
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark stops at the first failure, and makes its ids as callers do"
)]

mod load;
mod open_loop;
mod people;
mod provider;
mod wire;

use crate::{
    load::{Kind, Load},
    open_loop::{Measured, Window},
    provider::Provider,
};
use std::{
    env,
    io::{self, Write},
    rc::Rc,
    time::Duration,
};
use tokio::task::LocalSet;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    LocalSet::new().run_until(carry_out(&words)).await;
}

async fn carry_out(words: &[&str]) {
    match words {
        ["prepare", address, provider, people] => {
            let provider = Provider::start(provider, address, false).await;
            people::prepare(&provider, people.parse().unwrap()).await;
        }
        [how @ ("closed" | "open"), address, provider, name, kind, reports, warm_up, seconds, rest @ ..] => {
            let provider = Provider::start(provider, address, *reports == "delivered").await;
            let window = Window::after(span(warm_up), span(seconds));
            let load =
                Rc::new(Load::new(provider.clone(), Kind::parse(kind), window, rest[0].parse().unwrap()));
            match (*how, rest) {
                ("closed", [_]) => load.closed().await,
                ("open", [_, rate]) => load.open(rate.parse().unwrap()).await,
                _ => panic!("too few arguments"),
            }
            provider.reports_are_taken().await;
            let measured = Measured::of(load.micros.take(), span(seconds));
            let all = format!("{{\"{name}_turns\": {}}}\n", load.turns.get());
            let lines = measured.line(name) + &all;
            io::stdout().write_all(lines.as_bytes()).unwrap();
        }
        _ => {}
    }
}

fn span(seconds: &str) -> Duration {
    Duration::from_secs_f64(seconds.parse().unwrap())
}
