//! The tasks of this repository. `cargo xtask test` runs every test.

mod account;
mod bench;
mod fixtures;
mod fuzz;
mod needs;
mod numbering_plans;
mod postgres;
mod previous_release;
mod shell_env;
mod soak;
mod throwaway;
mod tidy;
mod wire;
mod worktree;

use postgres::{Kind, Postgres};
use std::{
    env,
    io::{self, Write},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitCode, ExitStatus},
};

/// The environment variable with the URL of the PostgreSQL server on which the tests create their databases.
const TEST_PG_URL: &str = "TEST_PG_URL";

const USAGE: &str = "\
cargo xtask tidy
    check that every file says what it is, is small, and uses the words of docs/GLOSSARY.md
cargo xtask test
    install what the tests need, then run every test
cargo xtask bench [--quick] [--docs] [--json FILE]
    measure the ledger, HTTP and webhooks, and compare them with pgbench;
    --docs also writes docs/performance.md
cargo xtask bench turns [--quick] [--docs] [--against COMMIT] [--json FILE]
    measure whole turns of conversations, from the webhook to the provider, and compare them with pgbench, and with
    the server of an older commit; --docs also writes them into docs/performance.md
cargo xtask bench timing [--tries N]
    check that response times don't reveal who has an account (login, codes, forgotten passwords)
cargo xtask fixtures DIR
    decode recorded webhook bodies and compare them with their index
cargo xtask numbering-plans
    write crates/domain/data/numbering-plans.tsv anew, from the metadata of the locked rlibphonenumber
cargo xtask previous-release
    run the store tests of the release before on today's schema
cargo xtask fuzz [--seconds N]
    run each fuzz target in turn, 300 seconds each by default
cargo xtask soak [--messages N] [--conversations N] [--pace N] [--seed N] [--docs]
    run two replicas with faults and a kill -9, and check that every message is answered once and in order;
    --docs also writes docs/reliability.md
cargo xtask soak half-sent | restart | pooler
    check that half-sent bodies are not felt by others, that a rolling restart fails no request, and that all works
    behind PgBouncer
cargo xtask with-postgres -- COMMAND…
    run a command with TEST_PG_URL of a temporary PostgreSQL and with its programs in PATH";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test().map(|()| ExitCode::SUCCESS),
        ["tidy"] => tidy::run().map(|()| ExitCode::SUCCESS),
        ["bench", options @ ..] => bench::run(options).map(|()| ExitCode::SUCCESS),
        ["fuzz", options @ ..] => fuzz::run_all(options).map(|()| ExitCode::SUCCESS),
        ["previous-release"] => previous_release::test().map(|()| ExitCode::SUCCESS),
        ["numbering-plans"] => numbering_plans::write().map(|()| ExitCode::SUCCESS),
        ["soak", options @ ..] => soak::run(options).map(|()| ExitCode::SUCCESS),
        ["fixtures", folder] => fixtures::run(folder).map(|()| ExitCode::SUCCESS),
        ["with-postgres", "--", program, rest @ ..] => with_postgres(program, rest),
        _ => Err(USAGE.to_owned()),
    };
    outcome.unwrap_or_else(|complaint| {
        say(&complaint);
        ExitCode::FAILURE
    })
}

/// Provides what the tests need, then runs all of them.
fn test() -> Result<(), String> {
    tidy::run()?;
    needs::chromium()?;
    needs::npm()?;
    let server = test_server()?;
    run(shell_env::cargo().args(["build", "--workspace", "--all-targets"]))?;
    let mut runner = shell_env::cargo();
    // nextest runs the tests in parallel, where it is installed; the plain runner runs the same tests.
    if succeeds(shell_env::cargo().args(["nextest", "--version"])) {
        runner.args(["nextest", "run", "--workspace"]);
    } else {
        runner.args(["test", "--workspace", "--all-targets"]);
    }
    if let Some(server) = &server {
        runner.env(TEST_PG_URL, server.url());
    }
    run(&mut runner)?;
    // The examples of the READMEs; neither runner above knows them.
    run(shell_env::cargo().args(["test", "--doc", "--workspace"]))
}

/// A server for tests; none where `TEST_PG_URL` names one already.
fn test_server() -> Result<Option<Postgres>, String> {
    let given = env::var_os(TEST_PG_URL).filter(|url| !url.is_empty());
    if given.is_some() { Ok(None) } else { Postgres::start(Kind::Tests).map(Some) }
}

/// Runs a command with a temporary server and returns the command's exit code.
fn with_postgres(program: &str, arguments: &[&str]) -> Result<ExitCode, String> {
    let server = Postgres::start(Kind::Tests)?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [server.bin_dir().to_owned()].into_iter().chain(env::split_paths(&path));
    let path = env::join_paths(folders).map_err(|fault| fault.to_string())?;
    let mut command = Command::new(program);
    shell_env::clear(&mut command);
    command.args(arguments).env(TEST_PG_URL, server.url()).env("PATH", path);
    let status = command.status().map_err(|fault| format!("{program} could not be started: {fault}"))?;
    Ok(exit_code(status))
}

/// The exit code of a command. As in shells, 128 plus the signal number if a signal killed it.
fn exit_code(status: ExitStatus) -> ExitCode {
    let number = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    number.and_then(|number| u8::try_from(number).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The repository's root folder.
pub(crate) fn root() -> Result<&'static Path, String> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or_else(|| "the repository's root folder was not found".to_owned())
}

/// Writes a line to standard error.
pub(crate) fn say(text: &str) {
    // Standard error may be closed; the work goes on.
    let _written = writeln!(io::stderr(), "{text}");
}

/// Shows a command and runs it to its end. An error if it fails.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let shown = spelled(command);
    say(&format!("· {shown}"));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown} ended with {status}")),
        Err(fault) => Err(format!("{shown} could not be started: {fault}")),
    }
}

/// The command line of a command, without its environment.
fn spelled(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// True if a command runs and succeeds. Shows none of its output.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
