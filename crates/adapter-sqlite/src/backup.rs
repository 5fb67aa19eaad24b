//! A copy of the database file, made while others write.

use crate::store::{ConnectError, Store};
use std::{fs, io, path::Path};

impl Store {
    /// Copies the database as it is now into a new file that only its owner can read.
    ///
    /// # Errors
    /// When the file exists, can't be written, or the database can't be read. Then there is no file.
    pub async fn backup(&self, file: &Path) -> Result<(), ConnectError> {
        let failed = |error: &dyn std::fmt::Display| ConnectError::Backup(error.to_string());
        let target = file.to_str().ok_or_else(|| failed(&"the file's name is not UTF-8"))?.to_owned();
        // SQLite fills an empty file, and leaves the mode that it has.
        create_private(file).map_err(|error| failed(&error))?;
        let copied = self.database.copy_into(target).await;
        let synced = copied.and_then(|()| {
            let written = fs::File::open(file).and_then(|file| file.sync_all());
            written.map_err(|error| failed(&error))
        });
        if synced.is_err() {
            // It was empty or partial; the first error is the one to report.
            let _removed = fs::remove_file(file);
        }
        synced
    }
}

/// Creates a file that only its owner can read. Fails if there is one.
fn create_private(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(|_file| ())
}
