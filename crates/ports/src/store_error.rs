//! Why a store could not do what was asked.

use thiserror::Error;

/// The store could not do it; nothing of it was done, unless the reply to a commit was lost.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Out of reach, busy or broken.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More is queued than can be done soon; nothing was begun.
    #[error("the store is overloaded")]
    Overloaded,
    /// A row can't be read as what it should be.
    #[error("a stored row can't be read: {0}")]
    Corrupt(String),
}

/// What stores return.
pub type StoreResult<T> = Result<T, StoreError>;
