//! Files that hold files.

use chrono::{DateTime, Utc};
use thiserror::Error;

/// The archive can't be written.
#[derive(Debug, Error)]
#[error("the archive can't be written: {0}")]
pub struct ArchiveError(pub String);

/// A file that holds files, written from its beginning to its end. What is written is taken from it in pieces, so that
/// it never stands whole in memory.
pub trait Archive: Send {
    /// Begins a file. It ends the one before.
    ///
    /// # Errors
    /// When the name can't be used.
    fn begin(&mut self, name: &str) -> Result<(), ArchiveError>;

    /// Adds to the file that was begun.
    ///
    /// # Errors
    /// When none was begun.
    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError>;

    /// Ends the archive.
    ///
    /// # Errors
    /// When it was ended before.
    fn finish(&mut self) -> Result<(), ArchiveError>;

    /// How many bytes wait to be taken.
    fn waiting(&self) -> usize;

    /// Takes what was written since the last call.
    fn take(&mut self) -> Vec<u8>;
}

/// Makes archives.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Archives: Send + Sync {
    /// A new one. Its files bear this time.
    fn archive(&self, now: DateTime<Utc>) -> Box<dyn Archive>;
}
