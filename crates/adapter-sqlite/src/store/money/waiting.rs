//! Cancel the transfers of a person that wait for a code or an approval.

use super::{confirm, read};
use crate::{
    backend::{Conn, DbId, skip_locked},
    store::{error::SqlError, schema::transfers},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{TransferId, UserId},
    money::transfer::TransferStatus,
    operations::audit::Actor,
};

/// Cancels all of them. It waits for those that another transaction has locked.
pub(crate) async fn cancel(
    conn: &mut Conn,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    for id in all(conn, user).await? {
        cancel_one(conn, id, actor, now).await?;
    }
    Ok(())
}

/// Cancels those that no other transaction has locked.
pub(crate) async fn cancel_unlocked(
    conn: &mut Conn,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    for id in unlocked(conn, user).await? {
        cancel_one(conn, id, actor, now).await?;
    }
    Ok(())
}

/// The statuses of a transfer that waits for its code or an approval.
fn waiting_statuses() -> [&'static str; 2] {
    [TransferStatus::PendingVerification.name(), TransferStatus::PendingApproval.name()]
}

async fn all(conn: &mut Conn, user: UserId) -> Result<Vec<TransferId>, SqlError> {
    let found = transfers::table
        .filter(transfers::owner.eq(DbId(user.0)))
        .filter(transfers::status.eq_any(waiting_statuses()))
        .order(transfers::id)
        .select(transfers::id)
        .load::<DbId>(conn)
        .await?;
    Ok(found.into_iter().map(|id| TransferId(id.0)).collect())
}

/// The same, without those that another transaction has locked.
async fn unlocked(conn: &mut Conn, user: UserId) -> Result<Vec<TransferId>, SqlError> {
    let query = transfers::table
        .filter(transfers::owner.eq(DbId(user.0)))
        .filter(transfers::status.eq_any(waiting_statuses()))
        .order(transfers::id)
        .select(transfers::id);
    let found = skip_locked!(query).load::<DbId>(conn).await?;
    Ok(found.into_iter().map(|id| TransferId(id.0)).collect())
}

async fn cancel_one(
    conn: &mut Conn,
    id: TransferId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let Some(mut transfer) = read::lock_unopened(conn, id).await? else { return Ok(()) };
    if transfer.status.may_become(TransferStatus::Canceled) {
        confirm::end(conn, &mut transfer, TransferStatus::Canceled, None, actor, now).await?;
    }
    Ok(())
}
