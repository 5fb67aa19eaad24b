//! Two rules that no lint checks: every module starts with a `//!` line, and files stay small.

use crate::root;
use std::{fs, path::Path};

const LINES_MAX: usize = 700;

/// Checks all Rust sources below the repository's root.
pub(crate) fn run() -> Result<(), String> {
    let root = root()?;
    let mut complaints = Vec::new();
    for room in ["crates", "apps", "xtask"] {
        walk(&root.join(room), &mut complaints).map_err(|fault| fault.to_string())?;
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn walk(folder: &Path, complaints: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, complaints)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            if !text.starts_with("//!") {
                complaints.push(format!("{}: the file must start with a //! line", path.display()));
            }
            if text.lines().count() > LINES_MAX {
                complaints
                    .push(format!("{}: the file has more than {LINES_MAX} lines; split it", path.display()));
            }
        }
    }
    Ok(())
}
