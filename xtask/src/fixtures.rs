//! `cargo xtask fixtures DIR` reads recorded webhook bodies with the adapters and compares the result with an
//! index.
//!
//! The folder contains `index.tsv` and one folder for each provider. The adapters decode the bodies; this
//! module only writes the result in the notation of the index.

mod meta;
mod telegram;
mod twilio;

use crate::say;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The columns of the index that describe the content of a body. The others describe its origin.
const COLUMNS: [&str; 8] =
    ["file", "item", "type", "phone_number_id_or_chat_or_to", "sender", "text_or_payload", "id", "timestamp"];

/// One item of a body (a message, a status, an update), in the notation of the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its number and the number of items: `1/2`.
    pub(crate) item: String,
    /// `message:text+context`, `status:read`, `update:poll`.
    pub(crate) kind: String,
    /// Our phone number id, our address, or the chat.
    pub(crate) place: String,
    /// The sender, or `to=` and the recipient.
    pub(crate) sender: String,
    /// The content of the item.
    pub(crate) payload: String,
    /// The provider's id of the item.
    pub(crate) id: String,
    /// Seconds since 1970.
    pub(crate) timestamp: String,
}

impl Row {
    /// The fields with their names in complaints.
    fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("item", &self.item),
            ("type", &self.kind),
            ("place", &self.place),
            ("sender", &self.sender),
            ("payload", &self.payload),
            ("id", &self.id),
            ("timestamp", &self.timestamp),
        ]
    }
}

/// Decodes every file of the folder and compares it with the index.
pub(crate) fn run(folder: &str) -> Result<(), String> {
    let folder = Path::new(folder);
    let index = read_index(&folder.join("index.tsv"))?;
    let present = files_of(folder)?;
    let mut complaints = Vec::new();
    for file in present.iter().filter(|file| !index.contains_key(*file)) {
        complaints.push(format!("{file}: not in the index"));
    }
    for (file, expected) in &index {
        if present.contains(file) {
            let body = fs::read(folder.join(file)).map_err(|fault| format!("{file}: {fault}"))?;
            complaints.extend(compare(file, expected, decode(file, &body)));
        } else {
            complaints.push(format!("{file}: in the index, but not in the folder"));
        }
    }
    for complaint in &complaints {
        say(complaint);
    }
    let rows: usize = index.values().map(Vec::len).sum();
    say(&format!("{rows} rows in {} files, {} differences", index.len(), complaints.len()));
    match (rows, complaints.len()) {
        (0, _) => Err("the index is empty".into()),
        (_, 0) => Ok(()),
        (_, count) => Err(format!("{count} differences")),
    }
}

/// Decodes a body with the adapter of its provider.
fn decode(file: &str, body: &[u8]) -> Result<Vec<Row>, String> {
    match file.split_once('/').map(|(provider, _)| provider) {
        Some("meta") => meta::rows(body),
        Some("telegram") => telegram::rows(body),
        Some("twilio") => Ok(twilio::rows(body)),
        _ => Err("no adapter decodes the files of this folder".into()),
    }
}

fn compare(file: &str, expected: &[Row], decoded: Result<Vec<Row>, String>) -> Vec<String> {
    let decoded = match decoded {
        Ok(rows) => rows,
        Err(fault) => return vec![format!("{file}: {fault}")],
    };
    let mut complaints = Vec::new();
    if expected.len() != decoded.len() {
        complaints.push(format!("{file}: {} rows, {} decoded", expected.len(), decoded.len()));
    }
    for (wanted, got) in expected.iter().zip(&decoded) {
        for ((name, wanted), (_, got)) in wanted.fields().into_iter().zip(got.fields()) {
            let agrees = if name == "payload" { begins_alike(wanted, got) } else { wanted == got };
            if !agrees {
                complaints.push(format!("{file}: {name}: «{wanted}», decoded «{got}»"));
            }
        }
    }
    complaints
}

/// True if the payloads are equal. The index cuts long payloads and ends them with `…`.
fn begins_alike(wanted: &str, got: &str) -> bool {
    wanted == got || wanted.strip_suffix('…').is_some_and(|beginning| got.starts_with(beginning))
}

/// The rows of the index by file, in order.
fn read_index(path: &Path) -> Result<BTreeMap<String, Vec<Row>>, String> {
    let text = fs::read(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(text.as_slice());
    let header = reader.headers().map_err(|fault| fault.to_string())?.clone();
    let place_of = |name: &str| {
        header.iter().position(|known| known == name).ok_or_else(|| format!("the index has no column {name}"))
    };
    let places = COLUMNS.into_iter().map(place_of).collect::<Result<Vec<_>, _>>()?;
    let mut index: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|fault| format!("the index: {fault}"))?;
        let mut cells = places.iter().map(|place| record.get(*place).unwrap_or_default().to_owned());
        let mut next = || cells.next().unwrap_or_default();
        let file = next();
        let row = Row {
            item: next(),
            kind: next(),
            place: next(),
            sender: next(),
            payload: next(),
            id: next(),
            timestamp: next(),
        };
        index.entry(file).or_default().push(row);
    }
    Ok(index)
}

/// The files of the provider folders, named as in the index.
fn files_of(folder: &Path) -> Result<BTreeSet<String>, String> {
    let list = |path: &Path| -> Result<Vec<fs::DirEntry>, String> {
        let entries = fs::read_dir(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        entries.collect::<Result<_, _>>().map_err(|fault| fault.to_string())
    };
    let mut files = BTreeSet::new();
    for provider in list(folder)?.iter().filter(|entry| entry.path().is_dir()) {
        for file in list(&provider.path())? {
            let names = [provider.file_name(), file.file_name()];
            files.insert(names.map(|name| name.to_string_lossy().into_owned()).join("/"));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(payload: &str) -> Row {
        Row { item: "1/1".into(), payload: payload.into(), ..Row::default() }
    }

    #[test]
    fn each_field_that_differs_is_named() {
        assert!(compare("a", &[row("hola")], Ok(vec![row("hola")])).is_empty());
        let complaints = compare("a", &[row("hola")], Ok(vec![Row { id: "7".into(), ..row("adiós") }]));
        assert_eq!(complaints, ["a: payload: «hola», decoded «adiós»", "a: id: «», decoded «7»"]);
    }

    #[test]
    fn a_missing_row_and_an_unreadable_body_are_disagreements() {
        assert_eq!(compare("a", &[row("x"), row("y")], Ok(vec![row("x")])), ["a: 2 rows, 1 decoded"]);
        assert_eq!(compare("a", &[row("x")], Err("no JSON".into())), ["a: no JSON"]);
    }

    #[test]
    fn only_what_the_index_cut_is_compared_by_its_beginning() {
        assert!(begins_alike("abc…", "abcdef"));
        assert!(!begins_alike("abc", "abcdef"));
        assert!(!begins_alike("abd…", "abcdef"));
    }
}
