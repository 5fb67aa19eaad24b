//! Errors of the database, and the store errors that the ports return.

use diesel_async::pooled_connection::deadpool::{BuildError, PoolError};
use group_commit::{CommitFault, GroupError};
use ports::store_error::StoreError;
use std::sync::Arc;
use thiserror::Error;

/// An error of the database.
#[derive(Debug, Error)]
pub(crate) enum SqlError {
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    #[error("no database connection")]
    Pool(#[from] PoolError),
    #[error("no database connection became free in time")]
    NoConnection,
    #[error("another program holds the database")]
    #[allow(dead_code, reason = "only where the whole database is one lock")]
    Held,
    #[error("the database did not answer in time; whether the work was done is unknown")]
    #[allow(dead_code, reason = "only where the database is another process")]
    TooLate,
    #[error("the commit was answered with a warning; whether it will last is unknown")]
    #[allow(dead_code, reason = "only where there are standbys")]
    Unproved,
    #[error("the database task ended early")]
    Ended(#[from] tokio::task::JoinError),
    #[error("a stored row can't be read: {0}")]
    Corrupt(String),
}

impl From<SqlError> for StoreError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Corrupt(what) => Self::Corrupt(what),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl CommitFault for SqlError {
    /// True when the error may come from the work itself. A lost connection does not.
    fn blames_the_work(&self) -> bool {
        use diesel::result::{DatabaseErrorKind, Error};
        match self {
            Self::Query(Error::DatabaseError(kind, _)) => {
                !matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
            }
            Self::Query(Error::BrokenTransactionManager) | Self::Pool(_) => false,
            Self::NoConnection | Self::Held | Self::TooLate | Self::Unproved => false,
            Self::Query(_) | Self::Ended(_) | Self::Corrupt(_) => true,
        }
    }

    fn began_nothing(&self) -> bool {
        matches!(self, Self::NoConnection | Self::Held)
    }
}

/// An error that several callers share.
#[derive(Debug, Error)]
#[error("{0}")]
struct SharedError(Arc<SqlError>);

pub(crate) fn of_group(error: GroupError<SqlError>) -> StoreError {
    match error {
        GroupError::Full => StoreError::Overloaded,
        GroupError::Ended => StoreError::Unavailable("the writer has ended".into()),
        GroupError::Failed(error) => match error.as_ref() {
            SqlError::Corrupt(what) => StoreError::Corrupt(what.clone()),
            _ => StoreError::Unavailable(Box::new(SharedError(error))),
        },
    }
}

/// The database can't be opened or migrated.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The connection pool can't be built.
    #[error("the connection pool can't be built")]
    Pool(#[from] BuildError),
    /// The database can't be opened or reached.
    #[error("the database can't be opened: {0}")]
    Open(String),
    /// There is no such file, and the caller only looks.
    #[error("there is no database at {0}; `ventanilla migrate` makes one")]
    Missing(String),
    /// The database can't be copied.
    #[error("the database can't be copied: {0}")]
    Backup(String),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migrate(String),
}
