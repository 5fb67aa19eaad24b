//! The inbox: messages are stored before the webhook is acknowledged, each once, in order within a
//! conversation.

use super::consent_rows::consent_of;
use crate::backend::{Conn, Db, DbId, DbTime, skip_locked};
use crate::store::error::SqlError;
use crate::store::{
    error::of_group,
    handle::Store,
    rows::{column, corrupt, count, seal, unseal},
    schema::{conversations, inbox},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ConversationId, EventId},
    messaging::conversation::{Conversation, InboundContent},
};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    messaging::{
        Accepted, Committed, LeasedTurn, Turn, TurnFailure, TurnQueue, inbound_webhook::InboundMessage,
    },
    store_error::StoreResult,
};
use std::sync::Arc;
use uuid::Uuid;

use super::inbox_writer::{InboundBody, SealedState};
/// How often a message is leased, crashes included, before it is parked.
const LEASES_MAX: u32 = 10;

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

#[async_trait]
impl TurnQueue for Store {
    async fn accept(
        &self,
        messages: &[(EventId, InboundMessage)],
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Accepted>> {
        let arrived = messages.iter().map(|(id, message)| (*id, message.clone(), now)).collect();
        self.inbox_writer.submit(arrived).await.map_err(of_group)
    }

    async fn lease_next(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> StoreResult<Option<LeasedTurn>> {
        let sealer = Arc::clone(&self.sealer);
        self.database.write(move |conn| lease(conn, sealer, now, until).boxed()).await
    }

    async fn fail(&self, turn: &LeasedTurn, failure: &TurnFailure, reason: &str) -> StoreResult<()> {
        let (event, conversation, fence) = (DbId(turn.event.0), DbId(turn.conversation.0), turn.fence);
        let (failure, reason) = (failure.clone(), reason.to_owned());
        self.database
            .write(move |conn| {
                async move {
                    let free_at = match &failure {
                        TurnFailure::RetryAt(at) => *at,
                        TurnFailure::Park => DateTime::UNIX_EPOCH,
                    };
                    let held = conversations::table.find(conversation).filter(conversations::fence.eq(fence));
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

    async fn commit_turn(&self, turn: &Turn, now: DateTime<Utc>) -> StoreResult<Committed> {
        self.commit_leased(turn, now).await
    }

    async fn renew_lease(
        &self,
        conversation: ConversationId,
        fence: i64,
        until: DateTime<Utc>,
    ) -> StoreResult<bool> {
        self.renew(conversation, fence, until).await
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

async fn lease(
    conn: &mut Conn,
    sealer: Arc<dyn Sealer>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<LeasedTurn>, SqlError> {
    loop {
        let waiting = inbox::table
            .inner_join(conversations::table)
            .filter(inbox::state.eq("pending"))
            .filter(inbox::due_at.is_null().or(inbox::due_at.le(Some(DbTime(now)))))
            .filter(conversations::leased_until.le(DbTime(now)))
            .order(inbox::seq.asc())
            .limit(1)
            .select((InboxRow::as_select(), ConversationRow::as_select()));
        let next = skip_locked!(waiting).get_result::<(InboxRow, ConversationRow)>(conn).await.optional()?;
        let Some((row, conversation)) = next else { return Ok(None) };
        let (seq, tries) = (row.seq, count(row.tries)?);
        // A row that can't be read, or that stops its worker each time, must not stop all others: it is
        // parked.
        let turn = if tries >= LEASES_MAX {
            Err(corrupt("leased too often without an end"))
        } else {
            open_turn(conn, sealer.as_ref(), row, conversation).await
        };
        match turn {
            Ok(turn) => {
                hold_conversation(conn, &turn, until).await?;
                diesel::update(inbox::table.find(seq))
                    .set(inbox::tries.eq(column(tries.saturating_add(1))))
                    .execute(conn)
                    .await?;
                return Ok(Some(turn));
            }
            Err(SqlError::Corrupt(reason)) => {
                tracing::error!(seq, error = reason, "message parked");
                diesel::update(inbox::table.find(seq))
                    .set((inbox::state.eq("parked"), inbox::reason.eq(Some(reason))))
                    .execute(conn)
                    .await?;
            }
            Err(other) => return Err(other),
        }
    }
}

/// Leases the conversation, and writes the address and window for its replies.
async fn hold_conversation(conn: &mut Conn, turn: &LeasedTurn, until: DateTime<Utc>) -> Result<(), SqlError> {
    let conversation = || conversations::table.find(DbId(turn.conversation.0));
    diesel::update(conversation())
        .set((conversations::fence.eq(turn.fence), conversations::leased_until.eq(DbTime(until))))
        .execute(conn)
        .await?;
    if turn.message.content.is_by_sender() {
        // The time when the person wrote it, not when it reached us: a webhook may come days late, and opens
        // no window then.
        let sent_at = turn.message.sent_at.unwrap_or(turn.received_at);
        let wrote_at = Some(DbTime(sent_at.min(turn.received_at)));
        let is_newest =
            conversations::last_inbound_at.is_null().or(conversations::last_inbound_at.le(wrote_at));
        diesel::update(conversation().filter(is_newest))
            .set((
                conversations::address.eq(Some(&turn.message.sender)),
                conversations::last_inbound_at.eq(wrote_at),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The content of a message, from its sealed body.
pub(crate) fn read_said(sealer: &dyn Sealer, id: Uuid, body: &[u8]) -> Result<InboundContent, SqlError> {
    let body: InboundBody = unseal(sealer, id, body)?;
    Ok(body.content)
}

async fn open_turn(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    row: InboxRow,
    conversation: ConversationRow,
) -> Result<LeasedTurn, SqlError> {
    let consent = consent_of(conn, &conversation.channel, &conversation.sender_key).await?;
    let body: InboundBody = unseal(sealer, row.id.0, &row.body)?;
    let state: SealedState = unseal(sealer, conversation.id.0, &conversation.state)?;
    Ok(LeasedTurn {
        event: EventId(row.id.0),
        message: InboundMessage {
            channel_account: row.channel_account.parse().map_err(corrupt)?,
            provider_event_id: row.provider_event_id,
            sender: body.sender,
            phone: body.phone,
            profile_name: body.profile_name,
            content: body.content,
            is_ours: true,
            sent_at: body.sent_at,
            raw: body.raw,
        },
        received_at: row.received_at.0,
        conversation: ConversationId(row.conversation_id.0),
        state: state.conversation,
        consent,
        fence: conversation.fence.saturating_add(1),
        tries: count(row.tries)?,
    })
}

/// Seals a conversation's state, bound to the conversation's id.
pub(crate) fn seal_state(
    sealer: &dyn Sealer,
    id: Uuid,
    conversation: &Conversation,
) -> Result<Vec<u8>, SqlError> {
    seal(sealer, id, &SealedState { conversation: conversation.clone() })
}
