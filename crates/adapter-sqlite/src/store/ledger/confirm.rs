//! Letting a waiting transfer through, withdrawing it, and ending those whose time is over.

use super::super::{
    rows::{column, corrupt, to_json},
    schema::{transfers, verification_guesses, verifications as challenges},
    verifications,
};
use super::{
    post::{add_history, lock_accounts, look_spent, remember_payee, write_audit, write_books},
    read,
};
use crate::backend::{Conn, DbId, DbTime, Fault};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    audit::Actor,
    ids::TransferId,
    ledger::{Books, Refusal},
    money::Money,
    otp::{ChallengeStatus, hashes_equal},
    transfer::{Transfer, TransferStatus},
};
use ports::stores::{ConfirmOutcome, ConfirmTransfer};

pub(super) async fn confirm(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, Fault> {
    let Some(mut transfer) = read::find_transfer(conn, request.transfer).await? else {
        return Ok(ConfirmOutcome::NotFound);
    };
    match transfer.status {
        TransferStatus::PendingVerification => {}
        TransferStatus::Completed => return Ok(ConfirmOutcome::AlreadyDone(Box::new(transfer))),
        _ => return Ok(ConfirmOutcome::NotWaiting(Box::new(transfer))),
    }
    if transfer.expires_at.is_some_and(|at| now >= at) {
        end(conn, &mut transfer, TransferStatus::Expired, None, now).await?;
        return Ok(ConfirmOutcome::NotWaiting(Box::new(transfer)));
    }
    if let Some(outcome) = judge(conn, request, now).await? {
        return Ok(outcome);
    }
    let outcome = execute(conn, request, &mut transfer, now).await?;
    let refusal = outcome.as_ref().err().copied();
    let status = if refusal.is_some() { TransferStatus::Failed } else { TransferStatus::Completed };
    end(conn, &mut transfer, status, refusal, now).await?;
    let detail = format!("{} to {}", transfer.amount, transfer.destination.masked());
    write_audit(conn, &request.actor, status.name(), &transfer, detail, now).await?;
    if refusal.is_none() {
        remember_payee(conn, &transfer, request.payee.as_deref(), now).await?;
    }
    Ok(ConfirmOutcome::Decided { transfer: Box::new(transfer), balance_after: outcome.ok() })
}

/// Counts and judges the guess: `None` when the code is right and now used up.
async fn judge(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    now: DateTime<Utc>,
) -> Result<Option<ConfirmOutcome>, Fault> {
    if let Some(key) = &request.effect_key {
        // A turn that is run again: the wrong guess was counted the first time.
        let judged = verification_guesses::table
            .filter(verification_guesses::effect_key.eq(key))
            .select(verification_guesses::attempts_remaining)
            .first::<i32>(conn)
            .await
            .optional()?;
        if let Some(remaining) = judged {
            let attempts_remaining = u32::try_from(remaining).map_err(corrupt)?;
            return Ok(Some(ConfirmOutcome::WrongCode { attempts_remaining }));
        }
    }
    let Some(row) = verifications::load(conn, request.verification).await? else {
        return Ok(Some(ConfirmOutcome::CodeGone));
    };
    if let Some(until) = verifications::failures_of(conn, row.phone()).await?.lock_at(now) {
        return Ok(Some(ConfirmOutcome::Locked(until)));
    }
    let mut challenge = row.challenge()?;
    if challenge.take_guess(now).is_err() {
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
    let checked = verifications::settle(conn, &row, right, &request.policy, now).await?;
    if right {
        return Ok(None);
    }
    if let Some(key) = &request.effect_key {
        let guess = verifications::guess_id(row.id.0, challenge.attempts_used);
        diesel::insert_into(verification_guesses::table)
            .values((
                verification_guesses::id.eq(DbId(guess)),
                verification_guesses::verification_id.eq(row.id),
                verification_guesses::effect_key.eq(Some(key)),
                verification_guesses::approved.eq(Some(0)),
                verification_guesses::attempts_remaining.eq(column(checked.attempts_remaining)),
                verification_guesses::at.eq(DbTime(now)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(Some(match checked.locked_until {
        Some(until) if checked.attempts_remaining > 0 => ConfirmOutcome::Locked(until),
        _ => ConfirmOutcome::WrongCode { attempts_remaining: checked.attempts_remaining },
    }))
}

/// Posts it on the books as they stand now: what the payer has left, or why not.
async fn execute(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    transfer: &mut Transfer,
    now: DateTime<Utc>,
) -> Result<Result<Money, Refusal>, Fault> {
    let mut books = Books::default();
    lock_accounts(conn, &mut books, [transfer.from, transfer.to].into()).await?;
    look_spent(conn, &mut books, transfer.owner, transfer.amount.currency, request.day).await?;
    let decided = books.post_filed(transfer, request.limits, request.day);
    if decided.is_ok() {
        write_books(conn, &mut books, now).await?;
    }
    let left = books.accounts.get(&transfer.from).map(|a| Money::new(a.available(), a.currency));
    Ok(decided.and(left.ok_or(Refusal::NoSuchAccount)))
}

async fn end(
    conn: &mut Conn,
    transfer: &mut Transfer,
    status: TransferStatus,
    refusal: Option<Refusal>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    transfer.become_status(status).map_err(corrupt)?;
    transfer.refusal = refusal;
    diesel::update(transfers::table.filter(transfers::id.eq(DbId(transfer.id.0))))
        .set((
            transfers::status.eq(status.name()),
            transfers::refusal.eq(refusal.map(|refusal| to_json(&refusal)).transpose()?),
            transfers::updated_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    if status != TransferStatus::Completed
        && let Some(verification) = transfer.verification
    {
        // Its code opens nothing any more.
        let open = challenges::table
            .find(DbId(verification.0))
            .filter(challenges::status.eq(ChallengeStatus::Pending.name()));
        diesel::update(open)
            .set(challenges::status.eq(ChallengeStatus::Canceled.name()))
            .execute(conn)
            .await?;
    }
    add_history(conn, transfer, now).await
}

pub(super) async fn cancel(
    conn: &mut Conn,
    id: TransferId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<Transfer>, Fault> {
    let Some(mut transfer) = read::find_transfer(conn, id).await? else { return Ok(None) };
    if transfer.status.may_become(TransferStatus::Canceled) {
        end(conn, &mut transfer, TransferStatus::Canceled, None, now).await?;
        let detail = format!("{} to {}", transfer.amount, transfer.destination.masked());
        write_audit(conn, actor, "canceled", &transfer, detail, now).await?;
    }
    Ok(Some(transfer))
}

pub(super) async fn expire(conn: &mut Conn, now: DateTime<Utc>) -> Result<usize, Fault> {
    let lapsed = transfers::table
        .filter(
            transfers::status
                .eq_any([TransferStatus::PendingVerification.name(), TransferStatus::PendingApproval.name()]),
        )
        .filter(transfers::expires_at.le(DbTime(now)))
        .select(transfers::id)
        .load::<DbId>(conn)
        .await?;
    let mut ended = 0_usize;
    for id in lapsed {
        if let Some(mut transfer) = read::find_transfer(conn, TransferId(id.0)).await? {
            end(conn, &mut transfer, TransferStatus::Expired, None, now).await?;
            ended = ended.saturating_add(1);
        }
    }
    Ok(ended)
}
