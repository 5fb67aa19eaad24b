//! What is particular to PostgreSQL: connections, column types, how a write begins and rows are locked.

mod bulk;
mod connect;
mod hosts;
mod migrate;
mod pooled;
mod queues;
#[cfg(test)]
pub(crate) mod testing;
mod tls;
pub(crate) mod values;

pub(crate) use self::{
    bulk::{
        insert_audit, insert_contacts, insert_conversations, insert_inbox, insert_kept_names,
        insert_subject_keys, seal_transfers, write_ledger,
    },
    queues::{change_outbox, end_turns, hold_conversations, insert_history, insert_outbox, lease_outbox},
    values::{Conn, Db, DbId, DbTime},
};
use self::{
    connect::{Object, Pool},
    pooled::{Pooled, Suspicion},
};
use crate::store::{
    connect_options::ConnectOptions,
    error::{ConnectError, SqlError},
    queued::QueueSignals,
    subjects::new_keys,
};
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::{FutureExt, future::BoxFuture};
use ports::store_error::StoreResult;
use std::{sync::Arc, time::Duration};
use tokio::{runtime::Handle, time::timeout};
use tracing::{Instrument, Span};

/// A query whose rows will be changed: no other transaction changes them until this one ends. Rows that only
/// refer to them can still be added.
macro_rules! for_update {
    ($query:expr) => {
        $query.for_no_key_update()
    };
}
/// A query whose rows will be deleted: nothing that refers to them is stored meanwhile.
macro_rules! for_delete {
    ($query:expr) => {
        $query.for_update()
    };
}
/// A query for rows that no other worker has locked.
macro_rules! skip_locked {
    ($query:expr) => {
        $query.for_no_key_update().skip_locked()
    };
}
pub(crate) use {for_delete, for_update, skip_locked};

/// SQL before and after an id that makes it readable to people.
pub(crate) const ID_AS_TEXT: (&str, &str) = ("cast(", " as text)");

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// Connections of the writers that many callers share (postings, inbox, turns, outbox): they never wait behind a request.
const WRITERS: usize = 4;
/// How often the horizon is read while transactions are open that may still add audit rows.
const HORIZON_LOOKS: usize = 40;
const HORIZON_PAUSE: Duration = Duration::from_millis(25);

/// Locks these names until the transaction ends, so that no other transaction decides about them. All callers
/// take them in one order, so that no deadlock arises.
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
struct Tables {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

/// Whether there is a table of that name.
pub(crate) async fn has_table(conn: &mut Conn, name: &str) -> Result<bool, SqlError> {
    let query = "select count(*) as found from pg_class where relname = $1 and pg_table_is_visible(oid)";
    let found = diesel::sql_query(query).bind::<Text, _>(name).get_result::<Tables>(conn).await?;
    Ok(found.found > 0)
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

/// The last audit row before which no other row can still be written. Row numbers are given out before their
/// transactions end, so transactions that are open now must end first. Each of them has its transaction id by
/// the time it writes to the log, because it has decided something before.
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
    // A transaction takes long: the next call finds more.
    Ok(0)
}

/// The database: a pool for all, and separate connections for the shared writers.
///
/// Work runs as tasks of the runtime that connected. Web workers are single-threaded runtimes that drop a
/// request's future when its client disconnects; a transaction dropped there would be cut in half.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool,
    writers: Pool,
    suspicion: Arc<Suspicion>,
    deadline: Duration,
    pool_wait: Duration,
    /// False: each transaction may have another connection to the server, and what is prepared ends with it.
    statement_cache: bool,
    runtime: Handle,
    signals: QueueSignals,
}

impl Database {
    /// Connects to the server at `address`, a `postgres://` URL.
    pub(crate) async fn connect(address: &str, options: ConnectOptions) -> Result<Self, ConnectError> {
        let suspicion = Arc::new(Suspicion::default());
        let pool = |size| connect::pool(address, size, &options, suspicion.clone());
        let database = Self {
            pool: pool(options.pool_size)?,
            writers: pool(WRITERS)?,
            suspicion: suspicion.clone(),
            deadline: options.deadline,
            pool_wait: options.pool_wait(),
            statement_cache: options.statement_cache,
            runtime: Handle::current(),
            signals: QueueSignals::default(),
        };
        drop(database.pool.get().await.map_err(|error| ConnectError::Open(tls::chain(&error)))?);
        Ok(database)
    }

    /// What rows held before they were changed is in no dump, and goes with the server's own vacuum.
    #[allow(clippy::unused_async, reason = "where the file is the database, it is rewritten here")]
    pub(crate) async fn remove_remnants(&self) -> StoreResult<()> {
        Ok(())
    }

