//! A copy of the database file, made while others write. It has no keys of subjects: they are copied apart.

use crate::store::{ConnectError, Store};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::{fs, io, path::Path};

/// Takes the bytes of the keys out of a copy, and out of its free pages. A key whose bytes are elsewhere is `away`:
/// nothing of its subject is opened or sealed, and no other key is made in its place.
const WITHOUT_KEYS: &str = "pragma journal_mode = delete; pragma secure_delete = on; \
                            update subject_keys set sealed = null, state = 'away' \
                            where state in ('live', 'blocked'); vacuum;";

impl Store {
    /// Copies the database as it is now into a new file that only its owner can read, without the keys of subjects.
    ///
    /// # Errors
    /// When the file exists, can't be written, or the database can't be read. Then there is no file.
    pub async fn backup(&self, file: &Path) -> Result<(), ConnectError> {
        let failed = |error: &dyn std::fmt::Display| ConnectError::Backup(error.to_string());
        let target = file.to_str().ok_or_else(|| failed(&"the file's name is not UTF-8"))?.to_owned();
        // SQLite fills an empty file, and leaves the mode that it has.
        create_private(file).map_err(|error| failed(&error))?;
        let copied = match self.database.copy_into(target.clone()).await {
            Ok(()) => without_keys(target).await,
            Err(fault) => Err(fault),
        };
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

async fn without_keys(copy: String) -> Result<(), ConnectError> {
    let strip = move || {
        let mut conn = SqliteConnection::establish(&copy).map_err(|error| error.to_string())?;
        conn.batch_execute(WITHOUT_KEYS).map_err(|error| error.to_string())
    };
    let stripped = tokio::task::spawn_blocking(strip).await;
    stripped.map_err(|error| error.to_string()).flatten().map_err(ConnectError::Backup)
}

/// Creates a file that only its owner can read. Fails if there is one.
fn create_private(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(|_file| ())
}
