//! Why a store failed.

use thiserror::Error;

/// The store failed and wrote nothing, except when the reply to a commit was lost.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database can't be reached, is busy, or is broken.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The queue is too long; nothing was begun.
    #[error("the store is overloaded")]
    Overloaded,
    /// A stored row has a value that can't be read.
    #[error("a stored row can't be read: {0}")]
    Corrupt(String),
}

/// The result of every store method.
pub type StoreResult<T> = Result<T, StoreError>;
