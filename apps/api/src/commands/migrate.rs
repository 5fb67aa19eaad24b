//! `migrate`: brings the tables up to date, or shows which migrations ran.

use crate::{
    composition::{open_store, schema_complaint},
    config::{Purpose, Settings},
};
use application::error_chain::describe;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct MigrateArgs {
    /// Only show which migrations ran, which are missing, and which differ. Exits with 1 unless all is as it must be.
    #[arg(long)]
    status: bool,
}

impl MigrateArgs {
    pub(super) const fn purpose(&self) -> Purpose {
        if self.status { Purpose::Look } else { Purpose::Run }
    }
}

pub(super) async fn run(settings: &Settings, args: &MigrateArgs) -> Result<ExitCode, String> {
    let store = open_store(settings, args.purpose()).await.map_err(|fault| describe(&fault))?;
    if !args.status {
        let run = store.migrate().await.map_err(|fault| describe(&fault))?;
        return super::say(&format!("migrations run: {run}"));
    }
    let state = store.schema().await.map_err(|fault| describe(&fault))?;
    let mut lines = Vec::new();
    let groups = [
        (&state.applied, "ran"),
        (&state.missing, "missing"),
        (&state.changed, "changed"),
        (&state.newer, "newer"),
    ];
    for (versions, word) in groups {
        lines.extend(versions.iter().map(|version| (version.clone(), word)));
    }
    lines.sort();
    let lines: Vec<_> = lines.iter().map(|(version, word)| format!("{word:8} {version}")).collect();
    super::say(&lines.join("\n"))?;
    if state.is_current() {
        return Ok(ExitCode::SUCCESS);
    }
    super::say(&schema_complaint(&state))?;
    Ok(ExitCode::FAILURE)
}
