//! Confirm a waiting transfer with its code, and cancel it.

use super::{
    post::{
        Touched, add_history, available, lock_accounts, look_payee, name_payee, transfer_row, wrong_code_row,
    },
    read,
    rows::LedgerRows,
};
use crate::{
    backend::{Conn, DbId, DbTime, lock_names, write_ledger},
    store::{
        error::SqlError,
        rows::{column, corrupt, to_json},
        schema::{transfers, verification_attempts, verifications as challenges},
        verification::verifications,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::TransferId,
    money::{
        Money,
        ledger::{PostingBatch, Refusal},
        transfer::{Transfer, TransferStatus},
    },
    operations::audit::Actor,
    verification::otp::{ChallengeStatus, hashes_equal},
};
use ports::money::{ConfirmOutcome, ConfirmTransfer};

pub(crate) async fn confirm(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqlError> {
    let Some(mut transfer) = read::lock_transfer(conn, request.transfer).await? else {
        return Ok(ConfirmOutcome::NotFound);
    };
    match transfer.status {
        TransferStatus::PendingVerification => {}
        TransferStatus::Completed | TransferStatus::Reversed => {
            return Ok(ConfirmOutcome::AlreadyDone(Box::new(transfer)));
        }
        _ => return Ok(ConfirmOutcome::NotWaiting(Box::new(transfer))),
    }
    if transfer.expires_at.is_some_and(|at| now >= at) {
        end(conn, &mut transfer, TransferStatus::Expired, None, &request.actor, now).await?;
        return Ok(ConfirmOutcome::NotWaiting(Box::new(transfer)));
    }
    if let Some(outcome) = judged_before(conn, request).await? {
        return Ok(outcome);
    }
    if let Some(outcome) = judge(conn, request, now).await? {
        if let ConfirmOutcome::WrongCode { attempts_remaining } = &outcome {
            let row = wrong_code_row(&request.actor, &transfer, *attempts_remaining, now);
            write_ledger(conn, LedgerRows { audit: vec![row], ..LedgerRows::default() }).await?;
        }
        return Ok(outcome);
    }
    let outcome = execute(conn, request, &transfer, now).await?;
    let refusal = outcome.as_ref().err().copied();
    let status = if refusal.is_some() { TransferStatus::Failed } else { TransferStatus::Completed };
    end(conn, &mut transfer, status, refusal, &request.actor, now).await?;
    if refusal.is_none() {
        name_payee(conn, &transfer, request.payee.as_deref()).await?;
    }
    Ok(ConfirmOutcome::Decided { transfer: Box::new(transfer), balance_after: outcome.ok() })
}

/// Counts the check attempt and compares the code. `None`: the code is right, and now used.
async fn judge(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    now: DateTime<Utc>,
) -> Result<Option<ConfirmOutcome>, SqlError> {
    let Some(row) = verifications::load(conn, request.verification).await? else {
        return Ok(Some(ConfirmOutcome::CodeGone));
    };
    // The lock and the failures belong to the number, over all its challenges.
    lock_names(conn, &[verifications::phone_lock(row.recipient())]).await?;
    if let Some(until) = verifications::failures_of(conn, row.recipient()).await?.lock_at(now) {
        return Ok(Some(ConfirmOutcome::Locked(until)));
    }
    let mut challenge = row.challenge()?;
    if challenge.take_attempt(now).is_err() {
        return Ok(Some(ConfirmOutcome::CodeGone));
    }
    diesel::update(challenges::table.find(row.id))
        .set(challenges::attempts_used.eq(column(challenge.attempts_used)))
        .execute(conn)
        .await?;
    let right = match (row.mac(), request.mac) {
        (Some(kept), Some(typed)) => hashes_equal(&kept, &typed),
        _ => false,
    };
    let row = verifications::load(conn, request.verification)
        .await?
        .ok_or_else(|| corrupt("a challenge vanished"))?;
    let checked =
        verifications::settle(conn, &row, (row.recipient(), 0), right, &request.policy, now).await?;
    if right {
        return Ok(None);
    }
    if let Some(key) = &request.effect_key {
        let attempt = verifications::attempt_id(row.id.0, challenge.attempts_used);
        diesel::insert_into(verification_attempts::table)
            .values((
                verification_attempts::id.eq(DbId(attempt)),
                verification_attempts::verification_id.eq(row.id),
                verification_attempts::effect_key.eq(Some(key)),
                verification_attempts::typed.eq(request.mac.map(|mac| mac.to_vec())),
                verification_attempts::approved.eq(Some(0)),
                verification_attempts::attempts_remaining.eq(column(checked.attempts_remaining)),
                verification_attempts::at.eq(DbTime(now)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(Some(match checked.locked_until {
        Some(until) if challenge.attempts_remaining() > 0 => ConfirmOutcome::Locked(until),
        _ => ConfirmOutcome::WrongCode { attempts_remaining: checked.attempts_remaining },
    }))
}

/// An attempt that is repeated under its key was counted the first time.
async fn judged_before(
    conn: &mut Conn,
    request: &ConfirmTransfer,
) -> Result<Option<ConfirmOutcome>, SqlError> {
    let Some(key) = &request.effect_key else { return Ok(None) };
    let judged = verification_attempts::table
        .filter(verification_attempts::effect_key.eq(key))
        .select((
            verification_attempts::verification_id,
            verification_attempts::typed,
            verification_attempts::attempts_remaining,
        ))
        .first::<(DbId, Option<Vec<u8>>, i32)>(conn)
        .await
        .optional()?;
    let Some((verification, typed, remaining)) = judged else { return Ok(None) };
    let is_same = verification.0 == request.verification.0
        && typed.as_deref() == request.mac.as_ref().map(<[u8; 32]>::as_slice);
    Ok(Some(if is_same {
        ConfirmOutcome::WrongCode { attempts_remaining: u32::try_from(remaining).map_err(corrupt)? }
    } else {
        ConfirmOutcome::KeyReused
    }))
}

/// Posts the transfer with the balances of now. Returns the payer's balance, or why it was refused.
async fn execute(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<Result<Money, Refusal>, SqlError> {
    let mut batch = PostingBatch::default();
    let mut touched = Touched::default();
    touched.add(transfer, request.limits.count_spending());
    lock_accounts(conn, &mut batch, touched).await?;
    look_payee(conn, &mut batch, transfer).await?;
    let decided = batch.post_filed(transfer, request.limits, request.day, now);
    let left = available(&batch, transfer);
    if decided.is_ok() {
        write_ledger(conn, LedgerRows::of(batch, now)?).await?;
    }
    Ok(decided.and(left.ok_or(Refusal::NoSuchAccount)))
}

/// Moves a transfer to its new status, with its history and its audit row.
pub(crate) async fn end(
    conn: &mut Conn,
    transfer: &mut Transfer,
    status: TransferStatus,
    refusal: Option<Refusal>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let before = transfer.status;
    transfer.become_status(status).map_err(corrupt)?;
    transfer.refusal = refusal;
    diesel::update(transfers::table.find(DbId(transfer.id.0)))
        .set((
            transfers::status.eq(status.name()),
            transfers::refusal.eq(refusal.map(|refusal| to_json(&refusal)).transpose()?),
            transfers::updated_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    if status != TransferStatus::Completed {
        close_code(conn, transfer).await?;
    }
    add_history(conn, transfer, now).await?;
    let audit = vec![transfer_row(actor, transfer, Some(before), now)];
    write_ledger(conn, LedgerRows { audit, ..LedgerRows::default() }).await
}

/// Cancels the code of a transfer that ended.
async fn close_code(conn: &mut Conn, transfer: &Transfer) -> Result<(), SqlError> {
    let Some(verification) = transfer.verification else { return Ok(()) };
    let open = challenges::table
        .find(DbId(verification.0))
        .filter(challenges::status.eq(ChallengeStatus::Pending.name()));
    diesel::update(open).set(challenges::status.eq(ChallengeStatus::Canceled.name())).execute(conn).await?;
    Ok(())
}

pub(crate) async fn cancel(
    conn: &mut Conn,
    id: TransferId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<Transfer>, SqlError> {
    let Some(mut transfer) = read::lock_transfer(conn, id).await? else { return Ok(None) };
    if transfer.status.may_become(TransferStatus::Canceled) {
        end(conn, &mut transfer, TransferStatus::Canceled, None, actor, now).await?;
    }
    Ok(Some(transfer))
}
