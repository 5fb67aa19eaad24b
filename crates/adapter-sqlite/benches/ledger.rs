//! Load on the ledger over SQLite. `cargo xtask bench` runs it; without arguments it does nothing.
//!
//! ```text
//! fill PATH a new database with accounts and their opening deposits
//! measure PATH NAME WARM-UP SECONDS random|hot CALLERS…
//! retention PATH PEOPLE WARM-UP SECONDS CALLERS BATCH PAUSE-MS
//!                          posting without and with the deletion of a backlog
//! acks PATH NAME WARM-UP SECONDS CALLERS…
//!                          messages that are stored before their webhook is acknowledged; migrates the database
//! single PATH NAME WARM-UP SECONDS
//!                          rows committed one by one, in a file of its own: what the disk can do
//! ```
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that can't go on shall stop")]

use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_sqlite::Store;
use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query};
use std::{
    env,
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};
use store_contracts::load::{self, ACCOUNTS, Measured, Payers, Purging, Window};

const BACKLOG_SQL: &str = include_str!("backlog.sql");
const ACCOUNTS_SQL: &str = include_str!("accounts.sql");

#[tokio::main]
async fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", path] => fill(path).await,
        ["measure", path, name, warm_up, seconds, payers, callers @ ..] => {
            let payers = Payers::parse(payers).unwrap();
            measure(path, name, (span(warm_up), span(seconds)), payers, callers).await;
        }
        ["single", path, name, warm_up, seconds] => say(&single(path, span(warm_up), span(seconds)), name),
        ["retention", place, people, warm_up, seconds, callers, batch, pause] => {
            let pause = Duration::from_millis(pause.parse().unwrap());
            let purging = Purging { batch: batch.parse().unwrap(), pause };
            let times = (span(warm_up), span(seconds));
            retention(place, people, times, callers.parse().unwrap(), purging).await;
        }
        ["acks", path, name, warm_up, seconds, callers @ ..] => {
            acks(path, name, (span(warm_up), span(seconds)), callers).await;
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

async fn open(path: &str) -> Arc<Store> {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    Arc::new(Store::connect(path, Arc::new(sealer), Arc::new(audit)).await.unwrap())
}

async fn measure(
    path: &str,
    name: &str,
    (warm_up, time): (Duration, Duration),
    payers: Payers,
    callers: &[&str],
) {
    let store = open(path).await;
    for callers in callers {
        let measured = load::run(store.clone(), payers, callers.parse().unwrap(), warm_up, time).await;
        say(&measured, &format!("{name}_c{callers}"));
    }
}

async fn acks(path: &str, name: &str, (warm_up, time): (Duration, Duration), callers: &[&str]) {
    let store = open(path).await;
    store.migrate().await.unwrap();
    for callers in callers {
        let measured = load::acks::run(store.clone(), callers.parse().unwrap(), warm_up, time).await;
        say(&measured, &format!("{name}_c{callers}"));
    }
}

async fn fill(path: &str) {
    open(path).await.migrate().await.unwrap();
    let mut conn = SqliteConnection::establish(path).unwrap();
    // The store's connections may still be closing.
    conn.batch_execute("pragma busy_timeout = 5000").unwrap();
    conn.batch_execute(&ACCOUNTS_SQL.replace(":accounts", &ACCOUNTS.to_string())).unwrap();
    load::pay_once_each(open(path).await.as_ref()).await;
}

/// With the same safety as the store: a write-ahead log that is on disk at each commit.
fn single(path: &str, warm_up: Duration, time: Duration) -> Measured {
    let mut conn = SqliteConnection::establish(path).unwrap();
    conn.batch_execute(
        "pragma journal_mode = wal; pragma synchronous = full; create table numbers (n integer)",
    )
    .unwrap();
    let (window, mut micros) = (Window::after(warm_up, time), Vec::new());
    while window.is_open() {
        let asked = Instant::now();
        sql_query("insert into numbers values (1)").execute(&mut conn).unwrap();
        window.count(asked, &mut micros);
    }
    Measured::of(micros, time)
}

/// Adds a backlog of old codes, and measures posting without and with its deletion, by turns.
async fn retention(
    place: &str,
    people: &str,
    (warm_up, time): (Duration, Duration),
    callers: u64,
    purging: Purging,
) {
    let mut conn = SqliteConnection::establish(place).unwrap();
    conn.batch_execute("pragma busy_timeout = 5000").unwrap();
    conn.batch_execute(&BACKLOG_SQL.replace(":people", people)).unwrap();
    drop(conn);
    let store = open(place).await;
    for round in 1..=3 {
        let alone = load::run(store.clone(), Payers::Random, callers, warm_up, time).await;
        say(&alone, &format!("retention_{round}_alone"));
        let (beside, deleted) =
            load::run_beside_a_purge(store.clone(), purging, callers, warm_up, time).await;
        say(&beside, &format!("retention_{round}_beside_{deleted}"));
    }
}
