//! Rows that an earlier version wrote in the clear: they are sealed after the migrations, area by area.

use super::areas::Area;
use crate::{
    backend::{Conn, Database, DbTime, lock_names},
    store::{
        accounts, error::SqlError, messaging, money, schema::sealed_areas, subjects::Vault, verification,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::store_error::StoreResult;

/// Seals one batch. Returns how many rows were.
async fn seal_batch(
    area: Area,
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    // Of two programs that migrate at once, one waits here and then finds what is left.
    lock_names(conn, &[format!("seal:{}", area.name())]).await?;
    match area {
        Area::Accounts => accounts::clear_rows::seal_batch(conn, vault, now).await,
        Area::Money => money::clear_rows::seal_batch(conn, vault, now).await,
        Area::Messaging => messaging::clear_rows::seal_batch(conn, vault, now).await,
        Area::Verification => verification::clear_rows::seal_batch(conn, vault, now).await,
    }
}

/// Seals what is in the clear. It can be stopped and run again. `is_new`: the tables were made just now, so nothing is.
pub(crate) async fn seal_all(
    database: &Database,
    vault: &Vault,
    is_new: bool,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    let done = database.query(|conn| sealed(conn).boxed()).await?;
    let left: Vec<Area> =
        Area::ALL.into_iter().filter(|area| !done.iter().any(|name| name == area.name())).collect();
    if left.is_empty() {
        return Ok(());
    }
    for &area in &left {
        loop {
            let vault = vault.clone();
            let batch =
                database.write(move |conn| async move { seal_batch(area, conn, &vault, now).await }.boxed());
            if batch.await? == 0 {
                break;
            }
        }
    }
    if !is_new {
        // Before the areas are noted as finished: if this is cut off, it is done again.
        database.remove_remnants().await?;
    }
    database.write(move |conn| finish(conn, left, now).boxed()).await
}

async fn sealed(conn: &mut Conn) -> Result<Vec<String>, SqlError> {
    Ok(sealed_areas::table.select(sealed_areas::area).load(conn).await?)
}

async fn finish(conn: &mut Conn, areas: Vec<Area>, now: DateTime<Utc>) -> Result<(), SqlError> {
    for area in areas {
        diesel::insert_into(sealed_areas::table)
            .values((sealed_areas::area.eq(area.name()), sealed_areas::sealed_at.eq(DbTime(now))))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}
