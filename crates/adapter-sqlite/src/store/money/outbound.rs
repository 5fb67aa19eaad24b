//! Payments to an outside bank: leased, sent once, and changed only over the version that a decision was made on.

mod lease;
mod record;
mod resolve;
mod row;

use self::row::{CallRow, OutboundRow};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        handle::Store,
        rows::corrupt,
        schema::{bank_calls, outbound_payments},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{count_star, min},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use domain::{
    ids::TransferId,
    money::{
        bank::BankReference,
        outbound::{OutboundPayment, OutboundState},
    },
    operations::audit::Actor,
    principal::Principal,
};
use futures_util::FutureExt;
use ports::{
    money::{
        BankCall, ChangeOutcome, LeasedPayment, OutboundChange, OutboundPayments, PaymentsInDoubt,
        ResolveOutcome, ResolvePayment, WithdrawOutcome,
    },
    pagination::PageRequest,
    store_error::StoreResult,
};
use uuid::Uuid;

#[async_trait]
impl OutboundPayments for Store {
    async fn lease_payments(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedPayment>> {
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        // Nearly always there is none: then nothing is written.
        let due =
            self.database.query(move |conn| async move { lease::any_due(conn, now).await }.boxed()).await?;
        if !due {
            return Ok(Vec::new());
        }
        self.database
            .write(move |conn| async move { lease::lease(conn, now, until, limit).await }.boxed())
            .await
    }

    async fn begin_submit(
        &self,
        begun: &OutboundPayment,
        fence: i64,
        order_digest: [u8; 32],
    ) -> StoreResult<bool> {
        let begun = begun.clone();
        self.database
            .write(move |conn| {
                async move { lease::begin_submit(conn, &begun, fence, order_digest).await }.boxed()
            })
            .await
    }

    async fn record_outbound(
        &self,
        change: &OutboundChange,
        now: DateTime<Utc>,
    ) -> StoreResult<ChangeOutcome> {
        let (change, vault) = (change.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { record::record(conn, &vault, &change, now).await }.boxed())
            .await
    }

    async fn find_payment(&self, transfer: TransferId) -> StoreResult<Option<OutboundPayment>> {
        Ok(self.find_payments(&[transfer]).await?.pop())
    }

    async fn find_payments(&self, transfers: &[TransferId]) -> StoreResult<Vec<OutboundPayment>> {
        let ids: Vec<DbId> = transfers.iter().map(|id| DbId(id.0)).collect();
        self.database
            .query(move |conn| {
                async move {
                    let rows = outbound_payments::table
                        .filter(outbound_payments::transfer_id.eq_any(ids))
                        .select(OutboundRow::as_select())
                        .load::<OutboundRow>(conn)
                        .await?;
                    rows.into_iter().map(OutboundPayment::try_from).collect()
                }
                .boxed()
            })
            .await
    }

    async fn find_payment_by_reference(
        &self,
        reference: BankReference,
    ) -> StoreResult<Option<OutboundPayment>> {
        self.database
            .query(move |conn| {
                async move {
                    let row = outbound_payments::table
                        .filter(outbound_payments::reference.eq(reference.as_str()))
                        .select(OutboundRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    row.map(OutboundPayment::try_from).transpose()
                }
                .boxed()
            })
            .await
    }

    async fn bank_calls(&self, transfer: TransferId, page: &PageRequest) -> StoreResult<Vec<BankCall>> {
        let page = page.clone();
        self.database.query(move |conn| async move { calls(conn, transfer, &page).await }.boxed()).await
    }

    async fn ask_bank_now(&self, transfer: TransferId, now: DateTime<Utc>) -> StoreResult<bool> {
        self.database
            .write(move |conn| {
                async move {
                    let row = outbound_payments::table.find(DbId(transfer.0));
                    let idle = row.filter(outbound_payments::state.ne(OutboundState::Submitting.name()));
                    let due = outbound_payments::next_at.eq(Some(DbTime(now)));
                    if diesel::update(idle).set(due).execute(conn).await? > 0 {
                        return Ok(true);
                    }
                    Ok(row.count().get_result::<i64>(conn).await? > 0)
                }
                .boxed()
            })
            .await
    }

    async fn wake_reserved(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        self.database
            .write(move |conn| {
                async move {
                    let reserved = outbound_payments::table
                        .filter(outbound_payments::state.eq(OutboundState::Reserved.name()));
                    let due = outbound_payments::next_at.eq(Some(DbTime(now)));
                    Ok(diesel::update(reserved).set(due).execute(conn).await?)
                }
                .boxed()
            })
            .await
    }

    async fn payments_in_doubt(&self) -> StoreResult<PaymentsInDoubt> {
        self.database.query(|conn| async move { in_doubt(conn).await }.boxed()).await
    }

    async fn resolve_payment(
        &self,
        request: &ResolvePayment,
        now: DateTime<Utc>,
    ) -> StoreResult<ResolveOutcome> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { resolve::resolve(conn, &vault, &request, now).await }.boxed())
            .await
    }

    async fn withdraw_resolution(
        &self,
        transfer: TransferId,
        by: &Principal,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<WithdrawOutcome> {
        let (by, actor) = (by.clone(), actor.clone());
        self.database
            .write(move |conn| {
                async move { resolve::withdraw(conn, transfer, &by, &actor, now).await }.boxed()
            })
            .await
    }
}

async fn calls(conn: &mut Conn, transfer: TransferId, page: &PageRequest) -> Result<Vec<BankCall>, SqlError> {
    let mut query = bank_calls::table
        .filter(bank_calls::transfer_id.eq(DbId(transfer.0)))
        .order(bank_calls::id.asc())
        .limit(page.limit)
        .select(CallRow::as_select())
        .into_boxed();
    if let Some(after) = page.after.as_deref() {
        query = query.filter(bank_calls::id.gt(DbId(Uuid::parse_str(after).map_err(corrupt)?)));
    }
    query.load::<CallRow>(conn).await?.into_iter().map(BankCall::try_from).collect()
}

async fn in_doubt(conn: &mut Conn) -> Result<PaymentsInDoubt, SqlError> {
    let (count, oldest) = outbound_payments::table
        .filter(outbound_payments::doubt_since.is_not_null())
        .select((count_star(), min(outbound_payments::doubt_since)))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    Ok(PaymentsInDoubt { count: u64::try_from(count).unwrap_or_default(), oldest: oldest.map(|at| at.0) })
}
