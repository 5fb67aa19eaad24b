//! The handle that all stores share: the database, the sealers, the two writers.

use super::{
    error::ConnectError,
    messaging::inbox_writer::{self, InboxWriter},
    money::writer::{self as ledger_writer, LedgerWriter},
};
use crate::backend::Database;
use domain::money::clabe::ClabeIssuer;
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
    pub(crate) clabes: Option<Arc<ClabeIssuer>>,
}

impl Store {
    /// Opens the database without changing its tables. Its writers run on the caller's runtime.
    ///
    /// # Errors
    /// When the database can't be opened.
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
            clabes: None,
        })
    }

    /// The same store, which gives each wallet in pesos a CLABE when it is opened.
    #[must_use]
    pub fn with_clabes(mut self, issuer: Option<ClabeIssuer>) -> Self {
        self.clabes = issuer.map(Arc::new);
        self
    }

    /// Migrates the tables, and returns how many migrations ran.
    ///
    /// # Errors
    /// When a migration fails. Those before it stay.
    pub async fn migrate(&self) -> Result<usize, ConnectError> {
        self.database.migrate().await
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// When the database does not answer.
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
