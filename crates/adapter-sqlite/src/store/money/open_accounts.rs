//! Open ledger accounts.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{error::SqlError, schema::accounts},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::WalletId, money::Currency};

/// Opens a clearing account, unless it is there.
pub(crate) async fn open_clearing(
    conn: &mut Conn,
    id: WalletId,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    open_account(conn, DbId(id.0), "clearing", None, currency, now).await
}

/// Opens a ledger account, unless it is there.
pub(crate) async fn open_account(
    conn: &mut Conn,
    id: DbId,
    kind: &str,
    owner: Option<DbId>,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::kind.eq(kind),
            accounts::owner.eq(owner),
            accounts::currency.eq(currency.code()),
            accounts::posted.eq(0),
            accounts::held.eq(0),
            accounts::version.eq(0),
            accounts::spent_on.eq(0),
            accounts::spent_day.eq(0),
            accounts::spent_month.eq(0),
            accounts::created_at.eq(DbTime(now)),
        ))
        .on_conflict(accounts::id)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}
