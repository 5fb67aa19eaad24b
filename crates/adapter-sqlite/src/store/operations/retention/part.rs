//! A part of a category: the old rows of one table.

use super::held::Held;
use crate::{
    backend::{Conn, Database, Db, DbTime},
    store::error::SqlError,
};
use async_trait::async_trait;
use diesel::{expression::BoxableExpression, sql_types::Bool};
use ports::store_error::StoreResult;

/// A condition on the rows of a table.
pub(super) type Condition<T> = Box<dyn BoxableExpression<T, Db, SqlType = Bool>>;

/// The old rows of one table. They are looked for in a transaction that reads, and removed in one that finds them by
/// their keys, so that nobody waits for the search.
#[async_trait]
pub(super) trait Part: Send + Sync {
    /// Removes at most `limit` rows from before `before`. Returns how many.
    async fn remove(&self, database: &Database, before: DbTime, limit: usize) -> StoreResult<usize>;

    /// How many rows are from before `before`.
    async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError>;

    /// From when the oldest row is.
    async fn oldest(&self, conn: &mut Conn) -> Result<Option<DbTime>, SqlError>;
}

/// A number of rows, as a column or a limit of a query.
pub(super) fn rows(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Makes a part: `NAME: TABLE by COLUMN as TYPE, since COLUMN, CONDITION, REMOVE`. The rows are found by their age in
/// the column after `since`. CONDITION is a function of the legal holds and the cut-off; REMOVE gets the keys of rows
/// that meet it.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident: $table:ident by $key:ident as $Key:ty, since $at:ident, $condition:path, $remove:path) => {
        $(#[$doc])*
        pub(super) struct $name;

        #[async_trait::async_trait]
        impl super::part::Part for $name {
            async fn remove(
                &self,
                database: &crate::backend::Database,
                before: DbTime,
                limit: usize,
            ) -> ports::store_error::StoreResult<usize> {
                let find = database.read(move |conn| {
                    async move {
                        let held = Held::load(conn).await?;
                        let old = $table::table
                            .filter($condition(&held, before))
                            .order($table::$at.asc())
                            .limit(super::part::rows(limit))
                            .select($table::$key);
                        Ok(old.load::<$Key>(conn).await?)
                    }
                    .boxed()
                });
                let old = find.await?;
                if old.is_empty() {
                    return Ok(0);
                }
                let remove = database.write(move |conn| {
                    async move {
                        let held = Held::load(conn).await?;
                        let still = $table::table
                            .filter($table::$key.eq_any(old))
                            .filter($condition(&held, before))
                            .select($table::$key);
                        let still = still.load::<$Key>(conn).await?;
                        $remove(conn, still).await
                    }
                    .boxed()
                });
                remove.await
            }

            async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError> {
                Ok($table::table.filter($condition(held, before)).count().get_result(conn).await?)
            }

            async fn oldest(&self, conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
                let any = $condition(&Held::nobody(), super::part::end_of_time());
                let oldest = $table::table.filter(any).select(diesel::dsl::min($table::$at));
                Ok(oldest.first::<Option<DbTime>>(conn).await?)
            }
        }
    };
}

/// Makes a function that deletes the rows of a table with these keys.
macro_rules! delete_rows {
    ($name:ident: $table:ident by $key:ident as $Key:ty) => {
        async fn $name(conn: &mut Conn, keys: Vec<$Key>) -> Result<usize, SqlError> {
            Ok(diesel::delete($table::table.filter($table::$key.eq_any(keys))).execute(conn).await?)
        }
    };
}

pub(super) use {delete_rows, part};

/// A time after that of every row.
pub(super) fn end_of_time() -> DbTime {
    // The year 9999: both databases have it.
    DbTime(chrono::DateTime::from_timestamp(253_402_300_799, 0).unwrap_or_default())
}
