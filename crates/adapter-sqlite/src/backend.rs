//! What is particular to SQLite: connections, column types, how a write begins, writes of many rows.

mod bulk;
mod files;
mod queues;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod values;

pub(crate) use self::{
    bulk::{
        insert_audit, insert_contacts, insert_conversations, insert_inbox, insert_kept_names,
        insert_subject_keys, seal_transfers, write_ledger,
    },
    queues::{change_outbox, end_turns, hold_conversations, insert_history, insert_outbox, lease_outbox},
    values::{Conn, Db, DbId, DbTime},
};
use crate::store::{
    connect_options::ConnectOptions,
    error::{ConnectError, SqlError},
    queued::QueueSignals,
    schema::audit,
    subjects::new_keys,
};

use diesel::QueryDsl;
use diesel_async::{
    AsyncConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{BuildError, Object, Pool},
    },
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::{FutureExt, future::BoxFuture};
use ports::store_error::StoreResult;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::{Instrument, Span};

/// A query whose rows will be changed. On SQLite it does nothing more: the one writer is the lock.
macro_rules! for_update {
    ($query:expr) => {
        $query
    };
}
/// A query whose rows will be deleted: nothing that refers to them is stored meanwhile. On SQLite it does nothing more.
macro_rules! for_delete {
    ($query:expr) => {
        $query
    };
}
/// A query for rows that no other worker has locked.
macro_rules! skip_locked {
    ($query:expr) => {
        $query
    };
}
pub(crate) use {for_delete, for_update, skip_locked};

/// Locks these names until the transaction ends. On SQLite the one writer is the lock.
#[allow(clippy::unused_async, reason = "where there are several writers, they wait here")]
pub(crate) async fn lock_names(_conn: &mut Conn, _names: &[String]) -> Result<(), SqlError> {
    Ok(())
}

/// The last audit row before which no other row can still be written. On SQLite rows commit in their order.
pub(crate) async fn audit_horizon(conn: &mut Conn) -> Result<i64, SqlError> {
    let newest = audit::table.select(diesel::dsl::max(audit::seq));
    Ok(diesel_async::RunQueryDsl::first::<Option<i64>>(newest, conn).await?.unwrap_or(0))
}

/// SQL before and after an id that makes it readable to people.
pub(crate) const ID_AS_TEXT: (&str, &str) = ("lower(hex(", "))");

#[derive(diesel::QueryableByName)]
struct Tables {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    found: i64,
}

/// Whether there is a table of that name.
pub(crate) async fn has_table(conn: &mut Conn, name: &str) -> Result<bool, SqlError> {
    let query =
        diesel::sql_query("select count(*) as found from sqlite_master where type = 'table' and name = ?")
            .bind::<diesel::sql_types::Text, _>(name);
    Ok(diesel_async::RunQueryDsl::get_result::<Tables>(query, conn).await?.found > 0)
}

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
const READERS: usize = 4;
/// The writer's page cache in KiB. The pages of accounts, keys and entries that a batch touches lie all over
/// the file.
const WRITER_CACHE: u32 = 64 * 1024;
const READER_CACHE: u32 = 8 * 1024;
/// The log is copied into the file every 8192 pages (32 MiB), because each copy costs several fsyncs.
/// What is deleted or replaced is overwritten with zeros, so that the bytes of a destroyed key stay in no free part of a
/// page.
const PRAGMAS: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; \
                       PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=8192;";

/// The database: one connection that writes, several that read.
///
/// Work runs as tasks of the runtime that connected. Web workers are single-threaded runtimes that drop a
/// request's future when its client disconnects. A query dropped there would panic, and its transaction would
/// stay open. A task that is only awaited runs to its end.
#[derive(Clone)]
pub(crate) struct Database {
    writer: Pool<Conn>,
    readers: Pool<Conn>,
    pool_wait: Duration,
    runtime: Handle,
    signals: QueueSignals,
}

impl Database {
    /// Opens (and creates) the file at `path`. It must not be `:memory:`, because each connection would have
    /// its own database.
    pub(crate) async fn connect(path: &str, options: ConnectOptions) -> Result<Self, ConnectError> {
        files::prepare(path, options.must_exist)?;
        let database = Self {
            writer: pool(path, 1, options.lock_wait(), WRITER_CACHE)?,
            readers: pool(path, READERS, options.lock_wait(), READER_CACHE)?,
            pool_wait: options.pool_wait(),
            runtime: Handle::current(),
            signals: QueueSignals::default(),
        };
        drop(database.writer.get().await.map_err(|error| ConnectError::Open(error.to_string()))?);
        Ok(database)
    }

