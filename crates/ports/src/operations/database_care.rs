//! The database itself: the version of its tables, whether it can be written to, and the keys that its rows need.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// The migrations that ran, compared with those of this program. Each is named by its version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaState {
    /// Ran, and known to this program.
    pub applied: Vec<String>,
    /// Known to this program, and did not run: `migrate` runs them.
    pub missing: Vec<String>,
    /// Ran, and unknown to this program: the database is newer than it.
    pub newer: Vec<String>,
    /// Ran in another form than this program has.
    pub changed: Vec<String>,
    /// Parts of the tables whose rows an earlier version wrote in the clear, and `migrate` has not sealed yet.
    pub unsealed: Vec<String>,
}

impl SchemaState {
    /// True if the tables are those that this program expects, and their rows are sealed.
    #[must_use]
    pub const fn is_current(&self) -> bool {
        self.missing.is_empty()
            && self.newer.is_empty()
            && self.changed.is_empty()
            && self.unsealed.is_empty()
    }
}

/// How many rows need a key to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The key's id.
    pub key_id: String,
    /// Rows that are sealed under it.
    pub rows: u64,
}

/// A derived key that outlives the secret it comes from. No `Debug`: it is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// What it is for, such as `audit/v1`.
    pub purpose: String,
    /// The id of the secret that it was derived from.
    pub key_id: String,
    /// The key.
    pub key: [u8; 32],
}

/// Looks after the database.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DatabaseCare: Send + Sync {
    /// Compares the tables with what this program expects. Works on an empty database too.
    async fn schema(&self) -> StoreResult<SchemaState>;

    /// Writes and commits one row, to see whether writes succeed.
    async fn probe_write(&self, now: DateTime<Utc>) -> StoreResult<()>;

    /// The ids of the keys that sealed rows may need, in alphabetical order.
    async fn keys_in_use(&self) -> StoreResult<Vec<String>>;

    /// Remembers that rows may need this key.
    async fn use_key(&self, key_id: &str, now: DateTime<Utc>) -> StoreResult<()>;

    /// Counts the sealed rows by their key, over all rows.
    async fn key_uses(&self) -> StoreResult<Vec<KeyUse>>;

    /// Seals rows anew that are not sealed under the newest key, over all rows. Returns how many. A row that changes
    /// meanwhile keeps its change.
    ///
    /// # Errors
    /// `Corrupt` if the key of a row is not known: the rows before it stay sealed anew.
    async fn reseal(&self) -> StoreResult<u64>;

    /// Forgets keys that no row needs any more, except `newest`. Returns their ids.
    async fn forget_unused_keys(&self, newest: &str) -> StoreResult<Vec<String>>;

    /// The kept keys, opened.
    ///
    /// # Errors
    /// `Corrupt` if one can't be opened: the secret under that id is another one.
    async fn kept_keys(&self) -> StoreResult<Vec<KeptKey>>;

    /// Keeps a key, sealed. One that is kept already stays.
    async fn keep_key(&self, key: &KeptKey) -> StoreResult<()>;
}
