//! Dead letters, which operators must look at, and notices of providers.

use crate::backend::{Conn, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    rows::{count, seal, unseal},
    schema::{inbox, notices, outbox, unreadable_webhooks},
    subjects::Vault,
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use domain::message::DeliveryStatus;
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    messaging::inbound_webhook::Notice,
    operations::{DeadLetter, DeadLetterKind, DeadLetters, ReplayOutcome, UnreadableWebhook},
    pagination::PageRequest,
    store_error::StoreResult,
    subject_keys::LookupKind,
};
use std::sync::Arc;
use uuid::Uuid;

/// How long a message of ours that is sent once more is still useful.
const SECOND_LIFE: Duration = Duration::hours(24);

#[async_trait]
impl DeadLetters for Store {
    async fn keep_notices(&self, notices: &[(Uuid, Notice)], now: DateTime<Utc>) -> StoreResult<()> {
        let (notices, vault) = (notices.to_vec(), self.vault.clone());
        self.database
            .write(move |conn| async move { keep_notices(conn, &vault, notices, now).await }.boxed())
            .await
    }

    async fn keep_unreadable(&self, webhook: &UnreadableWebhook, now: DateTime<Utc>) -> StoreResult<()> {
        let (webhook, sealer) = (webhook.clone(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| {
                async move {
                    let body = seal(sealer.as_ref(), webhook.id, &webhook.body)?;
                    diesel::insert_into(unreadable_webhooks::table)
                        .values((
                            unreadable_webhooks::id.eq(DbId(webhook.id)),
                            unreadable_webhooks::webhook.eq(&webhook.webhook),
                            unreadable_webhooks::body.eq(body),
                            unreadable_webhooks::reason.eq(&webhook.reason),
                            unreadable_webhooks::attempts.eq(1),
                            unreadable_webhooks::received_at.eq(DbTime(now)),
                        ))
                        .on_conflict(unreadable_webhooks::id)
                        .do_update()
                        .set((
                            unreadable_webhooks::attempts.eq(unreadable_webhooks::attempts + 1),
                            unreadable_webhooks::reason.eq(excluded(unreadable_webhooks::reason)),
                        ))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn forget_unreadable(&self, id: Uuid) -> StoreResult<()> {
        self.database
            .write(move |conn| {
                async move {
                    diesel::delete(unreadable_webhooks::table.find(DbId(id))).execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn dead_letters(&self, page: &PageRequest) -> StoreResult<Vec<DeadLetter>> {
        let (limit, after) = (page.limit, page.after.as_deref().and_then(|id| Uuid::parse_str(id).ok()));
        let before = after.unwrap_or(Uuid::max());
        self.database
            .read(move |conn| {
                async move {
                    let mut all = unreadable(conn, before, limit).await?;
                    all.extend(parked(conn, before, limit).await?);
                    all.extend(unsent(conn, before, limit).await?);
                    all.sort_by_key(|letter| std::cmp::Reverse(letter.id));
                    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                    Ok(all)
                }
                .boxed()
            })
            .await
    }

    async fn revive(&self, id: Uuid, now: DateTime<Utc>) -> StoreResult<Option<ReplayOutcome>> {
        let sealer = Arc::clone(&self.sealer);
        self.database
            .write(move |conn| async move { revive(conn, sealer.as_ref(), id, now).await }.boxed())
            .await
    }
}

async fn keep_notices(
    conn: &mut Conn,
    vault: &Vault,
    all: Vec<(Uuid, Notice)>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    for (id, notice) in all {
        diesel::insert_into(notices::table)
            .values((
                notices::id.eq(DbId(id)),
                notices::channel_account.eq(&notice.channel_account),
                notices::kind.eq(&notice.kind),
                notices::notice_hash.eq(vault.lookup(LookupKind::ProviderReference, &notice.key)),
                // It may be about nobody or about several people: it belongs to no subject, and ends soon.
                notices::body.eq(seal(vault.sealer(), id, &notice.raw)?),
                notices::received_at.eq(DbTime(now)),
            ))
            .on_conflict((notices::channel_account, notices::notice_hash))
            .do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The columns of a dead letter in each table: id, reason, tries, time.
type LetterRow = (DbId, Option<String>, i32, DbTime);

fn letter(kind: DeadLetterKind) -> impl Fn(LetterRow) -> Result<DeadLetter, SqlError> {
    move |(id, reason, attempts, at)| {
        let reason = reason.unwrap_or_default();
        Ok(DeadLetter { id: id.0, kind, reason, attempts: count(attempts)?, at: at.0 })
    }
}

async fn unreadable(conn: &mut Conn, before: Uuid, limit: i64) -> Result<Vec<DeadLetter>, SqlError> {
    let rows = unreadable_webhooks::table
        .filter(unreadable_webhooks::id.lt(DbId(before)))
        .order(unreadable_webhooks::id.desc())
        .limit(limit)
        .select((
            unreadable_webhooks::id,
            unreadable_webhooks::reason.nullable(),
            unreadable_webhooks::attempts,
            unreadable_webhooks::received_at,
        ))
        .load::<LetterRow>(conn)
        .await?;
    rows.into_iter().map(letter(DeadLetterKind::Webhook)).collect()
}

async fn parked(conn: &mut Conn, before: Uuid, limit: i64) -> Result<Vec<DeadLetter>, SqlError> {
    let rows = inbox::table
        .filter(inbox::state.eq("parked"))
        .filter(inbox::id.lt(DbId(before)))
        .order(inbox::id.desc())
        .limit(limit)
        .select((inbox::id, inbox::reason, inbox::tries, inbox::received_at))
        .load::<LetterRow>(conn)
        .await?;
    rows.into_iter().map(letter(DeadLetterKind::Inbound)).collect()
}

async fn unsent(conn: &mut Conn, before: Uuid, limit: i64) -> Result<Vec<DeadLetter>, SqlError> {
    let rows = outbox::table
        .filter(outbox::dead_reason.is_not_null())
        .filter(outbox::id.lt(DbId(before)))
        .order(outbox::id.desc())
        .limit(limit)
        .select((outbox::id, outbox::dead_reason, outbox::attempts, outbox::created_at))
        .load::<LetterRow>(conn)
        .await?;
    rows.into_iter().map(letter(DeadLetterKind::Outbound)).collect()
}

async fn revive(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<ReplayOutcome>, SqlError> {
    let pending =
        diesel::update(inbox::table.filter(inbox::id.eq(DbId(id))).filter(inbox::state.eq("parked")))
            .set((inbox::state.eq("pending"), inbox::tries.eq(0), inbox::reason.eq(None::<String>)))
            .execute(conn)
            .await?;
    let waiting = diesel::update(
        outbox::table.filter(outbox::id.eq(DbId(id))).filter(outbox::dead_reason.is_not_null()),
    )
    .set((
        outbox::phase.eq("waiting"),
        outbox::status.eq(DeliveryStatus::Queued.name()),
        outbox::dead_reason.eq(None::<String>),
        outbox::in_doubt_since.eq(None::<DbTime>),
        outbox::resent.eq(0),
        outbox::attempts.eq(0),
        outbox::due_at.eq(DbTime(now)),
        outbox::expires_at.eq(DbTime(now.checked_add_signed(SECOND_LIFE).unwrap_or(now))),
    ))
    .execute(conn)
    .await?;
    if pending + waiting > 0 {
        return Ok(Some(ReplayOutcome::Queued));
    }
    let row = unreadable_webhooks::table
        .find(DbId(id))
        .select((unreadable_webhooks::webhook, unreadable_webhooks::body, unreadable_webhooks::reason))
        .first::<(String, Vec<u8>, String)>(conn)
        .await
        .optional()?;
    row.map(|(webhook, body, reason)| {
        Ok(ReplayOutcome::Unreadable(UnreadableWebhook {
            id,
            webhook,
            body: unseal(sealer, id, &body)?,
            reason,
        }))
    })
    .transpose()
}
