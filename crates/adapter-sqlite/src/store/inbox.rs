//! The inbox: kept before it is acknowledged, once each, in order per talk.

use super::{
    Store,
    rows::{column, corrupt, count, seal, unseal},
    schema::{consents, conversations, inbox},
};
use crate::backend::{Conn, Db, DbId, DbTime, Fault};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    consent::ConsentStatus,
    conversation::{Conversation, STATE_VERSION, Said},
    ids::{ConversationId, EventId},
    phone::PhoneNumber,
};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    inbound_webhook::InboundMessage,
    stores::{Accepted, Inbox, LeasedTurn, StoreResult, TurnFailure},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Leases of one message, crashes included, before it is set aside.
const LEASES_MAX: u32 = 10;

/// The sealed part of an inbound message.
#[derive(Serialize, Deserialize)]
struct InboundBody {
    v: u8,
    sender: String,
    phone: Option<PhoneNumber>,
    said: Said,
    raw: Vec<u8>,
}

/// The sealed state of a talk.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedState {
    pub(super) conversation: Conversation,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = inbox, check_for_backend(Db))]
struct InboxRow {
    seq: i64,
    id: DbId,
    conversation_id: DbId,
    channel_account: String,
    provider_event_id: String,
    body: Vec<u8>,
    tries: i32,
    received_at: DbTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(Db))]
struct ConversationRow {
    id: DbId,
    channel: String,
    sender_key: String,
    state: Vec<u8>,
    fence: i64,
}

/// The name under which a sender's talk and consent are kept: his canonical number, or his address.
fn sender_key(message: &InboundMessage) -> String {
    message.phone.as_ref().map_or_else(|| message.sender.clone(), |phone| phone.e164().to_owned())
}

/// `whatsapp` of `twilio:whatsapp:+1415…`.
fn channel_of(channel_account: &str) -> &str {
    channel_account.split(':').nth(1).unwrap_or("whatsapp")
}

