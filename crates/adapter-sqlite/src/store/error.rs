//! Faults below the ports, and what the ports call them.

use diesel_async::pooled_connection::deadpool::{BuildError, PoolError};
use group_commit::{CommitFault, GroupError};
use ports::store_error::StoreError;
use std::sync::Arc;
use thiserror::Error;

/// A fault below a port.
#[derive(Debug, Error)]
pub(crate) enum SqlError {
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    #[error("no connection")]
    Pool(#[from] PoolError),
    #[error("the work ended before its time")]
    Ended(#[from] tokio::task::JoinError),
    #[error("a stored row can't be read: {0}")]
    Corrupt(String),
}

impl From<SqlError> for StoreError {
    fn from(fault: SqlError) -> Self {
        match fault {
            SqlError::Corrupt(what) => Self::Corrupt(what),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl CommitFault for SqlError {
    /// What a query complains of may be the work's; a connection that is gone is nobody's.
    fn blames_the_work(&self) -> bool {
        use diesel::result::{DatabaseErrorKind, Error};
        match self {
            Self::Query(Error::DatabaseError(kind, _)) => {
                !matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
            }
            Self::Query(Error::BrokenTransactionManager) | Self::Pool(_) => false,
            Self::Query(_) | Self::Ended(_) | Self::Corrupt(_) => true,
        }
    }
}

/// A fault that several callers share.
#[derive(Debug, Error)]
#[error("{0}")]
struct SharedFault(Arc<SqlError>);

pub(crate) fn of_group(error: GroupError<SqlError>) -> StoreError {
    match error {
        GroupError::Full => StoreError::Overloaded,
        GroupError::Ended => StoreError::Unavailable("the writer has ended".into()),
        GroupError::Failed(fault) => match fault.as_ref() {
            SqlError::Corrupt(what) => StoreError::Corrupt(what.clone()),
            _ => StoreError::Unavailable(Box::new(SharedFault(fault))),
        },
    }
}

/// The database can't be opened or brought up to date.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The pool can't be built.
    #[error("the connection pool can't be built")]
    Pool(#[from] BuildError),
    /// It can't be opened or reached.
    #[error("the database can't be opened: {0}")]
    Open(String),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migrate(String),
}
