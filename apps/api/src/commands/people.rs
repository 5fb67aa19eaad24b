//! `people import`: accounts for people from another system, from a CSV file.

use crate::{
    composition::{import_people, open_to_read},
    config::Settings,
};
use application::{
    accounts::import_people::{ImportError, ImportPeople, PersonRow},
    error_chain::describe,
};
use clap::Subcommand;
use csv::{ReaderBuilder, StringRecord};
use domain::{operations::audit::Actor, principal::Principal};
use ports::accounts::Imported;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The columns that a file may have.
const COLUMNS: [&str; 4] = ["email", "phone", "first_name", "last_name"];

#[derive(Subcommand)]
pub(super) enum PeopleCommand {
    /// Import people from a CSV file whose first line names its columns: `email`, and `phone`, `first_name`, `last_name`
    /// where they are known. Nothing is proved; people set a password by a reset link. Who has an account stays as
    /// they are, so a file can be imported again.
    Import {
        /// The file, in UTF-8.
        file: PathBuf,
    },
}

/// What became of the lines of a file.
#[derive(Default)]
struct Tally {
    imported: u64,
    known: u64,
    refused: u64,
}

pub(super) async fn run(settings: &Settings, command: &PeopleCommand) -> Result<ExitCode, String> {
    let PeopleCommand::Import { file } = command;
    let (columns, lines) = read(file)?;
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let people = import_people(settings, store);
    let mut tally = Tally::default();
    for (number, line) in lines {
        match line.and_then(|line| row_of(&columns, &line)) {
            Ok(row) => import(&people, number, &row, &mut tally).await?,
            Err(complaint) => refuse(number, &complaint, &mut tally),
        }
    }
    let Tally { imported, known, refused } = tally;
    super::say(&format!("{imported} people imported, {known} known before, {refused} lines refused"))?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn import(
    people: &ImportPeople,
    number: u64,
    row: &PersonRow,
    tally: &mut Tally,
) -> Result<(), String> {
    let actor = Actor {
        who: Principal::System,
        channel: "command".into(),
        request_id: format!("import line {number}"),
    };
    match people.import(row, &actor).await {
        Ok(Imported::Created(_)) => tally.imported = tally.imported.saturating_add(1),
        Ok(Imported::Known(_)) => tally.known = tally.known.saturating_add(1),
        Err(fault @ ImportError::BadField { .. }) => refuse(number, &fault.to_string(), tally),
        Err(ImportError::Store(fault)) => {
            return Err(format!(
                "line {number}: {}; the lines before it are imported, so import the file again",
                describe(&fault)
            ));
        }
    }
    Ok(())
}

fn refuse(number: u64, complaint: &str, tally: &mut Tally) {
    tally.refused = tally.refused.saturating_add(1);
    // If standard error is closed, the summary and the exit code still tell.
    let _written = writeln!(io::stderr(), "line {number}: {complaint}");
}

type Lines = Vec<(u64, Result<StringRecord, String>)>;

/// The names of the columns, and the lines with their numbers in the file.
fn read(file: &Path) -> Result<(Vec<String>, Lines), String> {
    let bytes = std::fs::read(file).map_err(|fault| format!("{} can't be read: {fault}", file.display()))?;
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.headers().map_err(|fault| format!("line 1: can't be read: {fault}"))?.clone();
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    if let Some(unknown) = columns.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        return Err(format!("line 1: {unknown} is no column; the columns are {}", COLUMNS.join(", ")));
    }
    if !columns.iter().any(|name| name == "email") {
        return Err("line 1: the column email is missing".to_owned());
    }
    let mut lines = Vec::new();
    let mut record = StringRecord::new();
    loop {
        let number = line_at(text, reader.position());
        match reader.read_record(&mut record) {
            Ok(false) => return Ok((columns, lines)),
            Ok(true) => lines.push((number, Ok(record.clone()))),
            Err(fault) if fault.is_io_error() => return Err(fault.to_string()),
            Err(_unreadable) => lines.push((number, Err("is not UTF-8".to_owned()))),
        }
    }
}

/// The number of the line on which the next record begins. The reader stands before the empty lines that it skips.
fn line_at(text: &[u8], position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|begin| text.get(begin..)).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line().saturating_add(u64::try_from(skipped.count()).unwrap_or_default())
}

/// A line as a person. A field that the line does not have is empty; one that no column names is refused.
fn row_of(columns: &[String], line: &StringRecord) -> Result<PersonRow, String> {
    if line.len() > columns.len() {
        return Err(format!("has {} fields, the file has {} columns", line.len(), columns.len()));
    }
    let field = |wanted: &str| {
        let found = columns.iter().zip(line).find(|(name, _)| name.as_str() == wanted);
        found.map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    Ok(PersonRow {
        email: field("email"),
        phone: field("phone"),
        first_name: field("first_name"),
        last_name: field("last_name"),
    })
}
