//! `flow check`: checks a flow's file.

use clap::Subcommand;
use std::{path::PathBuf, process::ExitCode};

#[derive(Subcommand)]
pub(super) enum FlowCommand {
    /// Check a flow and the catalogue it names. Each error is shown with file, line and reason.
    Check {
        /// Path of the flow's TOML file.
        file: PathBuf,
    },
}

pub(super) fn run(command: &FlowCommand) -> Result<ExitCode, String> {
    let FlowCommand::Check { file } = command;
    match adapter_flows::check_file(file) {
        Ok(()) => super::say("ok"),
        Err(complaints) => {
            let lines: Vec<_> = complaints.iter().map(ToString::to_string).collect();
            super::say(&lines.join("\n"))?;
            Ok(ExitCode::FAILURE)
        }
    }
}
