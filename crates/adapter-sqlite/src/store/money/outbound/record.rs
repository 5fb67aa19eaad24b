//! Write a decision on a payment with everything that follows from it.

use super::row::{NewCallRow, lock, put};
use crate::{
    backend::{Conn, write_ledger},
    store::{
        error::SqlError,
        messaging::alert_rows::NewAlertRow,
        money::{
            confirm::end,
            holds::{end_hold, post_late},
            post::name_payee,
            read,
            rows::LedgerRows,
            sealed::Seals,
        },
        operations::audit_record,
        rows::corrupt,
        schema::bank_calls,
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use domain::{
    money::{
        ledger::{HoldEnd, Refusal},
        outbound::{HoldEffect, OutboundDecision},
        transfer::{Transfer, TransferStatus},
    },
    operations::audit::{Actor, AuditRecord},
};
use ports::{
    messaging::AlertKind,
    money::{BankCall, ChangeOutcome, OutboundChange},
};

pub(super) async fn record(
    conn: &mut Conn,
    vault: &Vault,
    change: &OutboundChange,
    now: DateTime<Utc>,
) -> Result<ChangeOutcome, SqlError> {
    let id = change.decision.payment.transfer;
    let transfer = read::lock_transfer(conn, vault, id).await?;
    let mut transfer = transfer.ok_or_else(|| corrupt("a payment without its transfer"))?;
    let before = lock(conn, id).await?;
    if before.is_none_or(|before| before.version != change.version) {
        return Ok(ChangeOutcome::Stale);
    }
    if apply(conn, vault, &mut transfer, &change.decision, &change.actor, now).await?.is_err() {
        return Ok(ChangeOutcome::InsufficientFunds);
    }
    if let Some(call) = &change.call {
        write_call(conn, vault, call, &transfer, now).await?;
    }
    Ok(ChangeOutcome::Written(Box::new(transfer)))
}

/// Writes the payment, which is locked, moves its money, and gives its transfer the status that follows. A refusal:
/// nothing is written.
pub(super) async fn apply(
    conn: &mut Conn,
    vault: &Vault,
    transfer: &mut Transfer,
    decision: &OutboundDecision,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Result<(), Refusal>, SqlError> {
    let held = || corrupt("a payment without its hold");
    match decision.hold {
        HoldEffect::Keep => {}
        HoldEffect::Capture => {
            end_hold(conn, vault, transfer, HoldEnd::Captured, now).await?.ok_or_else(held)?;
        }
        HoldEffect::Release => {
            end_hold(conn, vault, transfer, HoldEnd::Voided, now).await?.ok_or_else(held)?;
        }
        HoldEffect::PostLate => {
            if let Err(refusal) = post_late(conn, vault, transfer, now).await? {
                return Ok(Err(refusal));
            }
        }
    }
    put(conn, &decision.payment, now).await?;
    if decision.is_alarm {
        audit_record::record(conn, &[contradiction(decision, transfer, actor)], now).await?;
    }
    let status = decision.payment.state.transfer_status();
    if transfer.status != status {
        end(conn, transfer, status, None, actor, now).await?;
        if status == TransferStatus::Completed {
            name_payee(conn, vault, transfer, None, now).await?;
        }
        let kind = AlertKind::PaymentChanged { transfer: transfer.id, status };
        let alerts = vec![NewAlertRow::new(transfer.owner, kind, now)];
        write_ledger(conn, LedgerRows { alerts, ..LedgerRows::default() }).await?;
    }
    Ok(Ok(()))
}

fn contradiction(decision: &OutboundDecision, transfer: &Transfer, actor: &Actor) -> AuditRecord {
    AuditRecord {
        actor: actor.clone(),
        action: "payment.contradicted".to_owned(),
        subject: transfer.id.to_string(),
        on_behalf_of: Some(format!("user:{}", transfer.owner)),
        before: Some(transfer.status.name().to_owned()),
        after: Some(decision.payment.state.name().to_owned()),
    }
}

/// Writes a call down, once. The answer is sealed for its payer; of one who was erased nothing is kept.
async fn write_call(
    conn: &mut Conn,
    vault: &Vault,
    call: &BankCall,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let sealed = if call.raw.is_empty() {
        None
    } else {
        let seals = Seals::of(conn, vault, vec![transfer.owner], now).await?;
        seals.bank_answer(call.id, transfer.owner, &call.raw)?
    };
    diesel::insert_into(bank_calls::table)
        .values(NewCallRow::new(call, transfer.id, sealed))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}