    /// Copies the database into an empty file, as it is at one moment.
    pub(crate) async fn copy_into(&self, file: String) -> Result<(), ConnectError> {
        let pool = self.readers.clone();
        let copy = async move {
            let mut conn = pool.get().await?;
            let copy = diesel::sql_query("vacuum into ?").bind::<diesel::sql_types::Text, _>(file);
            diesel_async::RunQueryDsl::execute(copy, &mut *conn).await?;
            Ok::<_, SqlError>(())
        };
        let copied = self.runtime.spawn(copy).await.map_err(SqlError::from).flatten();
        copied.map_err(|error| ConnectError::Backup(error.to_string()))
    }

    /// Removes what rows held before they were changed: it stays in free pages and in the log until the file is
    /// rewritten. Takes as much free disk as the file has.
    pub(crate) async fn remove_remnants(&self) -> StoreResult<()> {
        let writer = self.free(&self.writer);
        let rewrite = async move {
            let mut conn = writer.await?;
            Ok::<_, SqlError>(conn.batch_execute("vacuum; pragma wal_checkpoint(truncate)").await?)
        };
        let task = self.runtime.spawn(rewrite.instrument(span("vacuum")));
        Ok(task.await.map_err(SqlError::from).flatten()?)
    }

    /// Migrates the tables, and returns how many migrations ran.
    pub(crate) async fn migrate(&self) -> Result<usize, ConnectError> {
        let mut conn = self.writer.get().await.map_err(|error| ConnectError::Open(error.to_string()))?;
        conn.spawn_blocking(|conn| {
            conn.run_pending_migrations(MIGRATIONS)
                .map(|run| run.len())
                .map_err(diesel::result::Error::QueryBuilderError)
        })
        .await
        .map_err(|error| ConnectError::Migrate(error.to_string()))
    }

    /// Runs `work` as one writing transaction (`BEGIN IMMEDIATE`): all of it, or nothing.
    pub(crate) async fn write<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        Ok(self.write_batched(work).await?)
    }

    /// Runs `work` as a write for many callers. The one writer is shared with all other writes.
    pub(crate) async fn write_batched<T, W>(&self, work: W) -> Result<T, SqlError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let writer = self.free(&self.writer);
        let transaction = async move {
            let mut conn = writer.await?;
            conn.immediate_transaction(async move |conn: &mut Conn| work(conn).await).await.map_err(held)
        };
        let signals = self.signals.clone();
        let noting = async move { signals.noting(new_keys::noting(transaction)).await };
        let task = self.runtime.spawn(noting.instrument(span("write")));
        task.await.map_err(SqlError::from).flatten()
    }

    /// A connection, when one is free.
    fn free(&self, pool: &Pool<Conn>) -> impl Future<Output = Result<Object<Conn>, SqlError>> + Send + use<> {
        let (pool, wait) = (pool.clone(), self.pool_wait);
        async move {
            let conn = tokio::time::timeout(wait, pool.get()).await;
            Ok(conn.map_err(|_elapsed| SqlError::NoConnection)??)
        }
    }

    /// The runtime that the work runs on.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Who is told what transactions leave to workers.
    pub(crate) fn signals(&self) -> &QueueSignals {
        &self.signals
    }

    /// Runs `work`, which makes a single read and needs no snapshot.
    pub(crate) async fn query<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let reader = self.free(&self.readers);
        let query = async move { work(&mut *reader.await?).await };
        let task = self.runtime.spawn(query.instrument(span("query")));
        Ok(task.await.map_err(SqlError::from).flatten()?)
    }

    /// Runs `work` as one reading transaction: all its reads see the same snapshot.
    pub(crate) async fn read<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let reader = self.free(&self.readers);
        let transaction = async move {
            let mut conn = reader.await?;
            let conn: &mut Conn = &mut conn;
            conn.transaction(async move |conn: &mut Conn| work(conn).await).await
        };
        let task = self.runtime.spawn(transaction.instrument(span("read")));
        Ok(task.await.map_err(SqlError::from).flatten()?)
    }
}

/// The span of one transaction within the span of its caller.
fn span(operation: &'static str) -> Span {
    tracing::debug_span!("store", operation)
}

/// A transaction that waited for another program's lock in vain has not begun: only its first statement waits.
fn held(error: SqlError) -> SqlError {
    match error {
        SqlError::Query(diesel::result::Error::DatabaseError(_, what))
            if what.message() == "database is locked" =>
        {
            SqlError::Held
        }
        other => other,
    }
}

fn pool(path: &str, size: usize, lock_wait: Duration, cache: u32) -> Result<Pool<Conn>, BuildError> {
    let mut config = ManagerConfig::<Conn>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let waits = format!("PRAGMA busy_timeout={};", lock_wait.as_millis());
        let (path, pragmas) = (path.to_owned(), format!("{waits} {PRAGMAS} PRAGMA cache_size=-{cache};"));
        async move {
            let mut conn = Conn::establish(&path).await?;
            conn.batch_execute(&pragmas).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(conn)
        }
        .boxed()
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config)).max_size(size).build()
}
