//! A part of a category: the old rows of one table.

use super::held::Held;
use crate::{
    backend::{Conn, Database, Db, DbId, DbTime},
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
    /// Removes at most `limit` rows from before `before`. `after` is the last row that was looked at, for parts that are
    /// looked through in the order of their ids.
    async fn remove(
        &self,
        database: &Database,
        after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed>;

    /// How many rows are from before `before`.
    async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError>;

    /// From when the oldest row is.
    async fn oldest(&self, conn: &mut Conn) -> Result<Option<DbTime>, SqlError>;
}

/// What one call removed.
pub(super) struct Removed {
    /// How many rows.
    pub(super) rows: usize,
    /// The row after which to go on; `None`: the part is worked off.
    pub(super) next: Option<DbId>,
}

impl Removed {
    /// Nothing was old.
    pub(super) const NOTHING: Self = Self { rows: 0, next: None };

    /// Of the oldest rows. There may be more as long as a call removes any.
    pub(super) fn oldest(rows: usize) -> Self {
        Self { rows, next: (rows > 0).then_some(DbId(uuid::Uuid::nil())) }
    }
}

/// Rows that are looked at in one call, where what is looked for has no age to be found by.
pub(super) const LOOKED_AT: i64 = 1_000;

/// The ids that are wanted among the next rows, in their order, and the last row that was looked at; `None`: there were
/// no more.
pub(super) type Look = (Vec<DbId>, Option<DbId>);

/// Keeps at most `limit` of the ids; the rows behind them are looked at again.
pub(super) fn at_most(limit: usize, (mut wanted, last): Look) -> Look {
    if wanted.len() <= limit {
        return (wanted, last);
    }
    wanted.truncate(limit);
    let last = wanted.last().copied();
    (wanted, last)
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
                _after: crate::backend::DbId,
                before: DbTime,
                limit: usize,
            ) -> ports::store_error::StoreResult<super::part::Removed> {
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
                    return Ok(super::part::Removed::NOTHING);
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
                Ok(super::part::Removed::oldest(remove.await?))
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
