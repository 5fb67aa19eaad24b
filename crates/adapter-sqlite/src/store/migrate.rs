//! Migrating the tables, and sealing what earlier versions wrote in the clear.

use super::{
    error::ConnectError,
    handle::{Store, with_causes},
    operations::{keys, schema_care},
    subjects::clear_rows,
};
use chrono::Utc;
use futures_util::FutureExt;
use ports::store_error::{StoreError, StoreResult};

impl Store {
    /// Migrates the tables, and returns how many migrations ran.
    ///
    /// # Errors
    /// When the database is newer than this program, when a migration was changed after it ran, and when a
    /// migration fails. Those before it stay.
    pub async fn migrate(&self) -> Result<usize, ConnectError> {
        use ports::operations::DatabaseCare;
        let failed = |error: StoreError| ConnectError::Migrate(with_causes(&error));
        let before = self.schema().await.map_err(failed)?;
        if !before.newer.is_empty() {
            let newer = before.newer.join(", ");
            return Err(ConnectError::Migrate(format!(
                "the database is newer than this program: {newer} ran"
            )));
        }
        if !before.changed.is_empty() {
            let changed = before.changed.join(", ");
            let complaint = format!("{changed} ran in another form; a migration that ran is never edited");
            return Err(ConnectError::Migrate(complaint));
        }
        let run = self.database.migrate().await?;
        let noted = self.database.write(|conn| schema_care::note_checksums(conn).boxed());
        noted.await.map_err(failed)?;
        self.keep_lookup_key().await.map_err(failed)?;
        let is_new = before.applied.is_empty();
        #[allow(
            clippy::disallowed_methods,
            reason = "it only says when keys were made, and nothing is decided by it"
        )]
        let now = Utc::now();
        clear_rows::seal_all(&self.database, &self.vault, is_new, now).await.map_err(failed)?;
        Ok(run)
    }

    /// Keeps the key of the hashes that rows are found by. The first one is kept for good.
    async fn keep_lookup_key(&self) -> StoreResult<()> {
        let sealer = self.sealer.clone();
        let kept = self
            .database
            .write(move |conn| async move { keys::keep_lookup_key(conn, sealer.as_ref()).await }.boxed());
        kept.await?;
        self.learn_lookup_key().await
    }
}
