//! Ids and instants as SQLite keeps them, and the type of a connection.

use chrono::{DateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sqlite::{Sqlite, SqliteValue},
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use uuid::Uuid;

/// Column types that differ between the databases.
pub(crate) mod columns {
    pub(crate) use diesel::sql_types::{BigInt as InstantCol, Binary as UuidCol};
}

pub(crate) type Conn = SyncConnectionWrapper<diesel::SqliteConnection>;
#[allow(dead_code, reason = "named only in the backend checks of derives, which the lint does not see")]
pub(crate) type Db = Sqlite;

/// A UUID as 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = columns::UuidCol)]
pub(crate) struct DbId(pub(crate) Uuid);

impl ToSql<columns::UuidCol, Sqlite> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<columns::UuidCol, Sqlite> for DbId {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

/// An instant as microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = columns::InstantCol)]
pub(crate) struct DbTime(pub(crate) DateTime<Utc>);

impl ToSql<columns::InstantCol, Sqlite> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<columns::InstantCol, Sqlite> for DbTime {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<columns::InstantCol, Sqlite>>::from_sql(value)?;
        DateTime::from_timestamp_micros(micros).map(Self).ok_or_else(|| "an instant out of range".into())
    }
}
