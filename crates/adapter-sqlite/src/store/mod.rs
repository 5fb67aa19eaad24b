//! The stores themselves: Diesel source shared between databases; only `backend` differs.

mod accounts;
mod error;
mod messaging;
pub(crate) mod money;
mod operations;
pub(crate) mod rows;
pub(crate) mod schema;
mod verification;

pub use self::error::ConnectError;
pub(crate) use self::error::SqlError;

use self::{
    messaging::inbox::{self, InboxWriter},
    money::LedgerWriter,
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
    database: Database,
    sealer: Arc<dyn Sealer>,
    audit_sealer: Arc<dyn AuditSealer>,
    ledger_writer: LedgerWriter,
    inbox_writer: InboxWriter,
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
            ledger_writer: money::writer(&database, &sealer),
            inbox_writer: inbox::writer(&database, &sealer),
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
