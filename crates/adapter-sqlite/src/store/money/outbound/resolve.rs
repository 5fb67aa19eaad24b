//! What operators say about payments in doubt.

use super::{
    record::apply,
    row::{lock, put},
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        money::{read, sealed::Seals},
        operations::audit_record,
        schema::payment_resolutions,
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::TransferId,
    money::{
        outbound::{FirstResolution, OutboundPayment, Resolution, ResolutionStep},
        transfer::Transfer,
    },
    operations::audit::{Actor, AuditRecord},
    principal::Principal,
};
use ports::money::{ResolveOutcome, ResolvePayment, WithdrawOutcome};

pub(super) async fn resolve(
    conn: &mut Conn,
    vault: &Vault,
    request: &ResolvePayment,
    now: DateTime<Utc>,
) -> Result<ResolveOutcome, SqlError> {
    let Some(mut transfer) = read::lock_transfer(conn, vault, request.transfer).await? else {
        return Ok(ResolveOutcome::NotFound);
    };
    let Some(payment) = lock(conn, request.transfer).await? else { return Ok(ResolveOutcome::NotFound) };
    match payment.weigh(&request.by, request.verdict) {
        ResolutionStep::NotInDoubt => Ok(ResolveOutcome::NotInDoubt),
        ResolutionStep::SameOperator => Ok(ResolveOutcome::SameOperator),
        ResolutionStep::Differs => Ok(ResolveOutcome::Differs),
        ResolutionStep::NeedsSecond => {
            let first = FirstResolution { by: request.by.clone(), verdict: request.verdict };
            put(conn, &with_first(payment, Some(first)), now).await?;
            write_word(conn, vault, request, &transfer, ("first", now)).await?;
            Ok(ResolveOutcome::NeedsSecond)
        }
        ResolutionStep::Agreed => {
            let decision = payment.resolved(request.verdict, now);
            if apply(conn, vault, &mut transfer, &decision, &request.actor, now).await?.is_err() {
                return Ok(ResolveOutcome::InsufficientFunds);
            }
            write_word(conn, vault, request, &transfer, ("second", now)).await?;
            Ok(ResolveOutcome::Decided(Box::new(transfer)))
        }
    }
}

pub(super) async fn withdraw(
    conn: &mut Conn,
    id: TransferId,
    by: &Principal,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<WithdrawOutcome, SqlError> {
    let Some(transfer) = read::lock_unopened(conn, id).await? else { return Ok(WithdrawOutcome::NotFound) };
    let Some(payment) = lock(conn, id).await? else { return Ok(WithdrawOutcome::NotFound) };
    let Some(first) = payment.first_resolution.clone().filter(|first| first.by == *by) else {
        return Ok(WithdrawOutcome::NotTheirs);
    };
    put(conn, &with_first(payment, None), now).await?;
    insert(conn, id, by, (first.verdict, "withdrawn"), None, now).await?;
    let row = audit_row(&transfer, actor, "withdrawn", first.verdict);
    audit_record::record(conn, &[row], now).await?;
    Ok(WithdrawOutcome::Withdrawn)
}

/// The payment under its next version: a decision that is being made on the one before must see the word.
fn with_first(payment: OutboundPayment, first: Option<FirstResolution>) -> OutboundPayment {
    OutboundPayment { version: payment.version.saturating_add(1), first_resolution: first, ..payment }
}

/// Keeps an operator's word with its evidence.
async fn write_word(
    conn: &mut Conn,
    vault: &Vault,
    request: &ResolvePayment,
    transfer: &Transfer,
    (step, now): (&'static str, DateTime<Utc>),
) -> Result<(), SqlError> {
    let seals = Seals::of(conn, vault, vec![transfer.owner], now).await?;
    let sealed = seals.evidence(transfer.id, transfer.owner, &request.evidence)?;
    insert(conn, transfer.id, &request.by, (request.verdict, step), sealed, now).await?;
    let row = audit_row(transfer, &request.actor, step, request.verdict);
    audit_record::record(conn, &[row], now).await
}

async fn insert(
    conn: &mut Conn,
    id: TransferId,
    by: &Principal,
    (verdict, step): (Resolution, &'static str),
    sealed: Option<Vec<u8>>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(payment_resolutions::table)
        .values((
            payment_resolutions::transfer_id.eq(DbId(id.0)),
            payment_resolutions::operator.eq(by.key()),
            payment_resolutions::verdict.eq(verdict.name()),
            payment_resolutions::step.eq(step),
            payment_resolutions::at.eq(DbTime(now)),
            payment_resolutions::sealed.eq(sealed),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

fn audit_row(transfer: &Transfer, actor: &Actor, step: &str, verdict: Resolution) -> AuditRecord {
    AuditRecord {
        actor: actor.clone(),
        action: format!("payment.resolution.{step}"),
        subject: transfer.id.to_string(),
        on_behalf_of: Some(format!("user:{}", transfer.owner)),
        before: None,
        after: Some(verdict.name().to_owned()),
    }
}
