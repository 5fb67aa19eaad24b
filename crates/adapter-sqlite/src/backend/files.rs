//! The database's files: they hold people's data, so only their owner may read them.

use crate::store::error::ConnectError;
use std::{fs, io, path::Path};

/// Makes the file ready to be opened. With `must_exist` a missing file is an error, and nothing is made.
pub(super) fn prepare(path: &str, must_exist: bool) -> Result<(), ConnectError> {
    // A URI has parameters that only SQLite reads.
    if path.starts_with("file:") {
        return Ok(());
    }
    let file = Path::new(path);
    if must_exist && !file.exists() {
        return Err(ConnectError::Missing(path.to_owned()));
    }
    let failed = |error: io::Error| ConnectError::Open(format!("{path}: {error}"));
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !must_exist) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if !must_exist {
        create(file).map_err(failed)?;
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let closed = close(Path::new(&format!("{path}{suffix}")));
        // Who may only look may not be the owner.
        if !must_exist {
            closed.map_err(failed)?;
        }
    }
    Ok(())
}

/// SQLite gives the files beside the database the database's mode.
fn create(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(|_file| ())
}

/// Takes the others' rights from a file that is there.
#[cfg(unix)]
fn close(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match fs::metadata(file) {
        Ok(found) => found.permissions().mode(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn close(_file: &Path) -> io::Result<()> {
    Ok(())
}
