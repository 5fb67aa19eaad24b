//! The inbox: messages are stored before the webhook is acknowledged, each once, in order within a
//! conversation.

use super::{
    consent_rows::consent_of,
    leased_contacts::Sender,
    sealed::{InboundBody, RawBody, SealedSender, SealedState, body_of, open, raw_of, sender_of, state_of},
};
use crate::backend::{Conn, Db, DbId, DbTime, skip_locked};
use crate::store::error::SqlError;
use crate::store::{
    error::of_group,
    handle::Store,
    rows::{column, corrupt, count},
    schema::{conversations, inbox},
    subjects::{Keys, Vault},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ConversationId, EventId},
    messaging::conversation::InboundContent,
};
use futures_util::FutureExt;
use ports::{
    messaging::{
        Accepted, Committed, LeasedTurn, Turn, TurnFailure, TurnQueue, inbound_webhook::InboundMessage,
    },
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};
use uuid::Uuid;

/// How often a message is leased, crashes included, before it is parked.
const LEASES_MAX: u32 = 10;

#[derive(Queryable, Selectable)]
#[diesel(table_name = inbox, check_for_backend(Db))]
struct InboxRow {
    seq: i64,
    id: DbId,
    conversation_id: DbId,
    contact_id: Option<DbId>,
    channel_account: String,
    body: Vec<u8>,
    raw: Option<Vec<u8>>,
    tries: i32,
    received_at: DbTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(Db))]
struct ConversationRow {
    id: DbId,
    channel: String,
    sender_hash: String,
    contact_id: Option<DbId>,
    sealed: Option<Vec<u8>>,
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
        let (vault, senders) = (self.vault.clone(), self.leased_contacts.clone());
        let leased = self
            .database
            .write(move |conn| async move { lease(conn, &vault, now, until).await }.boxed())
            .await?;
        Ok(leased.map(|(turn, sender)| {
            senders.remember(turn.conversation, turn.fence, sender);
            turn
        }))
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
}

/// What becomes of a message that is next.
enum Next {
    /// A turn, and whose it is.
    Turn(Box<(LeasedTurn, SealedSender, Sender)>),
    /// It was erased, or its time is over.
    Wiped,
}

async fn lease(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<(LeasedTurn, Sender)>, SqlError> {
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
        let opened = if tries >= LEASES_MAX {
            Err(corrupt("leased too often without an end"))
        } else {
            open_turn(conn, vault, row, conversation).await
        };
        match opened {
            Ok(Next::Turn(opened)) => {
                let (turn, sealed, sender) = *opened;
                hold_conversation(conn, vault, &turn, sealed, &sender, until).await?;
                diesel::update(inbox::table.find(seq))
                    .set(inbox::tries.eq(column(tries.saturating_add(1))))
                    .execute(conn)
                    .await?;
                return Ok(Some((turn, sender)));
            }
            Ok(Next::Wiped) => {
                diesel::update(inbox::table.find(seq))
                    .set((inbox::state.eq("done"), inbox::settled_at.eq(Some(DbTime(now)))))
                    .execute(conn)
                    .await?;
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
async fn hold_conversation(
    conn: &mut Conn,
    vault: &Vault,
    turn: &LeasedTurn,
    sealed: SealedSender,
    sender: &Sender,
    until: DateTime<Utc>,
) -> Result<(), SqlError> {
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
        let newest = conversation().filter(is_newest);
        if sealed.address.as_ref() == Some(&turn.message.sender) {
            let written = diesel::update(newest).set(conversations::last_inbound_at.eq(wrote_at));
            written.execute(conn).await?;
            return Ok(());
        }
        let id = SubjectKeyId::chat(sender.contact);
        let keys = vault.key_for(conn, id, turn.received_at).await?;
        let from = SealedSender::new(sealed.key, Some(turn.message.sender.clone()));
        diesel::update(newest)
            .set((
                conversations::sealed.eq(Some(keys.seal(id, sender_of(&turn.conversation.0), &from)?)),
                conversations::last_inbound_at.eq(wrote_at),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The content of a message, from its sealed body. `None`: it was erased, or its key is gone.
pub(crate) fn read_said(keys: &Keys, id: Uuid, body: &[u8]) -> Result<Option<InboundContent>, SqlError> {
    let body: Option<InboundBody> = open(keys, body_of(&id), Some(body))?;
    Ok(body.map(|body| body.content))
}

async fn open_turn(
    conn: &mut Conn,
    vault: &Vault,
    row: InboxRow,
    conversation: ConversationRow,
) -> Result<Next, SqlError> {
    if row.body.is_empty() {
        return Ok(Next::Wiped);
    }
    let (id, conversation_id) = (row.id.0, conversation.id.0);
    // What another person wrote from this address before must not act for the one who has it now.
    let contact = conversation.contact_id.filter(|contact| row.contact_id == Some(*contact));
    let contact = contact.ok_or_else(|| corrupt("the message is of a contact that has retired"))?.0;
    let sealed = [Some(row.body.as_slice()), row.raw.as_deref(), Some(conversation.state.as_slice())];
    let sealed: Vec<_> = sealed.into_iter().chain([conversation.sealed.as_deref()]).flatten().collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let gone = || corrupt("the key of the message is gone");
    let body: InboundBody = open(&keys, body_of(&id), Some(&row.body))?.ok_or_else(gone)?;
    let raw: Option<RawBody> = open(&keys, raw_of(&id), row.raw.as_deref())?;
    let state: SealedState =
        open(&keys, state_of(&conversation_id), Some(&conversation.state))?.unwrap_or_default();
    let sender: SealedSender =
        open(&keys, sender_of(&conversation_id), conversation.sealed.as_deref())?.ok_or_else(gone)?;
    let consent = consent_of(conn, &conversation.channel, &conversation.sender_hash).await?;
    let turn = LeasedTurn {
        event: EventId(id),
        message: InboundMessage {
            channel_account: row.channel_account.parse().map_err(corrupt)?,
            provider_event_id: body.event,
            sender: body.sender,
            phone: body.phone,
            profile_name: body.profile_name,
            content: body.content,
            is_ours: true,
            sent_at: body.sent_at,
            raw: raw.map_or(body.raw, RawBody::into_bytes),
        },
        received_at: row.received_at.0,
        conversation: ConversationId(row.conversation_id.0),
        state: state.conversation,
        consent,
        fence: conversation.fence.saturating_add(1),
        tries: count(row.tries)?,
    };
    let held = Sender {
        contact,
        channel: conversation.channel,
        hash: conversation.sender_hash,
        key: Some(sender.key.clone()),
    };
    Ok(Next::Turn(Box::new((turn, sender, held))))
}
