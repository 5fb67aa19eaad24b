//! `cargo xtask soak pooler`: two replicas behind a real `PgBouncer` that gives each transaction another connection.
//! The tables are migrated, both replicas get ready, requests are served and a message is answered.

use super::{
    platform::{Platform, Process},
    strain,
};
use crate::{
    account::Account,
    needs,
    postgres::{Kind, Postgres},
    say, wire,
};
use serde_json::json;
use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(20);
const SERVED: Duration = Duration::from_secs(5);
const PHONE: &str = "+525512349001";
const OFF: [(&str, &str); 1] = [("DATABASE_STATEMENT_CACHE", "off")];

/// Runs the check.
pub(super) fn run() -> Result<(), String> {
    let server = Postgres::start(Kind::Tests)?;
    let (_pooler, url) = start(&needs::pgbouncer()?, &server)?;
    let platform = Platform::open(&url)?;
    let _first = platform.replica_with(0, &OFF)?;
    let _second = platform.replica_with(1, &OFF)?;
    let token = platform.token()?;
    for address in &platform.replicas {
        let served = strain::probe(address, &token, SERVED);
        say(&format!("{address} through the pooler: {served}"));
        if served.failed > 0 {
            return Err("requests failed through the pooler".into());
        }
    }
    let place = format!("/sandbox/phones/{PHONE}/messages");
    platform.world("POST", &place, &json!({"provider": "twilio", "body": "ayuda"}))?;
    let begun = Instant::now();
    while wire::text(&platform.world("GET", &place, &json!(null))?.1, "/0/body").is_empty() {
        if begun.elapsed() > PATIENCE {
            return Err("the message was not answered; the logs are in target/soak".into());
        }
        thread::sleep(Duration::from_millis(100));
    }
    say("a message was answered through the pooler");
    Ok(())
}

/// Starts the pooler in front of the server. Returns it and the address of the database through it.
fn start(program: &Path, server: &Postgres) -> Result<(Process, String), String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|fault| fault.to_string())?;
    let port = listener.local_addr().map_err(|fault| fault.to_string())?.port();
    drop(listener);
    let settings = server.folder().join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         auth_type = any\nunix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 8\nmin_pool_size = 4\n\
         server_round_robin = 1\nignore_startup_parameters = extra_float_digits\n",
        server.port(),
    );
    fs::write(&settings, text).map_err(|fault| format!("{}: {fault}", settings.display()))?;
    let mut command = Command::new(program);
    Account::of_server()?.runs(&mut command).arg("--quiet").arg(&settings);
    command.current_dir(server.folder()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().map_err(|fault| format!("pgbouncer could not be started: {fault}"))?;
    let begun = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if begun.elapsed() > PATIENCE {
            return Err("pgbouncer takes no connections".into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok((Process::of(child), format!("postgres://postgres@127.0.0.1:{port}/postgres")))
}
