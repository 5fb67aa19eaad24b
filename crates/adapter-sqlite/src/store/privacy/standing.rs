//! How things stand with a person's money, as far as an erasure depends on it.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{accounts, entries, legal_holds, transfers},
    },
};
use chrono::{DateTime, Utc};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use domain::{ids::UserId, money::transfer::TransferStatus, privacy::Standing};

/// Transfers that wait or are under way.
const OPEN: [TransferStatus; 3] =
    [TransferStatus::PendingVerification, TransferStatus::PendingApproval, TransferStatus::Processing];

pub(super) async fn standing(conn: &mut Conn, user: UserId) -> Result<Standing, SqlError> {
    let own = accounts::table.filter(accounts::owner.eq(Some(DbId(user.0))));
    let has_money = own.filter(accounts::posted.ne(0).or(accounts::held.ne(0)));
    let with_money = has_money.count().get_result::<i64>(conn).await?;
    let of_status = |names: Vec<&'static str>| {
        transfers::table
            .filter(transfers::owner.eq(DbId(user.0)))
            .filter(transfers::status.eq_any(names))
            .count()
    };
    let open = of_status(OPEN.iter().map(|status| status.name()).collect()).get_result::<i64>(conn).await?;
    let doubt = of_status(vec![TransferStatus::Unknown.name()]).get_result::<i64>(conn).await?;
    let held = legal_holds::table.find(DbId(user.0)).count().get_result::<i64>(conn).await?;
    Ok(Standing {
        has_money: with_money > 0,
        transfers_open: u64::try_from(open).unwrap_or_default(),
        transfers_in_doubt: u64::try_from(doubt).unwrap_or_default(),
        is_held: held > 0,
    })
}

/// When the person's last entry was posted. `None`: they never moved money.
pub(super) async fn last_entry(conn: &mut Conn, user: UserId) -> Result<Option<DateTime<Utc>>, SqlError> {
    let own = accounts::table.filter(accounts::owner.eq(Some(DbId(user.0)))).select(accounts::id);
    let ids = own.load::<DbId>(conn).await?;
    let newest = entries::table.filter(entries::account_id.eq_any(ids)).select(max(entries::at));
    Ok(newest.first::<Option<DbTime>>(conn).await?.map(|at| at.0))
}
