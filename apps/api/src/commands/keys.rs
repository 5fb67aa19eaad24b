//! `keys`: under which keys the stored rows are sealed, and sealing them anew.

use crate::{
    composition::{App, open_to_read},
    config::Settings,
    stores::Stores,
};
use application::error_chain::describe;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Show the encryption keys, and how many stored rows are sealed under each. Exits with 1 if rows need a
    /// key that is not set.
    Status,
    /// Seal every stored row anew under the first key. Afterwards the other keys can be removed.
    Reseal,
}

pub(super) async fn run(settings: Settings, command: &KeysCommand) -> Result<ExitCode, String> {
    match command {
        KeysCommand::Status => {
            let store = open_to_read(&settings).await.map_err(|fault| describe(&fault))?;
            status(&settings, store.as_ref()).await
        }
        KeysCommand::Reseal => {
            let app = App::build(settings).await.map_err(|fault| describe(&fault))?;
            reseal(&app.settings, app.operations.store.as_ref()).await
        }
    }
}

async fn status(settings: &Settings, store: &dyn Stores) -> Result<ExitCode, String> {
    let used = store.key_uses().await.map_err(|fault| describe(&fault))?;
    let noted = store.keys_in_use().await.map_err(|fault| describe(&fault))?;
    let set: Vec<&str> = settings.encryption_key.ids().collect();
    let rows = |key: &str| used.iter().find(|used| used.key_id == key).map_or(0, |used| used.rows);
    let mut lines = Vec::new();
    for (place, key) in set.iter().enumerate() {
        let role = match (place, rows(key)) {
            (0, _) => "seals",
            (_, 0) if !noted.iter().any(|noted| noted == key) => "can be removed",
            _ => "opens; `ventanilla keys reseal` makes it superfluous",
        };
        lines.push(format!("ENCRYPTION_KEY {key}: {} rows, {role}", rows(key)));
    }
    let missing: Vec<_> = used.iter().filter(|used| !set.contains(&used.key_id.as_str())).collect();
    for used in &missing {
        lines.push(format!("ENCRYPTION_KEY {}: {} rows, MISSING", used.key_id, used.rows));
    }
    super::say(&lines.join("\n"))?;
    Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn reseal(settings: &Settings, store: &dyn Stores) -> Result<ExitCode, String> {
    let newest = settings.encryption_key.ids().next().unwrap_or_default();
    let resealed = store.reseal().await.map_err(|fault| describe(&fault))?;
    store.forget_unused_keys(newest).await.map_err(|fault| describe(&fault))?;
    super::say(&format!("rows sealed anew under {newest}: {resealed}"))?;
    let left = store.key_uses().await.map_err(|fault| describe(&fault))?;
    let left: Vec<_> = left.iter().filter(|used| used.key_id != newest).collect();
    if left.is_empty() {
        return super::say("no row needs another key");
    }
    let left: Vec<_> = left.iter().map(|used| format!("{} ({} rows)", used.key_id, used.rows)).collect();
    Err(format!("a process still seals under {}: end or restart it, and run this again", left.join(", ")))
}
