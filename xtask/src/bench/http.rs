//! Measures the whole server over HTTP: transfers, and acknowledged webhooks.

use super::{Bench, children, ledgers::times, server::Server};
use std::{process::Command, time::Duration};

const CONNECTIONS: [&str; 4] = ["1", "16", "64", "256"];
const SLACK: Duration = Duration::from_mins(1);
/// A number that is not the bank's: its messages are stored as durably, but nobody answers them.
const ELSEWHERE: &str = "whatsapp:+14155238880";

/// Measures on PostgreSQL, also with webhooks whose messages are answered meanwhile.
pub(super) fn postgres(bench: &mut Bench, round: u32) -> Result<(), String> {
    let url = bench.url(&format!("http_{round}"));
    fill(&bench.programs.ledger_postgres, &[&url, "0"])?;
    let server = transfers(bench, &url, "pg")?;
    webhooks(bench, &server, "webhook_ack_pg_new_senders", ELSEWHERE)?;
    // PostgreSQL would analyze by itself within a minute, which would disturb the measurement.
    let mut psql = Command::new(bench.server.bin_dir().join("psql"));
    children::output(psql.args(["-X", "-q", "-c", "analyze"]).arg(&url), SLACK)?;
    webhooks(bench, &server, "webhook_ack_pg", ELSEWHERE)?;
    drop(server);
    let server = Server::start(&bench.programs.ventanilla, bench.place.path(), &url, true)?;
    webhooks(bench, &server, "webhook_ack_pg_with_turns", Server::NUMBER)
}

/// Measures on SQLite.
pub(super) fn sqlite(bench: &mut Bench, round: u32) -> Result<(), String> {
    let path = bench.place.file(&format!("http-{round}.db"));
    fill(&bench.programs.ledger_sqlite, &[&path])?;
    let server = transfers(bench, &format!("sqlite://{path}"), "sqlite")?;
    webhooks(bench, &server, "webhook_ack_sqlite_new_senders", ELSEWHERE)?;
    webhooks(bench, &server, "webhook_ack_sqlite", ELSEWHERE)
}

fn fill(program: &str, words: &[&str]) -> Result<(), String> {
    children::output(Command::new(program).arg("fill").args(words), SLACK).map(|_nothing| ())
}

/// Starts a server on the database and measures its transfers.
fn transfers(bench: &mut Bench, database: &str, name: &str) -> Result<Server, String> {
    let server = Server::start(&bench.programs.ventanilla, bench.place.path(), database, false)?;
    let mut load = Command::new(&bench.programs.http);
    load.args(["transfers", server.address(), &format!("http_transfers_{name}")]);
    load.args(times(bench.pace)).args(CONNECTIONS).env("TOKEN", server.token()?);
    let said = children::output(&mut load, SLACK + bench.pace.time * 4)?;
    bench.figures.read(&said)?;
    Ok(server)
}

fn webhooks(bench: &mut Bench, server: &Server, name: &str, to: &str) -> Result<(), String> {
    let mut load = Command::new(&bench.programs.http);
    load.args(["webhooks", server.address(), name]).args(times(bench.pace)).args([to, "64"]);
    let said = children::output(load.env("TWILIO_AUTH_TOKEN", Server::AUTH_TOKEN), SLACK + bench.pace.time)?;
    bench.figures.read(&said)
}
