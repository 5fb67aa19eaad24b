//! Measures the ledger port: many callers, each of which posts one transfer after another.

use super::{Bench, Pace, children};
use std::{process::Command, time::Duration};

const CALLERS: [&str; 4] = ["1", "16", "256", "1024"];
const PAYERS: [&str; 2] = ["random", "hot"];
/// Time beside the measurement, to connect and to wait for the last answers.
const SLACK: Duration = Duration::from_mins(1);

/// The arguments for a load program: warm-up and duration, in seconds.
pub(super) fn times(pace: Pace) -> [String; 2] {
    [pace.warm_up.as_secs_f64().to_string(), pace.time.as_secs_f64().to_string()]
}

/// Measures on a new PostgreSQL database: payments from random accounts and from a single one.
pub(super) fn postgres(bench: &mut Bench, round: u32) -> Result<(), String> {
    let url = bench.url(&format!("ledger_{round}"));
    let program = bench.programs.ledger_postgres.clone();
    children::output(Command::new(&program).args(["fill", &url, "0"]), SLACK)?;
    for payers in PAYERS {
        measure(bench, &program, &url, &format!("ledger_pg_{payers}"), payers, &CALLERS)?;
    }
    Ok(())
}

/// Measures the same on SQLite, and rows that are committed one by one.
pub(super) fn sqlite(bench: &mut Bench, round: u32) -> Result<(), String> {
    let path = bench.place.file(&format!("ledger-{round}.db"));
    let program = bench.programs.ledger_sqlite.clone();
    let mut single = Command::new(&program);
    single.args(["single", &bench.place.file(&format!("single-{round}.db")), "sqlite_single_commit"]);
    let said = children::output(single.args(times(bench.pace)), SLACK)?;
    bench.figures.read(&said)?;
    children::output(Command::new(&program).args(["fill", &path]), SLACK)?;
    for payers in PAYERS {
        measure(bench, &program, &path, &format!("ledger_sqlite_{payers}"), payers, &CALLERS)?;
    }
    Ok(())
}

/// Runs one load for each number of callers.
pub(super) fn measure(
    bench: &mut Bench,
    program: &str,
    database: &str,
    name: &str,
    payers: &str,
    callers: &[&str],
) -> Result<(), String> {
    let mut load = Command::new(program);
    load.args(["measure", database, name]).args(times(bench.pace)).arg(payers).args(callers);
    let said = children::output(&mut load, SLACK + bench.pace.time * 8)?;
    bench.figures.read(&said)
}
