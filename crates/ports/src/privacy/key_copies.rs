//! Copies of subjects' keys, which are kept apart from copies of the database.

use crate::{store_error::StoreResult, subject_keys::SubjectKeyId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It opens and seals.
    Live,
    /// It opens only for an administrator with a reason.
    Blocked,
    /// Its bytes are gone for good.
    Destroyed,
}

impl KeyState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Live, Self::Blocked, Self::Destroyed];

    /// The name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Blocked => "blocked",
            Self::Destroyed => "destroyed",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A key as the database keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyCopy {
    /// Whose key it is.
    pub id: SubjectKeyId,
    /// Its state.
    pub state: KeyState,
    /// The key under `ENCRYPTION_KEY`; `None` when it is destroyed.
    pub sealed: Option<Vec<u8>>,
}

/// What became of keys that were brought back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PutKeys {
    /// Keys whose bytes are back.
    pub restored: u64,
    /// Keys that the database had, and that are blocked or destroyed now as in the copy.
    pub ended: u64,
}

/// Reads keys for a copy, and brings them back.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait KeyCopies: Send + Sync {
    /// Keys as they are stored, in the order of their ids, after `after`; at most 500.
    async fn copy_keys(&self, after: Option<SubjectKeyId>) -> StoreResult<Vec<KeyCopy>>;

    /// Brings keys back, in one transaction. A key is never opened further than it is: what is blocked or destroyed here
    /// stays so.
    async fn put_keys(&self, keys: &[KeyCopy], now: DateTime<Utc>) -> StoreResult<PutKeys>;

    /// Ends the keys that are away and were not in a whole copy made at `made_at`: they were deleted before it. Returns how
    /// many.
    async fn end_missing(&self, made_at: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<u64>;

    /// True if sealed rows need keys that are not here: the database is a copy without its keys.
    async fn are_keys_away(&self) -> StoreResult<bool>;
}
