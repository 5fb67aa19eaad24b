//! A folder for the files of the benchmark, on the disk of the repository, because /tmp may be memory.

use crate::root;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The folder. Dropping it removes it; the next run removes what an interrupted run left.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn make() -> Result<Self, String> {
        let folder = root()?.join("target/ventanilla-bench");
        match fs::remove_dir_all(&folder) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                return Err(format!("{}: {fault}", folder.display()));
            }
            _ => {}
        }
        fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        Ok(Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in the folder.
    pub(super) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The next run tries again.
        let _left = fs::remove_dir_all(&self.0);
    }
}
