//! The handle that all stores share: the database, the sealers, the two writers.

use super::{
    error::ConnectError,
    messaging::inbox_writer::{self, InboxWriter},
    money::writer::{self as ledger_writer, LedgerWriter},
};
use crate::backend::Database;
use ports::{
    crypto::{AuditSealer, Sealer},
    store_error::StoreResult,
};
use std::sync::Arc;

/// All stores over one database.
#[derive(Clone)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) audit_sealer: Arc<dyn AuditSealer>,
    pub(crate) ledger_writer: LedgerWriter,
    pub(crate) inbox_writer: InboxWriter,
}

impl Store {
    /// Opens the database without touching its tables. Its writers run on the runtime of the caller.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn connect(
        address: &str,
        sealer: Arc<dyn Sealer>,
        audit_sealer: Arc<dyn AuditSealer>,
    ) -> Result<Self, ConnectError> {
        let database = Database::connect(address).await?;
        Ok(Self {
            ledger_writer: ledger_writer::writer(&database, &sealer),
            inbox_writer: inbox_writer::writer(&database, &sealer),
            database,
            sealer,
            audit_sealer,
        })
    }

    /// Brings the tables up to date; how many migrations were run.
    ///
    /// # Errors
    /// When one fails; those before it stay.
    pub async fn migrate(&self) -> Result<usize, ConnectError> {
        self.database.migrate().await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> StoreResult<()> {
        use diesel_async::RunQueryDsl;
        use futures_util::FutureExt;
        self.database
            .query(|conn| {
                async move {
                    diesel::sql_query("select 1").execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
