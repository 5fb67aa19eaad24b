//! The store as one trait, for both databases.

use crate::config::DatabaseAddress;
use async_trait::async_trait;
use domain::money::clabe::ClabeIssuer;
use ports::{
    crypto::{AuditSealer, Sealer},
    store_error::StoreResult,
};
use secrecy::ExposeSecret;
use std::sync::Arc;

/// The database can't be opened or migrated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// The SQLite file failed.
    #[error(transparent)]
    Sqlite(#[from] adapter_sqlite::ConnectError),
    /// The PostgreSQL server failed.
    #[error(transparent)]
    Postgres(#[from] adapter_postgres::ConnectError),
}

/// All ports of the store, with migrations and a health check.
#[async_trait]
pub(crate) trait Stores: ports::stores::Stores {
    /// Runs the pending migrations; returns how many were run.
    async fn migrate(&self) -> Result<usize, DatabaseError>;

    /// Succeeds if the database answers.
    async fn ping(&self) -> StoreResult<()>;
}

#[async_trait]
impl Stores for adapter_sqlite::Store {
    async fn migrate(&self) -> Result<usize, DatabaseError> {
        Ok(Self::migrate(self).await?)
    }

    async fn ping(&self) -> StoreResult<()> {
        Self::ping(self).await
    }
}

#[async_trait]
impl Stores for adapter_postgres::Store {
    async fn migrate(&self) -> Result<usize, DatabaseError> {
        Ok(Self::migrate(self).await?)
    }

    async fn ping(&self) -> StoreResult<()> {
        Self::ping(self).await
    }
}

/// Opens the database that the settings name.
pub(crate) async fn open(
    address: &DatabaseAddress,
    sealer: Arc<dyn Sealer>,
    audit_sealer: Arc<dyn AuditSealer>,
    clabes: Option<ClabeIssuer>,
) -> Result<Arc<dyn Stores>, DatabaseError> {
    Ok(match address {
        DatabaseAddress::Sqlite(path) => {
            let store = adapter_sqlite::Store::connect(path, sealer, audit_sealer).await?;
            Arc::new(store.with_clabes(clabes))
        }
        DatabaseAddress::Postgres(url) => {
            let store = adapter_postgres::Store::connect(url.expose_secret(), sealer, audit_sealer).await?;
            Arc::new(store.with_clabes(clabes))
        }
    })
}
