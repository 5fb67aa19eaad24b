//! The store as one trait, for both databases.

use crate::config::DatabaseAddress;
use adapter_sqlite::ConnectOptions;
use async_trait::async_trait;
use domain::money::clabe::ClabeIssuer;
use ports::{
    crypto::{AuditSealer, Sealer},
    store_error::StoreResult,
};
use secrecy::ExposeSecret;
use std::{path::Path, sync::Arc, time::Duration};

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

    /// Copies the database into a new file.
    async fn backup(&self, file: &Path) -> Result<Backup, DatabaseError>;
}

/// The outcome of a backup.
pub(crate) enum Backup {
    /// The file holds the database.
    Done,
    /// This database has its own tools for that.
    OwnTools,
}

#[async_trait]
impl Stores for adapter_sqlite::Store {
    async fn migrate(&self) -> Result<usize, DatabaseError> {
        Ok(Self::migrate(self).await?)
    }

    async fn ping(&self) -> StoreResult<()> {
        Self::ping(self).await
    }

    async fn backup(&self, file: &Path) -> Result<Backup, DatabaseError> {
        Self::backup(self, file).await?;
        Ok(Backup::Done)
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

    async fn backup(&self, _file: &Path) -> Result<Backup, DatabaseError> {
        Ok(Backup::OwnTools)
    }
}

/// How the database is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    /// True: a file that is missing is not made.
    pub(crate) must_exist: bool,
    /// Connections to a server for requests and workers.
    pub(crate) pool_size: usize,
    /// False: no statement is prepared ahead.
    pub(crate) statement_cache: bool,
    /// True: callers wait in requests, so a transaction ends in time for them.
    pub(crate) serves: bool,
}

impl Opening {
    /// Longest time of one transaction.
    fn deadline(self) -> Duration {
        let ConnectOptions { deadline, .. } = ConnectOptions::default();
        if self.serves { ConnectOptions::SERVING_DEADLINE } else { deadline }
    }
}

/// Opens the database that the settings name.
pub(crate) async fn open(
    address: &DatabaseAddress,
    opening: Opening,
    sealer: Arc<dyn Sealer>,
    audit_sealer: Arc<dyn AuditSealer>,
    clabes: Option<ClabeIssuer>,
) -> Result<Arc<dyn Stores>, DatabaseError> {
    let Opening { must_exist, pool_size, statement_cache, .. } = opening;
    let deadline = opening.deadline();
    Ok(match address {
        DatabaseAddress::Sqlite(path) => {
            let options = ConnectOptions { must_exist, pool_size, statement_cache, deadline };
            let store = adapter_sqlite::Store::connect_with(path, options, sealer, audit_sealer).await?;
            Arc::new(store.with_clabes(clabes))
        }
        DatabaseAddress::Postgres(url) => {
            let options =
                adapter_postgres::ConnectOptions { must_exist, pool_size, statement_cache, deadline };
            let url = url.expose_secret();
            let store = adapter_postgres::Store::connect_with(url, options, sealer, audit_sealer).await?;
            Arc::new(store.with_clabes(clabes))
        }
    })
}
