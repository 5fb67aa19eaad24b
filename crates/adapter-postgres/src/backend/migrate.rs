//! Migrate the tables. Replicas that start together wait for the first.

use super::{MIGRATIONS, pooled::Pooled, values::Conn};
use crate::store::error::ConnectError;
use diesel_async::{AsyncConnection, AsyncMigrationHarness, SimpleAsyncConnection, TransactionManager};
use diesel_migrations::MigrationHarness;
use tokio::runtime::Handle;

type Transactions = <Conn as AsyncConnection>::TransactionManager;

/// Nobody waits for a migration in a request, and it may take long.
const NO_LIMITS: &str = "set statement_timeout = 0; set lock_timeout = 0; \
                         set idle_in_transaction_session_timeout = 0;";

fn failed(error: &dyn std::fmt::Display) -> ConnectError {
    ConnectError::Migrate(error.to_string())
}

/// Runs the migrations on a connection that is not given back to the pool: when it closes, its lock and its
/// settings end. `keeps`: the connection stays the same from one transaction to the next. Otherwise all migrations
/// are one transaction, which holds the lock.
pub(super) async fn run(runtime: &Handle, pooled: Pooled, keeps: bool) -> Result<usize, ConnectError> {
    let Pooled { mut conn, driver, .. } = pooled;
    let lock = if keeps {
        format!("{NO_LIMITS} select pg_advisory_lock(7237911)")
    } else {
        Transactions::begin_transaction(&mut conn).await.map_err(|error| failed(&error))?;
        format!("{} select pg_advisory_xact_lock(7237911)", NO_LIMITS.replace("set ", "set local "))
    };
    conn.batch_execute(&lock).await.map_err(|error| failed(&error))?;
    let migrated = runtime.spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        let run = harness.run_pending_migrations(MIGRATIONS).map(|run| run.len());
        run.map(|run| (run, harness.into_inner())).map_err(|error| error.to_string())
    });
    let migrated = migrated.await.map_err(|error| failed(&error))?;
    let (run, mut conn) = migrated.map_err(ConnectError::Migrate)?;
    if !keeps {
        Transactions::commit_transaction(&mut conn).await.map_err(|error| failed(&error))?;
    }
    drop(driver);
    Ok(run)
}