#[async_trait]
impl Inbox for Store {
    async fn accept(
        &self,
        messages: &[(EventId, InboundMessage)],
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Accepted>> {
        let (messages, sealer) = (messages.to_vec(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| {
                async move {
                    let mut accepted = Vec::with_capacity(messages.len());
                    for (id, message) in messages {
                        accepted.push(keep(conn, sealer.as_ref(), id, message, now).await?);
                    }
                    Ok(accepted)
                }
                .boxed()
            })
            .await
    }

    async fn lease_next(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> StoreResult<Option<LeasedTurn>> {
        let sealer = Arc::clone(&self.sealer);
        self.database.write(move |conn| lease(conn, sealer, now, until).boxed()).await
    }

    async fn fail(&self, turn: &LeasedTurn, failure: &TurnFailure, reason: &str) -> StoreResult<()> {
        let (event, talk, fence) = (DbId(turn.event.0), DbId(turn.conversation.0), turn.fence);
        let (failure, reason) = (failure.clone(), reason.to_owned());
        self.database
            .write(move |conn| {
                async move {
                    let free_at = match &failure {
                        TurnFailure::RetryAt(at) => *at,
                        TurnFailure::Park => DateTime::UNIX_EPOCH,
                    };
                    let held = conversations::table.find(talk).filter(conversations::fence.eq(fence));
                    let freed = diesel::update(held)
                        .set(conversations::leased_until.eq(DbTime(free_at)))
                        .execute(conn)
                        .await?;
                    if freed == 0 {
                        return Ok(());
                    }
                    let row = inbox::table.filter(inbox::id.eq(event));
                    let state = if failure == TurnFailure::Park { "parked" } else { "pending" };
                    diesel::update(row)
                        .set((inbox::state.eq(state), inbox::reason.eq(Some(reason))))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn purge(&self, before: DateTime<Utc>) -> StoreResult<usize> {
        self.database
            .write(move |conn| {
                async move {
                    let old = inbox::table
                        .filter(inbox::state.eq("done"))
                        .filter(inbox::received_at.lt(DbTime(before)));
                    Ok(diesel::delete(old).execute(conn).await?)
                }
                .boxed()
            })
            .await
    }
}

async fn keep(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    id: EventId,
    message: InboundMessage,
    now: DateTime<Utc>,
) -> Result<Accepted, Fault> {
    let talk = talk_of(conn, sealer, id, &message, now).await?;
    let state = if message.is_ours { "pending" } else { "foreign" };
    let body = InboundBody {
        v: 1,
        sender: message.sender,
        phone: message.phone,
        said: message.said,
        raw: message.raw,
    };
    let kept = diesel::insert_into(inbox::table)
        .values((
            inbox::id.eq(DbId(id.0)),
            inbox::conversation_id.eq(talk),
            inbox::channel_account.eq(message.channel_account),
            inbox::provider_event_id.eq(message.provider_event_id),
            inbox::body.eq(seal(sealer, id.0, &body)?),
            inbox::state.eq(state),
            inbox::tries.eq(0),
            inbox::received_at.eq(DbTime(now)),
        ))
        .on_conflict((inbox::channel_account, inbox::provider_event_id))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(if kept == 1 { Accepted::New } else { Accepted::Duplicate })
}

/// The talk a message belongs to, begun if there is none. A new talk bears its first message's id.
async fn talk_of(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    id: EventId,
    message: &InboundMessage,
    now: DateTime<Utc>,
) -> Result<DbId, Fault> {
    let key = sender_key(message);
    let known = conversations::table
        .filter(conversations::channel_account.eq(&message.channel_account))
        .filter(conversations::sender_key.eq(&key))
        .select(conversations::id);
    if let Some(talk) = known.first::<DbId>(conn).await.optional()? {
        return Ok(talk);
    }
    let state = SealedState { conversation: Conversation::default() };
    diesel::insert_into(conversations::table)
        .values((
            conversations::id.eq(DbId(id.0)),
            conversations::channel_account.eq(&message.channel_account),
            conversations::channel.eq(channel_of(&message.channel_account)),
            conversations::sender_key.eq(&key),
            conversations::state.eq(seal(sealer, id.0, &state)?),
            conversations::state_version.eq(STATE_VERSION),
            conversations::fence.eq(0),
            conversations::leased_until.eq(DbTime(DateTime::UNIX_EPOCH)),
            conversations::created_at.eq(DbTime(now)),
            conversations::updated_at.eq(DbTime(now)),
        ))
        .on_conflict((conversations::channel_account, conversations::sender_key))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(known.first::<DbId>(conn).await?)
}

async fn lease(
    conn: &mut Conn,
    sealer: Arc<dyn Sealer>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<LeasedTurn>, Fault> {
    loop {
        let next = inbox::table
            .inner_join(conversations::table)
            .filter(inbox::state.eq("pending"))
            .filter(conversations::leased_until.le(DbTime(now)))
            .order(inbox::seq.asc())
            .select((InboxRow::as_select(), ConversationRow::as_select()))
            .first::<(InboxRow, ConversationRow)>(conn)
            .await
            .optional()?;
        let Some((row, talk)) = next else { return Ok(None) };
        let (seq, tries) = (row.seq, count(row.tries)?);
        // One row that can't be read, or that takes its worker down with it each time, must not hold up
        // everybody else: it is set aside for people.
        let turn = if tries >= LEASES_MAX {
            Err(corrupt("leased too often without an end"))
        } else {
            open_turn(conn, sealer.as_ref(), row, talk).await
        };
        match turn {
            Ok(turn) => {
                let talk = conversations::table.find(DbId(turn.conversation.0));
                diesel::update(talk)
                    .set((conversations::fence.eq(turn.fence), conversations::leased_until.eq(DbTime(until))))
                    .execute(conn)
                    .await?;
                diesel::update(inbox::table.find(seq))
                    .set(inbox::tries.eq(column(tries.saturating_add(1))))
                    .execute(conn)
                    .await?;
                return Ok(Some(turn));
            }
            Err(Fault::Corrupt(reason)) => {
                tracing::error!(seq, reason, "a message was set aside");
                diesel::update(inbox::table.find(seq))
                    .set((inbox::state.eq("parked"), inbox::reason.eq(Some(reason))))
                    .execute(conn)
                    .await?;
            }
            Err(other) => return Err(other),
        }
    }
}

async fn open_turn(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    row: InboxRow,
    talk: ConversationRow,
) -> Result<LeasedTurn, Fault> {
    let consent = consent_of(conn, &talk.channel, &talk.sender_key).await?;
    let body: InboundBody = unseal(sealer, row.id.0, &row.body)?;
    let state: SealedState = unseal(sealer, talk.id.0, &talk.state)?;
    Ok(LeasedTurn {
        event: EventId(row.id.0),
        message: InboundMessage {
            channel_account: row.channel_account,
            provider_event_id: row.provider_event_id,
            sender: body.sender,
            phone: body.phone,
            said: body.said,
            is_ours: true,
            raw: body.raw,
        },
        received_at: row.received_at.0,
        conversation: ConversationId(row.conversation_id.0),
        state: state.conversation,
        consent,
        fence: talk.fence.saturating_add(1),
        tries: count(row.tries)?,
    })
}

pub(super) async fn consent_of(
    conn: &mut Conn,
    channel: &str,
    recipient: &str,
) -> Result<ConsentStatus, Fault> {
    let status = consents::table
        .find((channel, recipient))
        .select(consents::status)
        .first::<String>(conn)
        .await
        .optional()?;
    match status.as_deref() {
        None | Some("opted_in") => Ok(ConsentStatus::OptedIn),
        Some("opted_out") => Ok(ConsentStatus::OptedOut),
        Some(other) => Err(corrupt(format!("consent {other}"))),
    }
}

/// Ties a row to the talk it is of: the sealed state is bound to the talk's id.
pub(super) fn seal_state(
    sealer: &dyn Sealer,
    talk: Uuid,
    conversation: &Conversation,
) -> Result<Vec<u8>, Fault> {
    seal(sealer, talk, &SealedState { conversation: conversation.clone() })
}
