//! After a restore: the keys come back that are still live, and people whom the journal names as erased are erased again.
//!
//! A copy of the database has no keys of subjects. They are copied apart, together with the journal of erasures, and
//! kept for a shorter time. So an old copy of the database with a newer copy of the keys opens nothing of a person who
//! was erased in between. What an erasure makes, and what can't be made again without the keys, is in the journal: the
//! identity that the law keeps, the receipt, and the names that others saw. It comes back as it was.

use crate::privacy::erase_person::{ErasePerson, Erased};
use chrono::{DateTime, Utc};
use domain::{ids::UserId, operations::audit::Actor};
use ports::{
    privacy::{Erasures, JournalEntry, KeptNameCopy, KeyCopies, KeyCopy, PutKeys},
    store_error::{StoreError, StoreResult},
    subject_keys::SubjectKeyId,
};
use std::sync::Arc;
use thiserror::Error;

/// Keys or names that are brought back in one transaction.
const BATCH: usize = 500;

/// Copies keys, and brings them back.
pub struct KeyBackup {
    keys: Arc<dyn KeyCopies>,
    erasures: Arc<dyn Erasures>,
    erase: ErasePerson,
}

/// A line of a copy.
#[derive(Clone, PartialEq, Eq)]
pub enum CopyLine {
    /// A subject's key, sealed under `ENCRYPTION_KEY`.
    Key(KeyCopy),
    /// An erasure that was asked for, has begun, or is done.
    Erasure(JournalEntry),
    /// The name under which somebody saw an erased person, sealed under the viewer's key.
    KeptName(KeptNameCopy),
}

/// Why keys were not copied, or not brought back.
#[derive(Debug, Error)]
pub enum KeyCopyError {
    /// The file can't be read or written.
    #[error("{0}")]
    File(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a reapply did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reapplied {
    /// What became of the keys.
    pub keys: PutKeys,
    /// People who were erased again.
    pub erased: u64,
    /// People of the journal whom this database does not know.
    pub unknown: u64,
}

impl KeyBackup {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(keys: Arc<dyn KeyCopies>, erasures: Arc<dyn Erasures>, erase: ErasePerson) -> Self {
        Self { keys, erasures, erase }
    }

    /// Copies all keys and the journal, line by line. Returns how many lines.
    #[tracing::instrument(name = "copy_keys", level = "debug", skip_all)]
    pub async fn copy(
        &self,
        write: &mut (dyn FnMut(CopyLine) -> Result<(), KeyCopyError> + Send),
    ) -> Result<u64, KeyCopyError> {
        let mut lines = 0_u64;
        let mut put = |line| {
            lines = lines.saturating_add(1);
            write(line)
        };
        let mut after: Option<SubjectKeyId> = None;
        loop {
            let page = self.keys.copy_keys(after).await?;
            let Some(last) = page.last().map(|key| key.id) else { break };
            after = Some(last);
            page.into_iter().try_for_each(|key| put(CopyLine::Key(key)))?;
        }
        // After the keys: of who is erased meanwhile the journal has all that a restore needs, and it ends their keys.
        let mut after: Option<UserId> = None;
        loop {
            let page = self.erasures.erasure_journal(after).await?;
            let Some(last) = page.last().map(|entry| entry.user) else { break };
            after = Some(last);
            page.into_iter().try_for_each(|entry| put(CopyLine::Erasure(entry)))?;
        }
        let mut after: Option<(UserId, UserId)> = None;
        loop {
            let page = self.keys.copy_kept_names(after).await?;
            let Some(last) = page.last().map(|name| (name.viewer, name.other)) else { break };
            after = Some(last);
            page.into_iter().try_for_each(|name| put(CopyLine::KeptName(name)))?;
        }
        Ok(lines)
    }

    /// Brings keys back, and erases again who was erased. `lines` gives the lines of a copy that was made at
    /// `made_at`; they may come in any order. Until all of it is done, nothing is served.
    ///
    /// # Errors
    /// When a line can't be read. What was brought back before stays, and the whole can be done again.
    #[tracing::instrument(name = "reapply", level = "debug", skip_all)]
    pub async fn reapply(
        &self,
        lines: &mut (dyn Iterator<Item = Result<CopyLine, KeyCopyError>> + Send),
        made_at: DateTime<Utc>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Reapplied, KeyCopyError> {
        self.keys.begin_restore(made_at, now).await?;
        let mut done = Reapplied::default();
        let (begun, asked) = self.bring_back(lines, &mut done, now).await?;
        let erased_before: Vec<UserId> = begun.iter().map(|entry| entry.user).collect();
        self.erasures.restore_wishes(&asked, &erased_before, made_at, actor, now).await?;
        for entry in begun {
            match self.erase.erase_again(entry, actor).await? {
                Erased::Done(_) => done.erased = done.erased.saturating_add(1),
                Erased::InTheWay(_) | Erased::NotDue | Erased::NoSuchPerson => {
                    done.unknown = done.unknown.saturating_add(1);
                }
            }
        }
        // The copy is whole: what it doesn't have was deleted since, with the rows that it sealed.
        done.keys.ended = done.keys.ended.saturating_add(self.keys.end_missing(made_at, now).await?);
        self.keys.finish_restore(now).await?;
        Ok(done)
    }

    /// Brings keys and names back. Returns the erasures that had begun, and those that were only asked for.
    async fn bring_back(
        &self,
        lines: &mut (dyn Iterator<Item = Result<CopyLine, KeyCopyError>> + Send),
        done: &mut Reapplied,
        now: DateTime<Utc>,
    ) -> Result<(Vec<JournalEntry>, Vec<JournalEntry>), KeyCopyError> {
        let (mut keys, mut names) = (Vec::new(), Vec::new());
        let (mut begun, mut asked) = (Vec::new(), Vec::new());
        for line in lines {
            match line? {
                CopyLine::Erasure(entry) if entry.has_begun => begun.push(entry),
                CopyLine::Erasure(entry) => asked.push(entry),
                CopyLine::Key(key) => keys.push(key),
                CopyLine::KeptName(name) => names.push(name),
            }
            if keys.len() >= BATCH {
                self.put(&mut keys, done, now).await?;
            }
            if names.len() >= BATCH {
                self.keys.put_kept_names(&names).await?;
                names.clear();
            }
        }
        self.put(&mut keys, done, now).await?;
        self.keys.put_kept_names(&names).await?;
        Ok((begun, asked))
    }

    async fn put(
        &self,
        batch: &mut Vec<KeyCopy>,
        done: &mut Reapplied,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let put = self.keys.put_keys(batch, now).await?;
        batch.clear();
        done.keys.restored = done.keys.restored.saturating_add(put.restored);
        done.keys.ended = done.keys.ended.saturating_add(put.ended);
        Ok(())
    }
}
