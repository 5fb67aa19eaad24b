//! The stores themselves: Diesel source shared between databases; only `backend` differs.

mod answers;
mod identities;
mod inbox;
mod ledger;
mod outbox;
mod rows;
mod schema;
mod turns;
mod verifications;

use crate::backend::{ConnectError, Database};
use ports::{crypto::Sealer, stores::StoreResult};
use std::sync::Arc;

/// All stores over one database.
#[derive(Clone)]
pub struct Store {
    database: Database,
    sealer: Arc<dyn Sealer>,
}

impl Store {
    /// Opens the database without touching its tables.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn connect(address: &str, sealer: Arc<dyn Sealer>) -> Result<Self, ConnectError> {
        Ok(Self { database: Database::connect(address).await?, sealer })
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
            .read(|conn| {
                async move {
                    diesel::sql_query("select 1").execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
