//! Ids and instants as PostgreSQL keeps them, and the type of a connection.

use self::columns::{InstantCol, UuidCol};
use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
};
use diesel_async::AsyncPgConnection;
use std::io::Write;
use uuid::Uuid;

/// Column types that differ between the databases.
pub(crate) mod columns {
    pub(crate) use diesel::sql_types::{Timestamptz as InstantCol, Uuid as UuidCol};
}

pub(crate) type Conn = AsyncPgConnection;
#[allow(dead_code, reason = "named only in the backend checks of derives, which the lint does not see")]
pub(crate) type Db = Pg;

/// Microseconds from 1970 to 2000, where PostgreSQL begins to count.
const MICROS_TO_2000: i64 = 946_684_800_000_000;

/// An id as the type `uuid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = UuidCol)]
pub(crate) struct DbId(pub(crate) Uuid);

impl ToSql<UuidCol, Pg> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<UuidCol, Pg> for DbId {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

/// An instant, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = InstantCol)]
pub(crate) struct DbTime(pub(crate) DateTime<Utc>);

impl ToSql<InstantCol, Pg> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros =
            self.0.timestamp_micros().checked_sub(MICROS_TO_2000).ok_or("an instant out of range")?;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<InstantCol, Pg> for DbTime {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?).checked_add(MICROS_TO_2000);
        let instant = micros.and_then(DateTime::from_timestamp_micros);
        instant.map(Self).ok_or_else(|| "an instant out of range".into())
    }
}
