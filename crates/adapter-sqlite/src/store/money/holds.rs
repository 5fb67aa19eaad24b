//! Money held for transfers under way: verdicts on it, and holds that expire.

use super::{
    confirm::end,
    post::{Touched, lock_accounts, name_payee},
    read,
    rows::LedgerRows,
    sealed::Seals,
};
use crate::{
    backend::{Conn, Db, DbId, DbTime, write_ledger},
    store::{
        error::SqlError,
        rows::{corrupt, day},
        schema::{holds, transfers},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{TransferId, WalletId},
    money::{
        ledger::{Hold, HoldEnd, PostingBatch, Refusal},
        transfer::{Transfer, TransferStatus},
    },
    operations::audit::Actor,
    principal::Principal,
};
use ports::money::{HoldOutcome, HoldVerdict};

#[derive(Queryable, Selectable)]
#[diesel(table_name = holds, check_for_backend(Db))]
struct LiveHold {
    transfer_id: DbId,
    account_id: DbId,
    minor: i64,
    spent_on: i32,
}

impl TryFrom<LiveHold> for Hold {
    type Error = SqlError;
    fn try_from(row: LiveHold) -> Result<Self, SqlError> {
        Ok(Self {
            transfer: TransferId(row.transfer_id.0),
            account: WalletId(row.account_id.0),
            minor: row.minor,
            day: day(row.spent_on)?,
        })
    }
}

pub(crate) async fn settle(
    conn: &mut Conn,
    vault: &Vault,
    id: TransferId,
    verdict: &HoldVerdict,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<HoldOutcome, SqlError> {
    let Some(mut transfer) = read::lock_transfer(conn, vault, id).await? else {
        return Ok(HoldOutcome::NotFound);
    };
    let (next, refusal) = match verdict {
        HoldVerdict::Submit => {
            return submit(conn, transfer).await;
        }
        HoldVerdict::Capture => (TransferStatus::Completed, None),
        HoldVerdict::Void { status, refusal } => (*status, *refusal),
        HoldVerdict::Unknown => (TransferStatus::Unknown, None),
    };
    if transfer.status == next {
        return Ok(HoldOutcome::Settled(Box::new(transfer)));
    }
    let is_held = matches!(transfer.status, TransferStatus::Processing | TransferStatus::Unknown);
    if !is_held || !transfer.status.may_become(next) {
        return Ok(HoldOutcome::TooLate(Box::new(transfer)));
    }
    if next != TransferStatus::Unknown {
        let end = if next == TransferStatus::Completed { HoldEnd::Captured } else { HoldEnd::Voided };
        let Some(()) = end_hold(conn, vault, &transfer, end, now).await? else {
            return Ok(HoldOutcome::TooLate(Box::new(transfer)));
        };
    }
    self::end(conn, &mut transfer, next, refusal, actor, now).await?;
    if next == TransferStatus::Completed {
        name_payee(conn, vault, &transfer, None, now).await?;
    }
    Ok(HoldOutcome::Settled(Box::new(transfer)))
}

/// A transfer that was handed over no longer expires, because nobody could call it back.
async fn submit(conn: &mut Conn, mut transfer: Transfer) -> Result<HoldOutcome, SqlError> {
    if transfer.status != TransferStatus::Processing {
        return Ok(HoldOutcome::TooLate(Box::new(transfer)));
    }
    transfer.expires_at = None;
    diesel::update(transfers::table.find(DbId(transfer.id.0)))
        .set(transfers::expires_at.eq(None::<DbTime>))
        .execute(conn)
        .await?;
    Ok(HoldOutcome::Settled(Box::new(transfer)))
}

/// Releases the money held for a transfer. `None`: nothing is held.
pub(crate) async fn end_hold(
    conn: &mut Conn,
    vault: &Vault,
    transfer: &Transfer,
    end: HoldEnd,
    now: DateTime<Utc>,
) -> Result<Option<()>, SqlError> {
    let row = holds::table
        .find(DbId(transfer.id.0))
        .filter(holds::state.eq("live"))
        .select(LiveHold::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let hold = Hold::try_from(row)?;
    let mut batch = PostingBatch::default();
    let mut touched = Touched::default();
    touched.add(transfer, false);
    lock_accounts(conn, &mut batch, touched).await?;
    let released = match end {
        HoldEnd::Captured => batch.capture(&hold, transfer),
        HoldEnd::Voided => batch.void(&hold),
    };
    released.map_err(|refusal: Refusal| corrupt(format!("a hold can't be released: {}", refusal.name())))?;
    for (id, end) in std::mem::take(&mut batch.ended_holds) {
        let state = match end {
            HoldEnd::Captured => "captured",
            HoldEnd::Voided => "voided",
        };
        diesel::update(holds::table.find(DbId(id.0)))
            .set((holds::state.eq(state), holds::settled_at.eq(Some(DbTime(now)))))
            .execute(conn)
            .await?;
    }
    // Nothing is sealed: the end of a hold makes no transfer and no payee.
    let seals = Seals::of(conn, vault, Vec::new(), now).await?;
    write_ledger(conn, LedgerRows::of(batch, &seals, now)?).await?;
    Ok(Some(()))
}

/// Posts a transfer whose hold was released before it was known that the bank paid it. It counts for the day of the
/// hold. A refusal: nothing is written.
pub(crate) async fn post_late(
    conn: &mut Conn,
    vault: &Vault,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<Result<(), Refusal>, SqlError> {
    let hold = holds::table.find(DbId(transfer.id.0)).select(LiveHold::as_select()).first(conn).await?;
    let hold = Hold::try_from(hold)?;
    let mut batch = PostingBatch::default();
    let mut touched = Touched::default();
    touched.add(transfer, false);
    lock_accounts(conn, &mut batch, touched).await?;
    if let Err(refusal) = batch.post_late(transfer, hold.day) {
        return Ok(Err(refusal));
    }
    let seals = Seals::of(conn, vault, Vec::new(), now).await?;
    write_ledger(conn, LedgerRows::of(batch, &seals, now)?).await?;
    Ok(Ok(()))
}

/// Expires the transfers that waited too long: for a code, for a confirmation, or to be handed over.
pub(crate) async fn expire(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let waiting = [
        TransferStatus::PendingVerification.name(),
        TransferStatus::PendingApproval.name(),
        TransferStatus::Processing.name(),
    ];
    let lapsed = transfers::table
        .filter(transfers::status.eq_any(waiting))
        .filter(transfers::expires_at.le(DbTime(now)))
        .order(transfers::id.asc())
        .limit(100)
        .select(transfers::id)
        .load::<DbId>(conn)
        .await?;
    let actor = Actor { who: Principal::System, channel: "worker".into(), request_id: "expiry".into() };
    let mut ended = 0_usize;
    for id in lapsed {
        if expire_one(conn, vault, TransferId(id.0), &actor, now).await? {
            ended = ended.saturating_add(1);
        }
    }
    Ok(ended)
}

async fn expire_one(
    conn: &mut Conn,
    vault: &Vault,
    id: TransferId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let Some(mut transfer) = read::lock_unopened(conn, id).await? else { return Ok(false) };
    // Another worker may have changed the transfer before the lock.
    let is_due = transfer.expires_at.is_some_and(|at| now >= at);
    if !is_due || !transfer.status.may_become(TransferStatus::Expired) {
        return Ok(false);
    }
    if transfer.status == TransferStatus::Processing {
        end_hold(conn, vault, &transfer, HoldEnd::Voided, now).await?;
    }
    end(conn, &mut transfer, TransferStatus::Expired, None, actor, now).await?;
    Ok(true)
}
