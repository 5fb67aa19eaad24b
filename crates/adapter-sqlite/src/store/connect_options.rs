//! Options of opening a database.

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    /// True: a SQLite file that is missing is an error; false: it is made.
    pub must_exist: bool,
    /// Connections to a PostgreSQL server for requests and workers.
    pub pool_size: usize,
    /// False: PostgreSQL prepares no statement ahead, for a pooler that gives each transaction another connection.
    pub statement_cache: bool,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self { must_exist: false, pool_size: 12, statement_cache: true }
    }
}
