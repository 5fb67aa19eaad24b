//! Copies of subjects' keys, which are kept apart from copies of the database, and restores from both.

use crate::{store_error::StoreResult, subject_keys::SubjectKeyId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::ids::UserId;

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

/// The name under which a person saw somebody who was erased, as the database keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptNameCopy {
    /// Who saw it.
    pub viewer: UserId,
    /// Who was erased.
    pub other: UserId,
    /// The name under the viewer's money key.
    pub sealed: Vec<u8>,
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

    /// Names that were kept of erased people, in the order of viewer and erased person, after `after`; at most 500.
    async fn copy_kept_names(&self, after: Option<(UserId, UserId)>) -> StoreResult<Vec<KeptNameCopy>>;

    /// Brings kept names back, in one transaction. A name that is here stays; one of people whom this database does not
    /// know is left out.
    async fn put_kept_names(&self, names: &[KeptNameCopy]) -> StoreResult<()>;

    /// Notes that keys are about to be brought back from a copy made at `made_at`: until `finish_restore`, people may be
    /// here who were erased, so nothing is served.
    async fn begin_restore(&self, made_at: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<()>;

    /// Notes that everything of the copy was applied.
    async fn finish_restore(&self, now: DateTime<Utc>) -> StoreResult<()>;

    /// True between `begin_restore` and `finish_restore`.
    async fn is_restore_open(&self) -> StoreResult<bool>;

    /// True if sealed rows need keys that are not here: the database is a copy without its keys.
    async fn are_keys_away(&self) -> StoreResult<bool>;
}
