//! `dead-letters`: what did not come through, and to have it tried again.

use crate::{composition::App, config::Settings, error_chain::describe};
use clap::Subcommand;
use ports::{
    operations::{DeadLetter, DeadLetters},
    pagination::PageRequest,
};
use std::process::ExitCode;
use uuid::Uuid;

/// Letters read at once.
const PAGE: i64 = 200;

#[derive(Subcommand)]
pub(super) enum DeadLettersCommand {
    /// List them, newest first: id, kind, tries, time, reason.
    List,
    /// Have one tried again. A message of ours of which nobody knows may then reach its recipient twice.
    Replay {
        /// Its id, as `list` tells it.
        id: Uuid,
    },
}

pub(super) async fn run(settings: Settings, command: &DeadLettersCommand) -> Result<ExitCode, String> {
    let app = App::build(settings).await.map_err(|fault| describe(&fault))?;
    match command {
        DeadLettersCommand::List => list(app.store.as_ref()).await,
        DeadLettersCommand::Replay { id } => match app.replay(*id).await {
            Ok(Some(status)) => super::say(status),
            Ok(None) => Err(format!("there is no dead letter {id}")),
            Err(fault) => Err(describe(&fault)),
        },
    }
}

async fn list(store: &(impl DeadLetters + ?Sized)) -> Result<ExitCode, String> {
    let mut page = PageRequest { limit: PAGE, after: None };
    loop {
        let letters = store.dead_letters(&page).await.map_err(|fault| describe(&fault))?;
        let Some(last) = letters.last() else { return Ok(ExitCode::SUCCESS) };
        page.after = Some(last.id.to_string());
        let lines: Vec<_> = letters.iter().map(line).collect();
        super::say(&lines.join("\n"))?;
    }
}

fn line(letter: &DeadLetter) -> String {
    let DeadLetter { id, kind, reason, attempts, at } = letter;
    format!("{id}  {:8}  {attempts:2}  {}  {reason}", kind.name(), at.to_rfc3339())
}
