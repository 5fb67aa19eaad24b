//! Reads flows (questionnaires in the chat) from TOML files: one file for each flow, and one for each
//! catalogue that a flow recommends from. The flows in `flows/` are built into the binary; a folder can add
//! more. The format is described in `docs/flows.md`.
//!
//! [`load`] returns all flows or all complaints, [`check_file`] checks one file, and [`read_version`] reads a
//! version from the store.

mod catalogue;
mod flow;
mod reader;
#[cfg(test)]
mod tests;

use domain::messaging::flow::{Flow, FlowFault, FlowFile, FlowRegistry};
use ports::messaging::FlowVersion;
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// The built-in flows and catalogues: file name and text.
const SHIPPED: [(&str, &str); 3] = [
    ("oncology-intake.toml", include_str!("../flows/oncology-intake.toml")),
    ("oncology-intake.catalogue.toml", include_str!("../flows/oncology-intake.catalogue.toml")),
    ("wallet-onboarding.toml", include_str!("../flows/wallet-onboarding.toml")),
];

const FLOW_ENDING: &str = ".toml";
/// File name ending of catalogues, which are not flows.
const CATALOGUE_ENDING: &str = ".catalogue.toml";

/// A fault in a file. Displays as `FILE:LINE: reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The path of the file, or the file name of a built-in one.
    pub file: String,
    /// The line number, from 1.
    pub line: usize,
    /// What is wrong, in plain words for the author of the file.
    pub reason: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// All flows that were read, and their source texts.
#[derive(Clone, Debug)]
pub struct FlowLibrary {
    /// The flows, checked against each other.
    pub registry: FlowRegistry,
    /// The source text of each flow and version, for the store.
    pub versions: Vec<FlowVersion>,
}

/// A flow, its source text and its file.
struct ReadFlow {
    flow: Flow,
    version: FlowVersion,
    file: String,
}

/// Reads the built-in flows and those of `folder`. If a flow exists in several versions, people start with
/// the newest; a folder can so replace a built-in flow.
///
/// # Errors
/// Returns all faults of all files.
pub fn load(folder: Option<&Path>) -> Result<FlowLibrary, Vec<Complaint>> {
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
    let (flows, versions) = flows.into_iter().map(|read| (read.flow, read.version)).unzip();
    let registry = FlowRegistry::new(flows).map_err(|faults| {
        let complain = |fault: domain::messaging::flow::FlowRegistryError| Complaint {
            file: files.get(fault.flow).cloned().unwrap_or_default(),
            line: fault.line,
            reason: fault.reason,
        };
        faults.into_iter().map(complain).collect::<Vec<_>>()
    })?;
    Ok(FlowLibrary { registry, versions })
}

/// Checks that a file is a flow without faults.
///
/// # Errors
/// Returns all faults of the file and of its catalogue.
pub fn check_file(file: &Path) -> Result<(), Vec<Complaint>> {
    read_file(file).map(|_flow| ())
}

/// Reads a flow version from its stored source text.
///
/// # Errors
/// Returns all faults. A stored version has faults only if the file format has changed since.
pub fn read_version(version: &FlowVersion) -> Result<Flow, Vec<Complaint>> {
    let name = format!("{} {}", version.flow, version.version);
    let catalogue = |_name: &str| version.catalogue.clone().ok_or_else(|| "is not stored".to_owned());
    read(&name, &version.source, "", &catalogue).map(|read| read.flow)
}

fn is_flow(name: &str) -> bool {
    name.ends_with(FLOW_ENDING) && !name.ends_with(CATALOGUE_ENDING)
}

/// The flow files of a folder, sorted by name.
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
        // A catalogue must be in the folder of its flow: no other file may be read.
        if name.contains(['/', '\\']) {
            return Err("must be in the folder of its flow".to_owned());
        }
        fs::read_to_string(folder.join(name)).map_err(|fault| format!("can't be read: {fault}"))
    };
    let beside = folder.join("x").display().to_string();
    read(&shown, &text, beside.strip_suffix('x').unwrap_or_default(), &catalogue)
}

/// Reads a flow and its catalogue. `beside` is the folder to write before the catalogue's name in complaints.
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
    let version =
        FlowVersion { flow: flow.id().clone(), version: flow.version(), source: text.to_owned(), catalogue };
    Ok(ReadFlow { flow, version, file: file.to_owned() })
}

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
