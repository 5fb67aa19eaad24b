//! Measures turns with little and with much history: of the ledger, and of messages.

use super::{
    super::{Bench, Pace, children},
    BALANCE, DELIVERED, TRANSFER,
    subject::{Subject, psql},
};
use crate::say;
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// Rows of history, of entries and again of messages, and their names.
const SIZES: [(&str, u32); 2] = [("1e4", 10_000), ("1e7", 10_000_000)];
const MOST: Duration = Duration::from_hours(1);
/// After a checkpoint PostgreSQL first writes whole pages into its log; with many rows that lasts some seconds.
const SETTLING: Duration = Duration::from_secs(8);
/// How often each size is measured, by turns.
const TURNS: u32 = 3;
const HISTORY: &str = include_str!("history.sql");

/// Fills a database of each size and measures them by turns.
pub(super) fn measure(bench: &mut Bench) -> Result<(), String> {
    let mut subjects = Vec::new();
    for (name, rows) in SIZES {
        let begun = Instant::now();
        let url = bench.url(&format!("turns_rows_{name}"));
        fill(bench, &url, rows)?;
        say(&format!("{name} rows of history were filled in {} s", begun.elapsed().as_secs()));
        subjects.push((name, start(bench, &url)?));
    }
    let settling = Pace { time: SETTLING, ..bench.pace };
    for (_, subject) in &subjects {
        subject.closed("settling", TRANSFER, settling)?;
    }
    for _ in 0..TURNS {
        for (name, subject) in &subjects {
            for (kind, load) in [("balance", BALANCE), ("transfer", TRANSFER)] {
                let said = subject.closed(&format!("turns_{kind}_rows_{name}"), load, bench.pace)?;
                bench.figures.read(&said)?;
            }
        }
    }
    Ok(())
}

/// A new database with so many entries in the ledger, and so many rows of messages.
fn fill(bench: &Bench, url: &str, rows: u32) -> Result<(), String> {
    let mut ledger = Command::new(&bench.programs.ledger_postgres);
    children::output(ledger.args(["fill", url, &rows.to_string()]), MOST)?;
    let subject = start(bench, url)?;
    let pace = Pace { time: Duration::from_secs(2), ..bench.pace };
    subject.closed("examples", DELIVERED, pace)?;
    drop(subject);
    let sql = HISTORY.replace(":rows", &rows.to_string());
    psql(&bench.server, url, &sql, MOST)?;
    for sql in ["vacuum analyze", "checkpoint"] {
        psql(&bench.server, url, sql, MOST)?;
    }
    Ok(())
}

fn start(bench: &Bench, url: &str) -> Result<Subject, String> {
    let programs = [bench.programs.ventanilla.as_str(), &bench.programs.turns];
    Subject::start("", programs, &bench.place, url.to_owned())
}
