//! Builds the programs of the benchmark, with the optimizations of a release.

use crate::{root, say};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The paths of the programs.
pub(super) struct Programs {
    /// The load program for the ledger on PostgreSQL.
    pub(super) ledger_postgres: String,
    /// The load program for the ledger on SQLite.
    pub(super) ledger_sqlite: String,
    /// The load program for HTTP.
    pub(super) http: String,
    /// The load program for whole turns.
    pub(super) turns: String,
    /// The server under test.
    pub(super) ventanilla: String,
}

impl Programs {
    /// Builds the programs. The time of this is not measured.
    pub(super) fn build() -> Result<Self, String> {
        let messages =
            build(&["--bench", "ledger", "--bench", "http", "--bin", "turns-load", "--bin", "ventanilla"])?;
        let executable = |kind: &str, source: &str| {
            executable(&messages, kind, source).ok_or_else(|| format!("cargo built no {source}"))
        };
        Ok(Self {
            ledger_postgres: executable("bench", "adapter-postgres/benches/ledger.rs")?,
            ledger_sqlite: executable("bench", "adapter-sqlite/benches/ledger.rs")?,
            http: executable("bench", "api/benches/http.rs")?,
            turns: executable("bin", "turns_load/main.rs")?,
            ventanilla: executable("bin", "api/src/main.rs")?,
        })
    }
}

/// Builds only the server and returns its path.
pub(super) fn ventanilla() -> Result<String, String> {
    let messages = build(&["--bin", "ventanilla"])?;
    executable(&messages, "bin", "api/src/main.rs").ok_or_else(|| "cargo built no server".to_owned())
}

/// Builds the server of another commit and returns its path. What is built stays below `target/against`: cargo takes
/// the same package of two folders for one, so the builds are kept apart.
pub(super) fn ventanilla_of(sources: &Path) -> Result<String, String> {
    let messages = build_in(sources, &root()?.join("target/against"), &["--bin", "ventanilla"])?;
    executable(&messages, "bin", "api/src/main.rs").ok_or_else(|| "cargo built no server".to_owned())
}

/// Builds targets, always of the same packages, so that nothing is built twice. Returns Cargo's messages.
fn build(targets: &[&str]) -> Result<String, String> {
    carry_out(crate::shell_env::cargo().args(["build", "--release", "--package", "xtask"]), targets)
}

fn build_in(sources: &Path, target: &Path, targets: &[&str]) -> Result<String, String> {
    let mut cargo = crate::shell_env::cargo();
    cargo.args(["build", "--release", "--locked"]).current_dir(sources).env("CARGO_TARGET_DIR", target);
    carry_out(&mut cargo, targets)
}

fn carry_out(cargo: &mut Command, targets: &[&str]) -> Result<String, String> {
    let packages = ["adapter-postgres", "adapter-sqlite", "ventanilla"];
    cargo.args(["--message-format", "json-render-diagnostics"]).args(targets);
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    say(&format!("· {cargo:?}"));
    let built = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let built = built.map_err(|fault| format!("cargo could not be started: {fault}"))?;
    if !built.status.success() {
        return Err(format!("{cargo:?} ended with {}", built.status));
    }
    Ok(String::from_utf8_lossy(&built.stdout).into_owned())
}

/// The path of the executable that Cargo built from a source file. Cargo writes one JSON message per line.
fn executable(messages: &str, kind: &str, source: &str) -> Option<String> {
    let (kind, source) = (format!("\"kind\":[\"{kind}\"]"), format!("{source}\""));
    let of_it = |line: &&str| line.contains(&kind) && line.contains(&source);
    messages.lines().filter(of_it).find_map(|line| {
        let (_, rest) = line.split_once("\"executable\":\"")?;
        rest.split_once('"').map(|(path, _)| path.to_owned())
    })
}
