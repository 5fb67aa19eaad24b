//! Rules that no lint checks: every module starts with a `//!` line, files stay small, one word for one thing, and
//! the table of waits and bounds is true.

mod limits;
mod vocabulary;

use crate::root;
use std::{fs, path::Path};

const LINES_MAX: usize = 450;

/// What is read for its words, beside Rust sources.
const PROSE: [&str; 5] = ["md", "sql", "html", "js", "ftl"];

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 3] = ["target", "node_modules", ".git"];

/// Checks all sources below the repository's root.
pub(crate) fn run() -> Result<(), String> {
    let root = root()?;
    let mut complaints = limits::complaints(root);
    walk(root, root, &mut complaints).map_err(|error| error.to_string())?;
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn walk(folder: &Path, root: &Path, complaints: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        // A symbolic link leads to a folder that is checked where it lies.
        if entry.file_type()?.is_symlink() || SKIPPED.iter().any(|skipped| name == *skipped) {
            continue;
        }
        if path.is_dir() {
            walk(&path, root, complaints)?;
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let shown = path.strip_prefix(root).unwrap_or(&path);
        if extension == "rs" || PROSE.contains(&extension) {
            let text = fs::read_to_string(&path)?;
            if extension == "rs" {
                complaints.extend(source_complaints(shown, &text));
            }
            complaints.extend(vocabulary::complaints(shown, &text));
        }
    }
    Ok(())
}

fn source_complaints(path: &Path, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if !text.starts_with("//!") {
        complaints.push(format!("{}: the file must start with a //! line", path.display()));
    }
    if text.lines().count() > LINES_MAX {
        complaints.push(format!("{}: the file has more than {LINES_MAX} lines; split it", path.display()));
    }
    complaints
}
