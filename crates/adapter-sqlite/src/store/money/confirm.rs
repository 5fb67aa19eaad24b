//! Confirm a waiting transfer with its code, and cancel it.

use super::{
    post::{
        Touched, add_history, alert_of, available, lock_accounts, look_payee, name_payee, transfer_row,
        wrong_code_row,
    },
    read, resolve,
    rows::{LedgerRows, NewOutboundRow},
    sealed::Seals,
};
use crate::{
    backend::{Conn, DbId, DbTime, write_ledger},
    store::{
        error::SqlError,
        rows::{corrupt, to_json},
        schema::{transfers, verifications as challenges},
        subjects::Vault,
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
    verification::{AttemptDecision, AttemptRefusal, AttemptResult, otp::ChallengeStatus},
};
use ports::money::{ConfirmOutcome, ConfirmTransfer};

pub(crate) async fn confirm(
    conn: &mut Conn,
    vault: &Vault,
    request: &ConfirmTransfer,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqlError> {
    let Some(mut transfer) = read::lock_transfer(conn, vault, request.transfer).await? else {
        return Ok(ConfirmOutcome::NotFound);
    };
    if let Some((_, known)) = verifications::known_attempt(conn, request.effect_key.as_deref()).await? {
        return judged_before(&known, request, transfer);
    }
    match transfer.status {
        TransferStatus::PendingVerification => {}
        TransferStatus::Completed
        | TransferStatus::Reversed
        | TransferStatus::Processing
        | TransferStatus::Unknown => {
            return Ok(ConfirmOutcome::AlreadyDone(Box::new(transfer)));
        }
        TransferStatus::Canceled => return code_of_canceled(conn, request, transfer, now).await,
        _ => return Ok(ConfirmOutcome::NotWaiting(Box::new(transfer))),
    }
    if transfer.expires_at.is_some_and(|at| now >= at) {
        end(conn, &mut transfer, TransferStatus::Expired, None, &request.actor, now).await?;
        return Ok(ConfirmOutcome::NotWaiting(Box::new(transfer)));
    }
    let result = match judge(conn, vault, request, now).await? {
        AttemptDecision::Judged(settlement) => settlement.result,
        AttemptDecision::Refused(refusal) => return Ok(refused(refusal)),
    };
    if result.approved {
        pay(conn, vault, request, transfer, now).await
    } else {
        refuse(conn, request, transfer, result, now).await
    }
}

/// Posts the transfer after its right code. It completes, or fails with the ledger's reason.
async fn pay(
    conn: &mut Conn,
    vault: &Vault,
    request: &ConfirmTransfer,
    mut transfer: Transfer,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqlError> {
    let outcome = execute(conn, vault, request, &transfer, now).await?;
    let refusal = outcome.as_ref().err().copied();
    let accepted = request.off_us.status_of(&transfer);
    let status = if refusal.is_some() { TransferStatus::Failed } else { accepted };
    end(conn, &mut transfer, status, refusal, &request.actor, now).await?;
    if refusal.is_none() {
        name_payee(conn, vault, &transfer, request.payee.as_deref(), now).await?;
    }
    // While its money is only held, none has moved.
    let balance_after = outcome.ok().filter(|_| status == TransferStatus::Completed);
    Ok(ConfirmOutcome::Decided { transfer: Box::new(transfer), balance_after })
}

/// Writes the audit row of a wrong code, and cancels the transfer if the code is used up or the number
/// locked: a challenge and its transfer end together.
async fn refuse(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    mut transfer: Transfer,
    result: AttemptResult,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqlError> {
    let row = wrong_code_row(&request.actor, &transfer, &result, now);
    write_ledger(conn, LedgerRows { audit: vec![row], ..LedgerRows::default() }).await?;
    if result.ends_challenge() {
        end(conn, &mut transfer, TransferStatus::Canceled, None, &request.actor, now).await?;
    }
    Ok(wrong(result))
}

/// The answer to a code that was wrong.
fn wrong(result: AttemptResult) -> ConfirmOutcome {
    match result.locked_until {
        Some(until) => ConfirmOutcome::Locked(until),
        None => ConfirmOutcome::WrongCode { attempts_remaining: result.attempts_remaining },
    }
}

/// The answer to a code that was not compared.
fn refused(refusal: AttemptRefusal) -> ConfirmOutcome {
    match refusal {
        AttemptRefusal::Locked(until) => ConfirmOutcome::Locked(until),
        AttemptRefusal::Gone => ConfirmOutcome::CodeGone,
    }
}

/// Counts the check attempt, compares the code, and uses it up if it is right.
async fn judge(
    conn: &mut Conn,
    vault: &Vault,
    request: &ConfirmTransfer,
    now: DateTime<Utc>,
) -> Result<AttemptDecision, SqlError> {
    let Some(row) = verifications::load_locked(conn, vault, request.verification).await? else {
        return Ok(AttemptDecision::Refused(AttemptRefusal::Gone));
    };
    let attempt = verifications::OwnAttempt {
        effect_key: request.effect_key.as_deref(),
        anonymous: None,
        typed: request.mac,
        policy: &request.policy,
    };
    verifications::judge_own(conn, vault, &row, &attempt, now).await
}

/// An attempt that is repeated under its key gets its first answer again.
fn judged_before(
    known: &verifications::KnownAttempt,
    request: &ConfirmTransfer,
    transfer: Transfer,
) -> Result<ConfirmOutcome, SqlError> {
    if !known.is_of(request.verification, request.mac) {
        return Ok(ConfirmOutcome::KeyReused);
    }
    let result = known.result()?.ok_or_else(|| corrupt("a step-up code that was not settled"))?;
    Ok(if result.approved {
        ConfirmOutcome::Decided { transfer: Box::new(transfer), balance_after: None }
    } else {
        wrong(result)
    })
}

/// The answer for a canceled transfer. If a wrong code ended it, the answer stays about the code.
async fn code_of_canceled(
    conn: &mut Conn,
    request: &ConfirmTransfer,
    transfer: Transfer,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqlError> {
    let last = verifications::last_attempt_of(conn, request.verification).await?;
    Ok(match last.and_then(|last| last.later_refusal(now)) {
        Some(refusal) => refused(refusal),
        None => ConfirmOutcome::NotWaiting(Box::new(transfer)),
    })
}

/// Posts the transfer with the balances of now, or holds its money for an outside bank. Returns the payer's balance, or why it was refused.
async fn execute(
    conn: &mut Conn,
    vault: &Vault,
    request: &ConfirmTransfer,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<Result<Money, Refusal>, SqlError> {
    let mut batch = PostingBatch::default();
    let mut touched = Touched::default();
    touched.add(transfer, request.limits.count_spending());
    lock_accounts(conn, &mut batch, touched).await?;
    let seals = Seals::of_fold(conn, vault, &mut batch, vec![transfer.owner], now).await?;
    look_payee(conn, vault, &mut batch, transfer).await?;
    resolve::look_recipients(conn, vault, &mut batch, std::iter::once(transfer)).await?;
    let accepted = Transfer { status: request.off_us.status_of(transfer), ..transfer.clone() };
    let decided = if accepted.is_for_outside_bank() {
        batch.hold_filed(transfer, request.limits, request.day, now)
    } else {
        batch.post_filed(transfer, request.limits, request.day, now)
    };
    let left = available(&batch, transfer);
    if decided.is_ok() {
        let alerts = alert_of(&batch, &accepted, now).into_iter().collect();
        let is_held = accepted.is_for_outside_bank();
        let outbound = is_held.then(|| NewOutboundRow::reserved(transfer.id, DbTime(now)));
        let rows = LedgerRows::of(batch, &seals, now)?;
        write_ledger(conn, LedgerRows { alerts, outbound: outbound.into_iter().collect(), ..rows }).await?;
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
    if !matches!(status, TransferStatus::Completed | TransferStatus::Processing) {
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
    vault: &Vault,
    id: TransferId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<Transfer>, SqlError> {
    let Some(mut transfer) = read::lock_transfer(conn, vault, id).await? else { return Ok(None) };
    if transfer.status.may_become(TransferStatus::Canceled) {
        end(conn, &mut transfer, TransferStatus::Canceled, None, actor, now).await?;
    }
    Ok(Some(transfer))
}
