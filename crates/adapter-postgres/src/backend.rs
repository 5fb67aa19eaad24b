//! What is PostgreSQL's own: connections, column types, how a write begins and rows are locked.

mod bulk;
mod connect;
pub(crate) mod values;

pub(crate) use self::{
    bulk::{insert_conversations, insert_inbox, write_ledger},
    values::{Conn, Db, DbId, DbTime},
};
use crate::store::error::{ConnectError, SqlError};
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, RunQueryDsl, SimpleAsyncConnection,
    pooled_connection::deadpool::{Object, Pool},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::future::BoxFuture;
use ports::store_error::StoreResult;
use std::time::Duration;
use tokio::runtime::Handle;

/// A query whose rows are to be changed: nobody else changes them until the transaction ends. Rows that
/// only refer to them can still be added.
macro_rules! for_update {
    ($query:expr) => {
        $query.for_no_key_update()
    };
}
/// A query for rows that nobody else is at.
macro_rules! skip_locked {
    ($query:expr) => {
        $query.for_no_key_update().skip_locked()
    };
}
pub(crate) use {for_update, skip_locked};

/// What stands before and behind an id in SQL that tells it to people.
pub(crate) const ID_AS_TEXT: (&str, &str) = ("cast(", " as text)");

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// Connections for requests and workers.
const CONNECTIONS: usize = 12;
/// Connections of the two writers that many callers share: they never wait behind a request.
const WRITERS: usize = 2;
/// How long to look for the end of transactions that may still add audit rows.
const HORIZON_LOOKS: usize = 40;
const HORIZON_PAUSE: Duration = Duration::from_millis(25);

/// Makes sure that nobody else decides on these at the same time. Locks end with the transaction; they
/// are taken in one order by all, so that none waits for another in a circle.
pub(crate) async fn lock_names(conn: &mut Conn, names: &[String]) -> Result<(), SqlError> {
    diesel::sql_query(
        "select pg_advisory_xact_lock(lock) from \
         (select hashtextextended(name, 0) as lock from unnest($1) as name order by lock) as locks",
    )
    .bind::<Array<Text>, _>(names)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Horizon {
    #[diesel(sql_type = BigInt)]
    newest: i64,
    #[diesel(sql_type = Text)]
    next_transaction: String,
}

#[derive(diesel::QueryableByName)]
struct Passed {
    #[diesel(sql_type = Bool)]
    passed: bool,
}

/// The last audit row that no row can still come before. Numbers are given out before their
/// transactions end, so those that are open now must end first; each of them has its id by the time it
/// writes to the log, since it has decided something before.
pub(crate) async fn audit_horizon(conn: &mut Conn) -> Result<i64, SqlError> {
    let horizon = diesel::sql_query(
        "select case when is_called then last_value else 0 end as newest, \
                pg_snapshot_xmax(pg_current_snapshot())::text as next_transaction from audit_seq_seq",
    )
    .get_result::<Horizon>(conn)
    .await?;
    for _ in 0..HORIZON_LOOKS {
        let ended = diesel::sql_query("select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as passed")
            .bind::<Text, _>(&horizon.next_transaction)
            .get_result::<Passed>(conn)
            .await?;
        if ended.passed {
            return Ok(horizon.newest);
        }
        tokio::time::sleep(HORIZON_PAUSE).await;
    }
    // A transaction takes long: the next look finds more.
    Ok(0)
}

/// The database: a pool for all, and connections of their own for the shared writers.
///
/// Work runs as tasks of the runtime that connected. Web workers are single-threaded runtimes that
/// drop a request's future when its client hangs up; a transaction dropped there would be cut in half.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool<Conn>,
    writers: Pool<Conn>,
    runtime: Handle,
}

impl Database {
    /// Reaches the server at `address`, a `postgres://` URL.
    pub(crate) async fn connect(address: &str) -> Result<Self, ConnectError> {
        let database = Self {
            pool: connect::pool(address, CONNECTIONS)?,
            writers: connect::pool(address, WRITERS)?,
            runtime: Handle::current(),
        };
        drop(database.pool.get().await.map_err(|fault| ConnectError::Open(fault.to_string()))?);
        Ok(database)
    }

    /// Brings the tables up to date; how many migrations were run. Replicas that start together wait
    /// for the first.
    pub(crate) async fn migrate(&self) -> Result<usize, ConnectError> {
        let conn = self.pool.get().await.map_err(|fault| ConnectError::Open(fault.to_string()))?;
        let mut conn = Object::take(conn);
        let failed = |fault: &dyn std::fmt::Display| ConnectError::Migrate(fault.to_string());
        // The connection is not given back: with it the lock ends.
        conn.batch_execute("select pg_advisory_lock(7237911)").await.map_err(|fault| failed(&fault))?;
        let migrated = self.runtime.spawn_blocking(move || {
            AsyncMigrationHarness::new(conn)
                .run_pending_migrations(MIGRATIONS)
                .map(|run| run.len())
                .map_err(|fault| fault.to_string())
        });
        migrated.await.map_err(|fault| failed(&fault))?.map_err(ConnectError::Migrate)
    }

    /// Runs `work` as one writing transaction: all of it, or nothing.
    pub(crate) async fn write<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        Ok(self.transaction(self.pool.clone(), work).await?)
    }

    /// Runs `work` as a write that belongs to many callers, on a connection kept for that.
    pub(crate) async fn write_batched<T, W>(&self, work: W) -> Result<T, SqlError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        self.transaction(self.writers.clone(), work).await
    }

    async fn transaction<T, W>(&self, pool: Pool<Conn>, work: W) -> Result<T, SqlError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let task = self.runtime.spawn(async move {
            let mut conn = pool.get().await?;
            let conn: &mut Conn = &mut conn;
            conn.transaction(async move |conn: &mut Conn| work(conn).await).await
        });
        task.await.map_err(SqlError::from).flatten()
    }

    /// Runs `work`, which looks once and needs no picture that stays the same.
    pub(crate) async fn query<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let pool = self.pool.clone();
        let task = self.runtime.spawn(async move { work(&mut *pool.get().await?).await });
        Ok(task.await.map_err(SqlError::from).flatten()?)
    }

    /// Runs `work` as one reading transaction: one picture of the data throughout.
    pub(crate) async fn read<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let pool = self.pool.clone();
        let task = self.runtime.spawn(async move {
            let mut conn = pool.get().await?;
            let mut picture = conn.build_transaction().read_only().repeatable_read();
            picture.run(async move |conn: &mut Conn| work(conn).await).await
        });
        Ok(task.await.map_err(SqlError::from).flatten()?)
    }

    /// The runtime that the work is done on.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}
