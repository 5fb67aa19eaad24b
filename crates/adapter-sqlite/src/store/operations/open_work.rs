//! One question about all queues: in which of them is something due that no worker has?

use crate::backend::{Conn, DbTime};
use crate::store::{
    error::SqlError,
    handle::Store,
    rows::lane_name,
    schema::{
        alerts, audit, audit_blocks, conversations, data_exports, inbox, outbox, transfers,
        verification_fallbacks, verification_sends,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, max},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use domain::{message::DeliveryStatus, money::transfer::TransferStatus, verification::otp::FALLBACK_AFTER};
use futures_util::FutureExt;
use ports::{
    messaging::Lane,
    operations::{OpenWork, Wake, WorkKind},
    store_error::StoreResult,
};
use std::collections::BTreeSet;

#[async_trait]
impl OpenWork for Store {
    async fn open_work(&self, now: DateTime<Utc>) -> StoreResult<BTreeSet<WorkKind>> {
        self.database.read(move |conn| async move { open_work(conn, now).await }.boxed()).await
    }

    fn on_queued(&self, wake: Wake) {
        self.database.signals().tell_to(wake);
    }
}

async fn open_work(conn: &mut Conn, now: DateTime<Utc>) -> Result<BTreeSet<WorkKind>, SqlError> {
    let at = DbTime(now);
    let turns = inbox::table
        .inner_join(conversations::table)
        .filter(inbox::state.eq("pending"))
        .filter(inbox::due_at.is_null().or(inbox::due_at.le(Some(at))))
        .filter(conversations::leased_until.le(at));
    let messages = outbox::table
        .filter(outbox::phase.ne("settled"))
        .filter(outbox::phase.ne("leased").and(outbox::due_at.le(at)).or(outbox::leased_until.le(at)));
    let sealed_until = audit_blocks::table.select(max(audit_blocks::last_seq));
    let sealed_until = sealed_until.first::<Option<i64>>(conn).await?.unwrap_or(0);
    let unsealed = audit::table.filter(audit::seq.gt(sealed_until));
    let exports = data_exports::table.filter(data_exports::finished_at.is_null());
    let found = diesel::select((
        exists(turns),
        exists(messages),
        exists(alerts::table.filter(alerts::leased_until.le(at))),
        exists(outbox::table.filter(outbox::price_due_at.le(Some(at)))),
        exists(verification_sends::table.filter(verification_sends::price_due_at.le(Some(at)))),
        exists(unsealed),
        exists(exports),
    ));
    let (turns, messages, alerts, prices, code_prices, unsealed, exports) =
        found.get_result::<(bool, bool, bool, bool, bool, bool, bool)>(conn).await?;
    let (fallbacks, expiry) = passed(conn, now).await?;
    let kinds = [
        (WorkKind::Turns, turns),
        (WorkKind::Messages, messages),
        (WorkKind::Fallbacks, fallbacks),
        (WorkKind::Alerts, alerts),
        (WorkKind::Prices, prices || code_prices),
        (WorkKind::AuditSeals, unsealed),
        (WorkKind::Expiry, expiry),
        (WorkKind::Exports, exports),
    ];
    Ok(kinds.into_iter().filter_map(|(kind, is_open)| is_open.then_some(kind)).collect())
}

/// Whether codes may go to their next channel, and whether the time of transfers or codes is over.
async fn passed(conn: &mut Conn, now: DateTime<Utc>) -> Result<(bool, bool), SqlError> {
    let at = DbTime(now);
    let silent_since = DbTime(now.checked_sub_signed(FALLBACK_AFTER).unwrap_or(now));
    let told =
        [DeliveryStatus::Delivered, DeliveryStatus::Read, DeliveryStatus::Failed].map(DeliveryStatus::name);
    let is_told = exists(
        outbox::table
            .filter(outbox::id.nullable().eq(verification_fallbacks::behind))
            .filter(outbox::status.eq_any(told)),
    );
    let fallbacks = verification_fallbacks::table
        .filter(verification_fallbacks::behind.is_not_null())
        .filter(verification_fallbacks::since.le(silent_since).assume_not_null().or(is_told))
        .select(verification_fallbacks::position);
    let fallback = fallbacks.first::<i32>(conn).await.optional()?;
    let waiting = [
        TransferStatus::PendingVerification.name(),
        TransferStatus::PendingApproval.name(),
        TransferStatus::Processing.name(),
    ];
    let transfers =
        transfers::table.filter(transfers::status.eq_any(waiting)).filter(transfers::expires_at.le(at));
    let codes = outbox::table
        .filter(outbox::lane.eq(lane_name(Lane::Code)))
        .filter(outbox::body.is_not_null())
        .filter(outbox::expires_at.le(at))
        .filter(outbox::phase.eq("settled"));
    let unused = verification_fallbacks::table.filter(verification_fallbacks::expires_at.le(at));
    let found = diesel::select((exists(transfers), exists(codes), exists(unused)));
    let (transfers, codes, unused) = found.get_result::<(bool, bool, bool)>(conn).await?;
    Ok((fallback.is_some(), transfers || codes || unused))
}
