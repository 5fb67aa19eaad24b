//! Measures the ledger with much history: databases of different sizes on one server, measured in turn.

use super::{Bench, Pace, children, ledgers::times};
use crate::say;
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// Sizes of history, in entries, and their names.
const SIZES: [(&str, u32); 3] = [("1e4", 10_000), ("1e6", 1_000_000), ("1e7", 10_000_000)];
const MOST: Duration = Duration::from_mins(15);
/// How long each database is under load before it is measured. After a checkpoint, PostgreSQL first writes
/// whole pages into its log; with many rows that lasts some seconds.
const SETTLING: Duration = Duration::from_secs(6);
/// How many times each size is measured, so that each meets the machine at different times.
const TURNS: u32 = 3;

/// Fills databases and measures them. A quick run leaves out those that it has no time for.
pub(super) fn measure(bench: &mut Bench) -> Result<(), String> {
    let program = bench.programs.ledger_postgres.clone();
    let mut filled = Vec::new();
    // The expected time to fill a database, before any is filled.
    let mut expected = Duration::from_secs(5);
    for (name, rows) in SIZES {
        if !has_time(bench, expected) {
            bench
                .notes
                .push(format!("{name} rows of history were left out: a quick run has no time for them"));
            break;
        }
        let begun = Instant::now();
        let url = bench.url(&format!("history_{name}"));
        children::output(Command::new(&program).args(["fill", &url, &rows.to_string()]), MOST)?;
        let took = begun.elapsed();
        say(&format!("{name} rows of history were filled in {} s", took.as_secs()));
        expected = if rows < 1_000_000 { Duration::from_secs(30) } else { took * 11 };
        filled.push((name, url));
    }
    let settling = Pace { time: SETTLING, ..bench.pace };
    for (_, url) in &filled {
        load(&program, url, settling)?;
    }
    for _ in 0..TURNS {
        for (name, url) in &filled {
            let said = load(&program, url, bench.pace)?;
            bench.figures.read(&said.replace("_c256", &format!("_c256_rows_{name}")))?;
        }
    }
    Ok(())
}

fn load(program: &str, url: &str, pace: Pace) -> Result<String, String> {
    let mut load = Command::new(program);
    load.args(["measure", url, "ledger_pg_random"]).args(times(pace)).args(["random", "256"]);
    children::output(&mut load, MOST)
}

/// True if there is time to fill a database and then to measure.
fn has_time(bench: &Bench, expected: Duration) -> bool {
    let measuring = (bench.pace.warm_up + bench.pace.time) * (TURNS * 3) + SETTLING * 3;
    bench.pace.end.is_none_or(|end| Instant::now() + expected + measuring < end)
}
