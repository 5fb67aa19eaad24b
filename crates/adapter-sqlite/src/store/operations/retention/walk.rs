//! Looks through a table in the order of its ids, a part at a time: what is looked for has no age to be found by.

use crate::backend::DbId;
use uuid::Uuid;

/// Rows that are looked at in one transaction.
pub(super) const LOOKED_AT: i64 = 1_000;

/// The ids that are wanted among the rows of one look, and the last row that was looked at; `None`: there were no more.
pub(super) type Look = (Vec<DbId>, Option<DbId>);

/// Gathers ids over many looks.
pub(super) struct Walk {
    limit: usize,
    wanted: Vec<DbId>,
    after: Option<DbId>,
}

impl Walk {
    /// Gathers at most `limit` ids.
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, wanted: Vec::new(), after: Some(DbId(Uuid::nil())) }
    }

    /// The id after which to look next. `None`: enough was found, or there is nothing more.
    pub(super) fn next(&self) -> Option<DbId> {
        self.after.filter(|_| self.wanted.len() < self.limit)
    }

    pub(super) fn add(&mut self, (found, last): Look) {
        self.wanted.extend(found);
        self.after = last;
    }

    pub(super) fn ids(mut self) -> Vec<DbId> {
        self.wanted.truncate(self.limit);
        self.wanted
    }
}
