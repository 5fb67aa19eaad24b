//! `backup`: copies a SQLite database while the server runs, and the keys of subjects into a file of their own.

use super::privacy::{keys_beside, write_keys};
use crate::{
    composition::{PrivacyCommands, open_store, open_to_read},
    config::{Purpose, Settings},
    stores::{Backup, Stores},
};
use application::error_chain::describe;
use clap::Args;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

#[derive(Args)]
pub(super) struct BackupArgs {
    /// The file to write. It must not exist. The keys of people go into FILE.keys: keep both, and in two places.
    file: PathBuf,
    /// Copy only the keys of people and the journal of erasures, into this file. For PostgreSQL, and more often than the
    /// database.
    #[arg(long)]
    keys_only: bool,
}

pub(super) async fn run(settings: &Settings, args: &BackupArgs) -> Result<ExitCode, String> {
    if args.keys_only {
        let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
        let lines = copy_keys(settings, store, &args.file).await?;
        return super::say(&format!("{lines} keys and erasures were copied to {}", args.file.display()));
    }
    let store = open_store(settings, Purpose::Look).await.map_err(|fault| describe(&fault))?;
    let name = args.file.to_str().ok_or("the file's name is not UTF-8")?;
    let keys = keys_beside(name);
    if keys.exists() {
        return Err(format!("{} exists", keys.display()));
    }
    match store.backup(&args.file).await.map_err(|fault| describe(&fault))? {
        Backup::Done => {
            // After the database: a key that ended since is not brought back.
            let copied = copy_keys(settings, store, &keys).await;
            if copied.is_err() {
                // Without its keys it is of no use; the first error is the one to report.
                let _removed = fs::remove_file(&args.file);
            }
            copied?;
            super::say(&format!(
                "the database was copied to {}\nthe keys of people were copied to {}; keep them apart, and for a shorter time",
                args.file.display(),
                keys.display()
            ))
        }
        Backup::OwnTools => Err("PostgreSQL is backed up by its own tools: pg_basebackup with archived WAL, or \
                                 pg_dump --exclude-table-data=subject_keys. The keys of people are copied apart: \
                                 ventanilla backup --keys-only FILE"
            .into()),
    }
}

async fn copy_keys(settings: &Settings, store: Arc<dyn Stores>, file: &Path) -> Result<u64, String> {
    let app = PrivacyCommands::build(settings, store);
    let written = write_keys(&app.keys, file, app.kernel.now()).await;
    written.map_err(|fault| format!("{}: {}", file.display(), describe(&fault)))
}