    /// Migrates the tables, and returns how many migrations ran. Replicas that start together wait for the
    /// first.
    pub(crate) async fn migrate(&self) -> Result<usize, ConnectError> {
        let conn = self.pool.get().await.map_err(|error| ConnectError::Open(error.to_string()))?;
        migrate::run(&self.runtime, Object::take(conn), self.statement_cache).await
    }

    /// Runs `work` as one writing transaction: all of it, or nothing.
    pub(crate) async fn write<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        Ok(self.transaction(&self.pool, span("write"), work).await?)
    }

    /// Runs `work` as a write for many callers, on a connection kept for that.
    pub(crate) async fn write_batched<T, W>(&self, work: W) -> Result<T, SqlError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        self.transaction(&self.writers, span("write_batched"), work).await
    }

    async fn transaction<T, W>(&self, pool: &Pool, span: Span, work: W) -> Result<T, SqlError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let signals = self.signals.clone();
        self.in_time(pool, span, |conn| {
            async move { signals.noting(new_keys::noting(commit(conn, work))).await }.boxed()
        })
        .await
    }

    /// Runs `work`, which makes a single read and needs no snapshot.
    pub(crate) async fn query<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        if self.statement_cache {
            return Ok(self.in_time(&self.pool, span("query"), |conn| work(conn)).await?);
        }
        Ok(self.in_time(&self.pool, span("query"), |conn| alone(conn, work).boxed()).await?)
    }

    /// Runs `work` as one reading transaction: all its reads see the same snapshot.
    pub(crate) async fn read<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        Ok(self.in_time(&self.pool, span("read"), |conn| snapshot(conn, work).boxed()).await?)
    }

    /// Runs `work` on a connection of the pool, as a task that no caller can cut, and only as long as the
    /// deadline allows. A connection that did not answer in time is closed: what it was doing may have been done.
    async fn in_time<T, W>(&self, pool: &Pool, span: Span, work: W) -> Result<T, SqlError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Pooled) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
    {
        let Self { suspicion, deadline, pool_wait, .. } = self.clone();
        let pool = pool.clone();
        let task = async move {
            let conn = timeout(pool_wait, pool.get()).await;
            let mut conn = conn.map_err(|_elapsed| SqlError::NoConnection)??;
            match timeout(deadline, work(&mut conn)).await {
                Ok(outcome) => outcome,
                Err(_late) => {
                    let conn = Object::take(conn);
                    suspicion.raise(&conn);
                    Err(SqlError::TooLate)
                }
            }
        };
        let task = self.runtime.spawn(task.instrument(span));
        task.await.map_err(SqlError::from).flatten()
    }

    /// The runtime that the work runs on.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Who is told what transactions leave to workers.
    pub(crate) fn signals(&self) -> &QueueSignals {
        &self.signals
    }
}

/// What a transaction does last. An answer that only repeats what is there proves nothing about a standby: such a
/// transaction writes a mark, so that its commit waits for the standby as those do that wrote the rows. And no
/// time limit of the server ends that wait: a commit whose wait is ended is reported as done, with a warning.
const PROVE: &str = "select set_config('statement_timeout', '0', true), \
                     case when current_setting('synchronous_standby_names') <> '' and \
                     pg_current_xact_id_if_assigned() is null \
                     then pg_logical_emit_message(true, 'ventanilla', ''::text)::text end";

/// Runs `work` and commits it. What is answered is known to last, or it is an error.
async fn commit<T, W>(pooled: &mut Pooled, work: W) -> Result<T, SqlError>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
{
    let warnings = pooled.warnings.clone();
    let before = warnings.clone();
    let conn: &mut Conn = pooled;
    let transaction = conn.transaction(async move |conn: &mut Conn| {
        let answer = work(conn).await?;
        diesel::sql_query(PROVE).execute(conn).await?;
        Ok::<_, SqlError>((answer, before.count()))
    });
    let (answer, before) = transaction.await?;
    if warnings.count() == before { Ok(answer) } else { Err(SqlError::Unproved) }
}

/// Runs `work`, which needs no transaction, in one all the same.
async fn alone<T, W>(conn: &mut Conn, work: W) -> Result<T, SqlError>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
{
    conn.transaction(async move |conn: &mut Conn| work(conn).await).await
}

/// Runs `work` over one snapshot.
async fn snapshot<T, W>(conn: &mut Conn, work: W) -> Result<T, SqlError>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, SqlError>> + Send + 'static,
{
    let mut picture = conn.build_transaction().read_only().repeatable_read();
    picture.run(async move |conn: &mut Conn| work(conn).await).await
}

/// The span of one transaction within the span of its caller.
fn span(operation: &'static str) -> Span {
    tracing::debug_span!("store", operation)
}
