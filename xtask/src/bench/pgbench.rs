//! Measures PostgreSQL itself on this machine, with the default script of pgbench.

use super::{Bench, children};
use std::{
    fs, io,
    process::{Command, Stdio},
    time::Duration,
};

const DATABASE: &str = "tpcb";
/// As many branches as clients, as the documentation of pgbench recommends.
const SCALE: &str = "32";
/// The longest time for one call, with its preparation.
const MOST: Duration = Duration::from_mins(1);

/// Creates the tables of pgbench.
pub(super) fn prepare(bench: &Bench) -> Result<(), String> {
    let mut psql = Command::new(bench.server.bin_dir().join("psql"));
    psql.args(["-X", "-q", "-c"]).arg(format!("create database {DATABASE}")).arg(bench.server.url());
    children::output(&mut psql, MOST)?;
    let mut pgbench = Command::new(bench.server.bin_dir().join("pgbench"));
    pgbench.args(["-i", "-q", "-s", SCALE]).arg(bench.url(DATABASE)).stderr(Stdio::null());
    children::output(&mut pgbench, MOST).map(|_nothing| ())
}

/// Runs the default script with each number of clients.
pub(super) fn measure(bench: &mut Bench, clients: &[u32]) -> Result<(), String> {
    for clients in clients {
        let log = format!("pgbench-c{clients}");
        let mut pgbench = Command::new(bench.server.bin_dir().join("pgbench"));
        pgbench.args(["-n", "-c", &clients.to_string(), "-j", &clients.min(&2).to_string()]);
        pgbench.args(["-T", &bench.pace.time.as_secs().to_string(), "--log", "--log-prefix", &log]);
        pgbench.arg(bench.url(DATABASE)).current_dir(bench.place.path());
        let said = children::output(&mut pgbench, MOST)?;
        let rate = rate(&said).ok_or_else(|| format!("pgbench said no rate: {said}"))?;
        let micros = latencies(bench, &log).map_err(|fault| format!("pgbench's log: {fault}"))?;
        let name = format!("pgbench_tpcb_c{clients}");
        bench.figures.add_measure(&name, rate, at(&micros, 50), at(&micros, 99));
    }
    Ok(())
}

/// Reads the rate from `tps = 1645.542240 (without initial connection time)`.
fn rate(said: &str) -> Option<f64> {
    let rest = said.lines().find_map(|line| line.strip_prefix("tps = "))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The duration of each transaction in microseconds, sorted. It is the third word of a line. Each thread
/// writes its own log; this function removes the logs.
fn latencies(bench: &Bench, log: &str) -> io::Result<Vec<u32>> {
    let mut micros = Vec::new();
    for entry in fs::read_dir(bench.place.path())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&format!("{log}.")) {
            let text = fs::read_to_string(entry.path())?;
            micros.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u32>().ok()));
            fs::remove_file(entry.path())?;
        }
    }
    micros.sort_unstable();
    Ok(micros)
}

/// A percentile of the durations, in milliseconds.
fn at(micros: &[u32], percent: usize) -> f64 {
    let nth = micros.len().saturating_mul(percent).checked_div(100).unwrap_or(0);
    f64::from(micros.get(nth).copied().unwrap_or(0)) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_rate_is_found() {
        let said = "latency average = 2.6 ms\ntps = 2997.342300 (without initial connection time)\n";
        assert_eq!(rate(said), Some(2997.3423));
        assert!((at(&[1000, 2000, 3000], 50) - 2.0).abs() < 1e-9);
    }
}
