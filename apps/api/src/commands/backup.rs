//! `backup`: copies a SQLite database while the server runs.

use crate::{
    composition::open_store,
    config::{Purpose, Settings},
    stores::Backup,
};
use application::error_chain::describe;
use clap::Args;
use std::{path::PathBuf, process::ExitCode};

#[derive(Args)]
pub(super) struct BackupArgs {
    /// The file to write. It must not exist.
    file: PathBuf,
}

pub(super) async fn run(settings: &Settings, args: &BackupArgs) -> Result<ExitCode, String> {
    let store = open_store(settings, Purpose::Look).await.map_err(|fault| describe(&fault))?;
    match store.backup(&args.file).await.map_err(|fault| describe(&fault))? {
        Backup::Done => super::say(&format!("the database was copied to {}", args.file.display())),
        Backup::OwnTools => {
            Err("PostgreSQL is backed up by its own tools: pg_basebackup with archived WAL, or pg_dump"
                .into())
        }
    }
}
