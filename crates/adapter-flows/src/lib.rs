//! Flows as files: TOML, one file a flow, and one for the catalogue it recommends from. Those of `flows/`
//! are built into the binary; more come from a folder. How they are written: `docs/flows.md`.

mod catalogue;
mod flow;
mod reader;
#[cfg(test)]
mod tests;

use domain::flow::{Flow, FlowBook, FlowFault, FlowFile};
use ports::stores::FlowEdition;
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// The flows that are built in, and their catalogues, by name.
const SHIPPED: [(&str, &str); 3] = [
    ("oncology-intake.toml", include_str!("../../../flows/oncology-intake.toml")),
    ("oncology-intake.catalogue.toml", include_str!("../../../flows/oncology-intake.catalogue.toml")),
    ("wallet-onboarding.toml", include_str!("../../../flows/wallet-onboarding.toml")),
];

const FLOW_ENDING: &str = ".toml";
/// What the names of files end with that are no flows.
const CATALOGUE_ENDING: &str = ".catalogue.toml";

/// Something wrong with a file: `FILE:LINE: reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// All flows at hand, and the texts they were read from.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// The flows.
    pub book: FlowBook,
    /// Their texts, to be kept.
    pub editions: Vec<FlowEdition>,
}

/// A flow, its text, and the file it came from.
struct ReadFlow {
    flow: Flow,
    edition: FlowEdition,
    file: String,
}

/// The flows that are built in, and those of a folder. A folder's newer edition of a flow that is built in
/// takes its place.
///
/// # Errors
/// With everything that is wrong with any of them.
pub fn load(folder: Option<&Path>) -> Result<Shelf, Vec<Complaint>> {
    let mut complaints = Vec::new();
    let mut flows = Vec::new();
    let mut take = |read: Result<ReadFlow, Vec<Complaint>>| match read {
        Ok(flow) => flows.push(flow),
        Err(faults) => complaints.extend(faults),
    };
    for (name, text) in SHIPPED.iter().filter(|(name, _)| is_flow(name)) {
        let catalogue = |wanted: &str| {
            let known = SHIPPED.iter().find(|(name, _)| *name == wanted);
            known.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "is not built in".to_owned())
        };
        take(read(name, text, "", &catalogue));
    }
    for file in folder.map(flow_files).transpose().map_err(|complaint| vec![complaint])?.unwrap_or_default() {
        take(read_file(&file));
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let files: Vec<String> = flows.iter().map(|read| read.file.clone()).collect();
    let (flows, editions) = flows.into_iter().map(|read| (read.flow, read.edition)).unzip();
    let book = FlowBook::new(flows).map_err(|faults| {
        let complain = |fault: domain::flow::BookFault| Complaint {
            file: files.get(fault.flow).cloned().unwrap_or_default(),
            line: fault.line,
            reason: fault.reason,
        };
        faults.into_iter().map(complain).collect::<Vec<_>>()
    })?;
    Ok(Shelf { book, editions })
}

/// Whether a file is a flow without a fault.
///
/// # Errors
/// With everything that is wrong with it.
pub fn check_file(file: &Path) -> Result<(), Vec<Complaint>> {
    read_file(file).map(|_flow| ())
}

/// Reads an edition that was kept.
///
/// # Errors
/// With everything that is wrong with it, should the way flows are written have changed since.
pub fn read_edition(edition: &FlowEdition) -> Result<Flow, Vec<Complaint>> {
    let name = format!("{} {}", edition.flow, edition.version);
    let catalogue = |_name: &str| edition.catalogue.clone().ok_or_else(|| "was not kept".to_owned());
    read(&name, &edition.source, "", &catalogue).map(|read| read.flow)
}

fn is_flow(name: &str) -> bool {
    name.ends_with(FLOW_ENDING) && !name.ends_with(CATALOGUE_ENDING)
}

/// The flows of a folder, in the order of their names.
fn flow_files(folder: &Path) -> Result<Vec<PathBuf>, Complaint> {
    let complain = |fault: std::io::Error| Complaint {
        file: folder.display().to_string(),
        line: 1,
        reason: format!("can't be read: {fault}"),
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(complain)? {
        let path = entry.map_err(complain)?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(is_flow) {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn read_file(file: &Path) -> Result<ReadFlow, Vec<Complaint>> {
    let shown = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|fault| {
        vec![Complaint { file: shown.clone(), line: 1, reason: format!("can't be read: {fault}") }]
    })?;
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    let catalogue = |name: &str| {
        // A catalogue lies beside its flow: nothing else is read.
        if name.contains(['/', '\\']) {
            return Err("must lie beside its flow".to_owned());
        }
        fs::read_to_string(folder.join(name)).map_err(|fault| format!("can't be read: {fault}"))
    };
    let beside = folder.join("x").display().to_string();
    read(&shown, &text, beside.strip_suffix('x').unwrap_or_default(), &catalogue)
}

/// Reads a flow and the catalogue it names; `beside` stands before the catalogue's name in complaints.
fn read(
    file: &str,
    text: &str,
    beside: &str,
    catalogue: &dyn Fn(&str) -> Result<String, String>,
) -> Result<ReadFlow, Vec<Complaint>> {
    let named = flow::catalogue_name(text);
    let complain = |faults: Vec<FlowFault>| -> Vec<Complaint> {
        let file_of = |fault: &FlowFault| match (&named, fault.file) {
            (Some(named), FlowFile::Catalogue) => format!("{beside}{named}"),
            _ => file.to_owned(),
        };
        faults
            .into_iter()
            .map(|fault| Complaint { file: file_of(&fault), line: fault.line, reason: fault.reason })
            .collect()
    };
    let (draft, catalogue) = flow::read(text, catalogue).map_err(complain)?;
    let flow = Flow::check(&draft).map_err(complain)?;
    let edition =
        FlowEdition { flow: flow.id().clone(), version: flow.version(), source: text.to_owned(), catalogue };
    Ok(ReadFlow { flow, edition, file: file.to_owned() })
}
