//! Tasks of this repository. `cargo xtask test` is the one command that passes every test.

mod needs;
mod tidy;

use std::{
    env,
    io::{self, Write},
    process::{Command, ExitCode},
};

const USAGE: &str = "cargo xtask test    every test, with what they need";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            say(&complaint);
            ExitCode::FAILURE
        }
    }
}

/// Sees to what the tests need, then runs them all.
fn test() -> Result<(), String> {
    tidy::run()?;
    needs::chromium()?;
    run(Command::new("cargo").args(["build", "--workspace", "--all-targets"]))?;
    // nextest where it is installed: it runs tests side by side; the plain runner runs the same ones.
    if succeeds(Command::new("cargo").args(["nextest", "--version"])) {
        run(Command::new("cargo").args(["nextest", "run", "--workspace"]))
    } else {
        run(Command::new("cargo").args(["test", "--workspace", "--all-targets"]))
    }
}

/// Tells what is being done.
pub(crate) fn say(text: &str) {
    // Standard error may be gone; the work goes on.
    let _written = writeln!(io::stderr(), "{text}");
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    say(&format!("· {command:?}"));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(fault) => Err(format!("{command:?} could not be started: {fault}")),
    }
}

/// Whether a command runs and succeeds, quietly.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
