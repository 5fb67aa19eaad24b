//! A connection of a pool, with what the driver does not tell by itself: the server's warnings, and whether it is
//! still to be trusted.

use super::values::Conn;
use diesel_async::{AsyncConnection, TransactionManager};
use std::{
    future::poll_fn,
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinHandle,
};
use tokio_postgres::{AsyncMessage, Connection, error::Severity};

/// A connection of a pool.
pub(super) struct Pooled {
    pub(super) conn: Conn,
    pub(super) warnings: Warnings,
    pub(super) driver: Driver,
    /// The number of the suspicion when it was made.
    pub(super) epoch: u64,
}

impl Deref for Pooled {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Pooled {
    /// True if it ended, or was left within a transaction.
    pub(super) fn is_broken(&mut self) -> bool {
        type Transactions = <Conn as AsyncConnection>::TransactionManager;
        self.driver.0.is_finished() || Transactions::is_broken_transaction_manager(&mut self.conn)
    }
}

/// Counts the warnings of a server. A commit that is answered with one is no success: the server says so when
/// the wait for a standby was ended, and then a failover may lose what was committed.
#[derive(Clone, Default)]
pub(super) struct Warnings(Arc<AtomicU64>);

impl Warnings {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// The task that moves a connection's bytes. It ends with the connection, also while the server owes an answer.
pub(super) struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Moves the bytes of a connection. Messages are handled in their order, so a warning is counted before the
/// answer that it came with is given out.
pub(super) fn drive<S, T>(mut connection: Connection<S, T>) -> (Warnings, Driver)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let warnings = Warnings::default();
    let seen = warnings.clone();
    let driver = tokio::spawn(async move {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            match message {
                Ok(AsyncMessage::Notice(notice)) if notice.parsed_severity() == Some(Severity::Warning) => {
                    tracing::warn!(
                        code = notice.code().code(),
                        message = notice.message(),
                        "the database warns"
                    );
                    seen.0.fetch_add(1, Ordering::AcqRel);
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = %super::tls::chain(&error), "a database connection ended");
                    break;
                }
            }
        }
    });
    (warnings, Driver(driver))
}

/// Which connections are trusted. After one did not answer in time, all that were made before are given up:
/// otherwise each of them would keep a caller waiting to find out the same.
#[derive(Default)]
pub(super) struct Suspicion(AtomicU64);

impl Suspicion {
    pub(super) fn epoch(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn trusts(&self, pooled: &Pooled) -> bool {
        pooled.epoch == self.epoch()
    }

    /// Gives up this connection and those of its time; later ones stay.
    pub(super) fn raise(&self, pooled: &Pooled) {
        let next = pooled.epoch.saturating_add(1);
        // If it changed already, another one of the same time was noticed before.
        let _changed = self.0.compare_exchange(pooled.epoch, next, Ordering::AcqRel, Ordering::Acquire);
    }
}
