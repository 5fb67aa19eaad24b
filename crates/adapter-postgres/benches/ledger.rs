//! Load on the ledger over PostgreSQL. `cargo xtask bench` runs it; without arguments it does nothing.
//!
//! ```text
//! fill URL ROWS a new database with accounts, their opening deposits, and ROWS entries of history
//! measure URL NAME WARM-UP SECONDS random|hot CALLERS…
//! retention URL PEOPLE WARM-UP SECONDS CALLERS BATCH PAUSE-MS
//!                          posting without and with the deletion of a backlog
//! acks URL NAME WARM-UP SECONDS CALLERS…
//!                          messages that are stored before their webhook is acknowledged; migrates the database
//! ```
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that can't go on shall stop")]

use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_postgres::Store;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use std::{
    env,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};
use store_contracts::load::{self, ACCOUNTS, Measured, Payers, Purging};

const ACCOUNTS_SQL: &str = include_str!("accounts.sql");
const BACKLOG_SQL: &str = include_str!("backlog.sql");
const HISTORY_SQL: [&str; 2] = [include_str!("history_transfers.sql"), include_str!("history_entries.sql")];

#[tokio::main]
async fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", url, rows] => fill(url, rows.parse().unwrap()).await,
        ["measure", url, name, warm_up, seconds, payers, callers @ ..] => {
            let payers = Payers::parse(payers).unwrap();
            measure(url, name, (span(warm_up), span(seconds)), payers, callers).await;
        }
        ["retention", place, people, warm_up, seconds, callers, batch, pause] => {
            let pause = Duration::from_millis(pause.parse().unwrap());
            let purging = Purging { batch: batch.parse().unwrap(), pause };
            let times = (span(warm_up), span(seconds));
            retention(place, people, times, callers.parse().unwrap(), purging).await;
        }
        ["acks", url, name, warm_up, seconds, callers @ ..] => {
            acks(url, name, (span(warm_up), span(seconds)), callers).await;
        }
        _ => {}
    }
}

fn span(seconds: &str) -> Duration {
    Duration::from_secs_f64(seconds.parse().unwrap())
}

fn say(measured: &Measured, name: &str) {
    io::stdout().write_all(measured.line(name).as_bytes()).unwrap();
}

async fn open(url: &str) -> Arc<Store> {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    Arc::new(Store::connect(url, Arc::new(sealer), Arc::new(audit)).await.unwrap())
}

async fn measure(
    url: &str,
    name: &str,
    (warm_up, time): (Duration, Duration),
    payers: Payers,
    callers: &[&str],
) {
    let store = open(url).await;
    for callers in callers {
        let measured = load::run(store.clone(), payers, callers.parse().unwrap(), warm_up, time).await;
        say(&measured, &format!("{name}_c{callers}"));
    }
}

async fn acks(url: &str, name: &str, (warm_up, time): (Duration, Duration), callers: &[&str]) {
    let store = open(url).await;
    store.migrate().await.unwrap();
    for callers in callers {
        let measured = load::acks::run(store.clone(), callers.parse().unwrap(), warm_up, time).await;
        let line = measured.line(&format!("{name}_c{callers}"));
        io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

/// Account n has the transfers n, n + ACCOUNTS, n + 2 ACCOUNTS, …: so all tables can be written at once, and
/// each knows what is in the others.
async fn fill(url: &str, rows: u64) {
    let (host, database) = url.rsplit_once('/').unwrap();
    run(&format!("{host}/postgres"), &format!("create database {database}")).await;
    open(url).await.migrate().await.unwrap();
    let (accounts, transfers) = (ACCOUNTS.to_string(), (ACCOUNTS + rows / 2).to_string());
    let filled = |sql: &str| sql.replace(":accounts", &accounts).replace(":transfers", &transfers);
    run(url, &filled(ACCOUNTS_SQL)).await;
    let [transfers, entries] = HISTORY_SQL.map(filled);
    // Two connections, because there are at least two cores.
    tokio::join!(run(url, &transfers), run(url, &entries));
    load::pay_once_each(open(url).await.as_ref()).await;
    run(url, "vacuum analyze;\ncheckpoint").await;
}

/// Statement by statement, because some can't be part of a transaction.
async fn run(url: &str, sql: &str) {
    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
    for statement in sql.split(";\n") {
        conn.batch_execute(statement).await.unwrap();
    }
}

/// Adds a backlog of old codes, and measures posting without and with its deletion, by turns.
async fn retention(
    place: &str,
    people: &str,
    (warm_up, time): (Duration, Duration),
    callers: u64,
    purging: Purging,
) {
    run(place, &BACKLOG_SQL.replace(":people", people)).await;
    let store = open(place).await;
    for round in 1..=3 {
        let alone = load::run(store.clone(), Payers::Random, callers, warm_up, time).await;
        say(&alone, &format!("retention_{round}_alone"));
        let (beside, deleted) =
            load::run_beside_a_purge(store.clone(), purging, callers, warm_up, time).await;
        say(&beside, &format!("retention_{round}_beside_{deleted}"));
    }
}
