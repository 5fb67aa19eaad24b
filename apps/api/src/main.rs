//! The binary `ventanilla`: it runs one command.

use clap::Parser;
use std::process::ExitCode;
use ventanilla::commands::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    run(Cli::parse()).await
}
