//! `dead-letters`: lists what could not be processed, and tries it again.

use crate::{
    composition::{App, open_store},
    config::{Purpose, Settings},
};
use application::error_chain::describe;
use clap::Subcommand;
use ports::{
    operations::{DeadLetter, DeadLetters},
    pagination::PageRequest,
};
use std::process::ExitCode;
use uuid::Uuid;

/// Dead letters that are read at once.
const PAGE: i64 = 200;

#[derive(Subcommand)]
pub(super) enum DeadLettersCommand {
    /// List dead letters, newest first: id, kind, attempts, time, reason.
    List,
    /// Try a dead letter again. A message with an unknown outcome may then reach its recipient twice.
    Replay {
        /// The dead letter's id, as `list` shows it.
        id: Uuid,
    },
}

pub(super) async fn run(settings: Settings, command: &DeadLettersCommand) -> Result<ExitCode, String> {
    match command {
        DeadLettersCommand::List => {
            let store = open_store(&settings, Purpose::Look).await.map_err(|fault| describe(&fault))?;
            list(store.as_ref()).await
        }
        DeadLettersCommand::Replay { id } => {
            let app = App::build(settings).await.map_err(|fault| describe(&fault))?;
            match app.messaging.accept.replay(*id, &app.messaging.webhooks).await {
                Ok(Some(status)) => super::say(status.name()),
                Ok(None) => {
                    Err(format!("no dead letter has the id {id}; `ventanilla dead-letters list` shows them"))
                }
                Err(fault) => Err(describe(&fault)),
            }
        }
    }
}

async fn list(store: &(impl DeadLetters + ?Sized)) -> Result<ExitCode, String> {
    let mut page = PageRequest { limit: PAGE, after: None };
    loop {
        let found = store.dead_letters(&page).await.map_err(|fault| describe(&fault))?;
        let Some(last) = found.last() else { return Ok(ExitCode::SUCCESS) };
        page.after = Some(last.id.to_string());
        let lines: Vec<_> = found.iter().map(line).collect();
        super::say(&lines.join("\n"))?;
    }
}

fn line(dead_letter: &DeadLetter) -> String {
    let DeadLetter { id, kind, reason, attempts, at } = dead_letter;
    format!("{id}  {:8}  {attempts:2}  {}  {reason}", kind.name(), at.to_rfc3339())
}
