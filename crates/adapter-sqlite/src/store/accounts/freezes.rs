//! Freezes of people. What the ledger reads under its locks is written here, under the same locks.

use super::{
    audit_rows::about,
    users::{AccountRow, lock_account},
};
use crate::{
    backend::{Conn, DbId, DbTime, for_update},
    store::{
        error::SqlError,
        handle::Store,
        messaging::alert_rows::NewAlertRow,
        money::waiting,
        operations::audit_record::record,
        schema::{accounts, alerts, link_codes, telegram_chats, users},
        subjects::{Vault, contacts},
        verification::verifications::use_proof,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::freeze::{Freeze, LiftedBy},
    ids::UserId,
    verification::otp::Purpose,
};
use futures_util::FutureExt;
use ports::{
    accounts::{FreezeRequest, Freezes, LiftProof, LiftRequest, Lifted},
    messaging::AlertKind,
    store_error::StoreResult,
};

#[async_trait]
impl Freezes for Store {
    async fn freeze(&self, request: &FreezeRequest, now: DateTime<Utc>) -> StoreResult<Option<Freeze>> {
        let request = request.clone();
        self.database.write(move |conn| async move { freeze(conn, &request, now).await }.boxed()).await
    }

    async fn lift(&self, request: &LiftRequest, now: DateTime<Utc>) -> StoreResult<Lifted> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database.write(move |conn| async move { lift(conn, &vault, &request, now).await }.boxed()).await
    }

    async fn find_freeze(&self, user: UserId) -> StoreResult<Option<Freeze>> {
        self.database
            .query(move |conn| async move { Ok(find(conn, user).await?.map(|(freeze, _)| freeze)) }.boxed())
            .await
    }
}

/// A user's freeze, and the key that ordered it.
async fn find(conn: &mut Conn, user: UserId) -> Result<Option<(Freeze, Option<String>)>, SqlError> {
    let row = users::table
        .find(DbId(user.0))
        .select((users::frozen_at, users::last_frozen_at, users::payable_at, users::freeze_key))
        .first::<(Option<DbTime>, Option<DbTime>, Option<DbTime>, Option<String>)>(conn)
        .await
        .optional()?;
    Ok(row.map(|(frozen_at, last_frozen_at, payable_at, key)| {
        let freeze = Freeze {
            frozen_at: frozen_at.map(|at| at.0),
            last_frozen_at: last_frozen_at.map(|at| at.0),
            payable_at: payable_at.map(|at| at.0),
        };
        (freeze, key)
    }))
}

async fn freeze(
    conn: &mut Conn,
    request: &FreezeRequest,
    now: DateTime<Utc>,
) -> Result<Option<Freeze>, SqlError> {
    match find(conn, request.user).await? {
        None => return Ok(None),
        Some((before, key)) if key.is_some() && key == request.key => return Ok(Some(before)),
        Some(_) => {}
    }
    // Transfers are locked before everything else, as everywhere.
    waiting::cancel(conn, request.user, &request.actor, now).await?;
    let Some(account) = lock_account(conn, request.user).await? else { return Ok(None) };
    let Some(frozen) = account.freeze().freeze(now) else { return Ok(Some(account.freeze())) };
    set(conn, request.user, frozen).await?;
    diesel::update(users::table.find(DbId(request.user.0)))
        .set(users::freeze_key.eq(request.key.as_deref()))
        .execute(conn)
        .await?;
    unbind_chats(conn, request.user).await?;
    let alert = NewAlertRow::new(request.user, AlertKind::Frozen { ordered_on: request.ordered_on }, now);
    diesel::insert_into(alerts::table).values(alert).execute(conn).await?;
    // Transfers that were filed meanwhile. One that another transaction has locked waits there for the accounts,
    // and is refused when it gets them.
    waiting::cancel_unlocked(conn, request.user, &request.actor, now).await?;
    let after = request.reason.clone();
    record(conn, &[about(request.user, "account.frozen", &request.actor, None, after)], now).await?;
    Ok(Some(frozen))
}

async fn lift(
    conn: &mut Conn,
    vault: &Vault,
    request: &LiftRequest,
    now: DateTime<Utc>,
) -> Result<Lifted, SqlError> {
    let Some(account) = lock_account(conn, request.user).await? else { return Ok(Lifted::NoSuchUser) };
    let by = if request.proof.is_some() { LiftedBy::Owner } else { LiftedBy::Staff };
    if let Some(proof) = &request.proof
        && !proves(conn, vault, &account, proof, now).await?
    {
        return Ok(Lifted::NoProof);
    }
    let Some(lifted) = account.freeze().lift(by, now) else { return Ok(Lifted::Done(account.freeze())) };
    set(conn, request.user, lifted).await?;
    let after = match by {
        LiftedBy::Owner => "by password and code, with a cool-off",
        LiftedBy::Staff => "by staff",
    };
    let row = about(request.user, "account.unfrozen", &request.actor, None, Some(after.into()));
    record(conn, &[row], now).await?;
    Ok(Lifted::Done(lifted))
}

async fn proves(
    conn: &mut Conn,
    vault: &Vault,
    account: &AccountRow,
    proof: &LiftProof,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    if !account.has_password(&proof.seen_password) {
        return Ok(false);
    }
    let Some(email) = account.personal(conn, vault).await?.email else { return Ok(false) };
    let is_proved = use_proof(conn, vault, proof.verification, &email, Purpose::Unfreeze, now).await?;
    if is_proved {
        contacts::prove(conn, &vault.address(&email), account.user(), now).await?;
    }
    Ok(is_proved)
}

/// Writes the state to the user, and to all their ledger accounts under the locks that a posting takes.
async fn set(conn: &mut Conn, user: UserId, state: Freeze) -> Result<(), SqlError> {
    let (user, frozen_at, payable_at) =
        (DbId(user.0), state.frozen_at.map(DbTime), state.payable_at.map(DbTime));
    diesel::update(users::table.find(user))
        .set((
            users::frozen_at.eq(frozen_at),
            users::last_frozen_at.eq(state.last_frozen_at.map(DbTime)),
            users::payable_at.eq(payable_at),
        ))
        .execute(conn)
        .await?;
    let own = accounts::table.filter(accounts::owner.eq(Some(user)));
    let ids = for_update!(own.order(accounts::id).select(accounts::id)).load::<DbId>(conn).await?;
    diesel::update(accounts::table.filter(accounts::id.eq_any(ids)))
        .set((accounts::frozen_at.eq(frozen_at), accounts::payable_at.eq(payable_at)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes the person's bound chats, and the codes that would bind another.
async fn unbind_chats(conn: &mut Conn, user: UserId) -> Result<(), SqlError> {
    let user = DbId(user.0);
    diesel::delete(telegram_chats::table.filter(telegram_chats::user_id.eq(user))).execute(conn).await?;
    diesel::delete(link_codes::table.filter(link_codes::user_id.eq(user))).execute(conn).await?;
    Ok(())
}
