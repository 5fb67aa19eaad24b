//! `cargo xtask fuzz` runs every target of `fuzz/`, one after the other, starting with its seeds. It fails on
//! the first crash.

use crate::{root, run, say, succeeds};
use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Write, stdout},
    path::Path,
    process::{Command, Stdio},
};

/// Default time for each target, in seconds.
const SECONDS: u32 = 300;
/// The version of cargo-fuzz to install if it is missing.
const CARGO_FUZZ: &str = "0.13";
/// How many of the last output lines to show for a crash.
const LAST_LINES: usize = 40;

/// The figures that libFuzzer reports for a target.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    executions: u64,
    /// How many edges of the program the target reached.
    edges: u64,
}

/// Runs all targets and prints a table of their figures.
pub(crate) fn run_all(words: &[&str]) -> Result<(), String> {
    let seconds = match words {
        [] => SECONDS,
        ["--seconds", given] => {
            given.parse().map_err(|_text| format!("--seconds takes a whole number, not {given}"))?
        }
        _ => return Err("fuzz takes no option but --seconds".into()),
    };
    let folder = root()?.join("fuzz");
    need_tools()?;
    run(cargo_fuzz().arg("build").current_dir(root()?))?;
    let mut table = String::new();
    for target in targets(&folder)? {
        say(&format!("{target}, {seconds} s"));
        let outcome = one(&folder, &target, seconds)?;
        let Outcome { executions, edges } = outcome;
        // Writing into a String can't fail.
        let _written = writeln!(table, "{target:<20} {executions:>12} executions {edges:>7} edges");
    }
    stdout().write_all(table.as_bytes()).map_err(|fault| fault.to_string())
}

/// cargo-fuzz under nightly Rust, which has the sanitizer and the coverage.
fn cargo_fuzz() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo", "fuzz"]);
    command
}

fn need_tools() -> Result<(), String> {
    if !succeeds(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])) {
        run(Command::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    if succeeds(cargo_fuzz().arg("--version")) {
        return Ok(());
    }
    run(crate::shell_env::cargo().args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ]))
}

/// The names of the targets, sorted. Each target is a file.
fn targets(folder: &Path) -> Result<Vec<String>, String> {
    let entries =
        fs::read_dir(folder.join("fuzz_targets")).map_err(|fault| format!("fuzz_targets: {fault}"))?;
    let name = |entry: fs::DirEntry| entry.path().file_stem().map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.flatten().filter_map(name).collect();
    names.sort();
    if names.is_empty() { Err("fuzz/fuzz_targets contains no targets".into()) } else { Ok(names) }
}

/// Runs one target. New inputs go to `corpus`, with which the next run starts; a crash goes to `artifacts`.
fn one(folder: &Path, target: &str, seconds: u32) -> Result<Outcome, String> {
    let (corpus, seeds) = (folder.join("corpus").join(target), folder.join("seeds").join(target));
    fs::create_dir_all(&corpus).map_err(|fault| format!("{}: {fault}", corpus.display()))?;
    let mut command = cargo_fuzz();
    command.args(["run", target]).args([&corpus, &seeds]).current_dir(root()?);
    command.arg("--").arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|fault| format!("{command:?} could not be started: {fault}"))?;
    let told = child.stderr.take().ok_or("cargo-fuzz has no output")?;
    let lines: Vec<String> = BufReader::new(told).lines().map_while(Result::ok).collect();
    let status = child.wait().map_err(|fault| fault.to_string())?;
    if !status.success() {
        let last = lines.len().saturating_sub(LAST_LINES);
        return Err(format!(
            "{}\n{target} crashed: {status}",
            lines.get(last..).unwrap_or_default().join("\n")
        ));
    }
    let outcome = read(&lines);
    // A target that ran no input must not count as passed.
    if outcome.executions == 0 { Err(format!("{target} ran no input")) } else { Ok(outcome) }
}

/// Reads lines such as `#65536 pulse cov: 480 ft: 905 …` and `stat::number_of_executed_units: 81234`.
fn read(lines: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    for line in lines {
        let mut words = line.split_whitespace();
        let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
        if line.starts_with("stat::number_of_executed_units:") {
            outcome.executions = number(words.nth(1)).unwrap_or_default();
        } else if line.starts_with('#') && words.any(|word| word == "cov:") {
            outcome.edges = number(words.next()).unwrap_or(outcome.edges);
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libfuzzers_figures_are_read() {
        let lines = [
            "INFO: seed corpus: files: 15",
            "#16\tINITED cov: 900 ft: 1500 corp: 15/9Kb exec/s: 0 rss: 60Mb",
            "#65536\tDONE   cov: 1480 ft: 4905 corp: 310/90Kb lim: 4096 exec/s: 218 rss: 480Mb",
            "stat::number_of_executed_units: 65537",
        ];
        let lines = lines.map(str::to_owned);
        assert_eq!(read(&lines), Outcome { executions: 65_537, edges: 1480 });
        assert_eq!(read(&[]), Outcome::default());
    }
}
