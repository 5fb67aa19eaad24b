//! Make connections: TLS by rustls where the server offers it, as `sslmode` in the URL requires; of several hosts
//! the first that answers.

use super::{
    hosts::{CONNECT_DEADLINE, Host, hosts},
    pooled::{Pooled, Suspicion, drive},
    tls::chain,
    values::Conn,
};
use crate::store::connect_options::ConnectOptions;
use deadpool::managed::{self, BuildError, Metrics, RecycleError, RecycleResult};
use diesel::{ConnectionError, ConnectionResult, connection::CacheSize};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, pooled_connection::PoolError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres_rustls::MakeRustlsConnect;

/// A connection that was not used for so long is looked at before it is used again.
pub(super) const IDLE_LOOK: Duration = Duration::from_secs(1);
/// Time for that look.
pub(super) const LOOK_DEADLINE: Duration = Duration::from_secs(1);
/// The part of a transaction's time that one statement may take.
const STATEMENT_PERCENT: u32 = 90;
/// A transaction that waits so long for its next statement is ended.
const IDLE_IN_TRANSACTION_MAX: Duration = Duration::from_secs(30);

pub(super) type Pool = managed::Pool<Manager>;
pub(super) type Object = managed::Object<Manager>;

/// A pool of connections. Those that share a suspicion are given up together.
pub(super) fn pool(
    address: &str,
    size: usize,
    options: &ConnectOptions,
    suspicion: Arc<Suspicion>,
) -> Result<Pool, BuildError> {
    let manager = Manager {
        hosts: hosts(address),
        best: AtomicUsize::new(0),
        statement_cache: options.statement_cache,
        settings: settings(options),
        suspicion,
    };
    Pool::builder(manager).max_size(size).build()
}

/// The server ends a statement before we stop waiting for it, and a wait for a lock before both.
fn settings(options: &ConnectOptions) -> String {
    format!(
        "set application_name = 'ventanilla'; set time zone 'UTC'; set statement_timeout = {}; \
         set idle_in_transaction_session_timeout = {}; set lock_timeout = {};",
        options.part(STATEMENT_PERCENT).as_millis(),
        IDLE_IN_TRANSACTION_MAX.as_millis(),
        options.lock_wait().as_millis(),
    )
}

/// Makes the connections of a pool, and looks at them before they are used again.
pub(super) struct Manager {
    hosts: Vec<Result<Host, String>>,
    /// The host that is asked first: the one that answered last, or the one after a host that did not answer.
    best: AtomicUsize,
    statement_cache: bool,
    settings: String,
    suspicion: Arc<Suspicion>,
}

impl managed::Manager for Manager {
    type Type = Pooled;
    type Error = PoolError;

    async fn create(&self) -> Result<Pooled, PoolError> {
        let best = self.best.load(Ordering::Relaxed).checked_rem(self.hosts.len()).unwrap_or(0);
        let mut last = "DATABASE_URL names no host".to_owned();
        for place in (best..self.hosts.len()).chain(0..best) {
            let Some(host) = self.hosts.get(place) else { continue };
            // A caller may give up before all hosts were asked: then the next one begins behind those that hung.
            self.best.store(place, Ordering::Relaxed);
            // On the heap, because every caller would hold a copy of its size.
            match timeout(CONNECT_DEADLINE, Box::pin(self.establish(host))).await {
                Ok(Ok(pooled)) => return Ok(pooled),
                Ok(Err(ConnectionError::BadConnection(error))) => last = error,
                Ok(Err(error)) => return Err(PoolError::ConnectionError(error)),
                Err(_late) => last = "the server did not answer in time".into(),
            }
            self.best.store(place.saturating_add(1), Ordering::Relaxed);
        }
        Err(PoolError::ConnectionError(ConnectionError::BadConnection(last)))
    }

    async fn recycle(&self, pooled: &mut Pooled, metrics: &Metrics) -> RecycleResult<PoolError> {
        if pooled.is_broken() || !self.suspicion.trusts(pooled) {
            return Err(RecycleError::message("the connection is broken or suspect"));
        }
        if metrics.last_used() < IDLE_LOOK {
            return Ok(());
        }
        match timeout(LOOK_DEADLINE, self.look(pooled)).await {
            Ok(Ok(())) => Ok(()),
            outcome => {
                // What befell one befell all: the server hangs, has ended, or is no primary any more.
                self.suspicion.raise(pooled);
                tracing::warn!(
                    is_late = outcome.is_err(),
                    "a database connection is given up, and its siblings"
                );
                Err(RecycleError::message("the connection does not answer"))
            }
        }
    }
}

impl Manager {
    async fn establish(&self, host: &Result<Host, String>) -> ConnectionResult<Pooled> {
        let Host { config, tls } =
            host.as_ref().map_err(|error| ConnectionError::InvalidConnectionUrl(error.clone()))?;
        let epoch = self.suspicion.epoch();
        let connected = config.connect(MakeRustlsConnect::new(tls.clone())).await;
        let (client, connection) =
            connected.map_err(|error| ConnectionError::BadConnection(chain(&error)))?;
        let (warnings, driver) = drive(connection);
        if !self.statement_cache {
            // What diesel sets up is one transaction too: a pooler may give each one another connection, which
            // would not know the statements that were prepared on the one before.
            let begun = client.batch_execute("begin").await;
            begun.map_err(|error| ConnectionError::BadConnection(chain(&error)))?;
        }
        let mut conn = AsyncPgConnection::try_from(client).await?;
        let end = if self.statement_cache { "" } else { "commit" };
        conn.batch_execute(&format!("{} {end}", self.settings))
            .await
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        if !self.statement_cache {
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        }
        Ok(Pooled { conn, warnings, driver, epoch })
    }

    /// Succeeds if the server answers, and is a primary where only a primary will do.
    async fn look(&self, conn: &mut Conn) -> diesel::QueryResult<()> {
        let needs_primary = |host: &Result<Host, String>| {
            host.as_ref()
                .is_ok_and(|host| host.config.get_target_session_attrs() == TargetSessionAttrs::ReadWrite)
        };
        // On a standby this divides by zero: the simple protocol, which a pooler takes too, has no values.
        let primary = "select 1 / (not pg_is_in_recovery())::int";
        let look = if self.hosts.iter().any(needs_primary) { primary } else { "select 1" };
        conn.batch_execute(look).await
    }
}
