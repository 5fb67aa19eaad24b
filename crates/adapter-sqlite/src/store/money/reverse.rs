//! Reverse a completed transfer.

use super::{
    post::{Touched, add_history, available, lock_accounts, look_folios, look_keys, transfer_row},
    read,
    rows::LedgerRows,
    sealed::Seals,
};
use crate::{
    backend::{Conn, DbId, DbTime, write_ledger},
    store::{error::SqlError, schema::transfers, subjects::Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::money::{
    ledger::{Decision, Outcome, PostingBatch},
    transfer::Transfer,
};
use ports::money::{PostOutcome, ReverseRequest};

/// Locks the original first, so that concurrent reversals see each other.
pub(crate) async fn reverse(
    conn: &mut Conn,
    vault: &Vault,
    request: &ReverseRequest,
    now: DateTime<Utc>,
) -> Result<Option<PostOutcome>, SqlError> {
    let Some(mut original) = read::lock_transfer(conn, vault, request.original).await? else {
        return Ok(None);
    };
    let before = original.clone();
    let mut batch = PostingBatch::default();
    let mut touched = Touched::default();
    touched.add(&original, false);
    lock_accounts(conn, &mut batch, touched).await?;
    let seals = Seals::of_fold(conn, vault, &mut batch, vec![original.owner], now).await?;
    look_keys(conn, vault, &mut batch, std::iter::once(&request.command.key)).await?;
    look_folios(conn, &mut batch, std::iter::once(request.command.folio)).await?;
    let decision = batch.reverse(&request.command, &mut original);
    let mut outcome = PostOutcome { decision, balance_after: None };
    let mut audit = Vec::new();
    if let Decision::Decided(Outcome::Accepted(reversal)) = &outcome.decision {
        outcome.balance_after = available(&batch, reversal);
        audit.push(transfer_row(&request.actor, reversal, None, now));
        audit.push(transfer_row(&request.actor, &original, Some(before.status), now));
        give_back(conn, &before, &original, now).await?;
    }
    let rows = LedgerRows::of(batch, &seals, now)?;
    write_ledger(conn, LedgerRows { audit, ..rows }).await?;
    Ok(Some(outcome))
}

/// Writes how much of the original is given back.
async fn give_back(
    conn: &mut Conn,
    before: &Transfer,
    original: &Transfer,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::update(transfers::table.find(DbId(original.id.0)))
        .set((
            transfers::reversed_minor.eq(original.reversed_minor),
            transfers::status.eq(original.status.name()),
            transfers::updated_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    if original.status == before.status { Ok(()) } else { add_history(conn, original, now).await }
}
