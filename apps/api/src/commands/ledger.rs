//! `ledger verify`: checks every rule of the ledger, over all rows.

use crate::{
    composition::open_store,
    config::{Purpose, Settings},
};
use application::error_chain::describe;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum LedgerCommand {
    /// Check every rule of the ledger. Fails if one is broken, and says which and where.
    Verify,
}

pub(super) async fn run(settings: &Settings, command: &LedgerCommand) -> Result<ExitCode, String> {
    match command {
        LedgerCommand::Verify => {
            let store = open_store(settings, Purpose::Look).await.map_err(|fault| describe(&fault))?;
            let faults = store.verify().await.map_err(|fault| describe(&fault))?;
            if faults.is_empty() {
                return super::say("the ledger is sound");
            }
            let lines: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.rule, fault.subject)).collect();
            super::say(&lines.join("\n"))?;
            Ok(ExitCode::FAILURE)
        }
    }
}
