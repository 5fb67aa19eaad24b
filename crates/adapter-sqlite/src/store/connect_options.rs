//! Options of opening a database.

use std::time::Duration;

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    /// True: a SQLite file that is missing is an error; false: it is made.
    pub must_exist: bool,
    /// Connections to a PostgreSQL server for requests and workers.
    pub pool_size: usize,
    /// False: PostgreSQL prepares no statement ahead, for a pooler that gives each transaction another connection.
    pub statement_cache: bool,
    /// Longest time of one transaction. All other waits are a part of it.
    pub deadline: Duration,
}

impl ConnectOptions {
    /// Longest time of a transaction while callers wait for its outcome: two of them fit into the time of an
    /// answer.
    pub const SERVING_DEADLINE: Duration = Duration::from_secs(5);

    /// Longest time of a transaction of a command. `ledger verify` reads all rows in one.
    const COMMAND_DEADLINE: Duration = Duration::from_hours(1);

    /// The part of the deadline that a wait for a connection of the pool may take.
    const POOL_WAIT_PERCENT: u32 = 80;
    /// Longest wait for a lock, however long a transaction may take.
    const LOCK_WAIT_MAX: Duration = Duration::from_secs(30);
    /// The part of it that a wait for a lock may take.
    const LOCK_WAIT_PERCENT: u32 = 60;

    /// Longest wait for a connection of the pool.
    pub(crate) fn pool_wait(&self) -> Duration {
        self.part(Self::POOL_WAIT_PERCENT)
    }

    /// Longest wait for another transaction that holds a lock.
    pub(crate) fn lock_wait(&self) -> Duration {
        self.part(Self::LOCK_WAIT_PERCENT).min(Self::LOCK_WAIT_MAX)
    }

    /// A part of the deadline.
    pub(crate) fn part(&self, percent: u32) -> Duration {
        self.deadline.mul_f64(f64::from(percent) / 100.0)
    }
}

impl Default for ConnectOptions {
    /// For commands and tests, for whose outcome nobody waits in a request.
    fn default() -> Self {
        Self { must_exist: false, pool_size: 12, statement_cache: true, deadline: Self::COMMAND_DEADLINE }
    }
}
