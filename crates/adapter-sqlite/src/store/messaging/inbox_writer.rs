//! The one task that stores inbound messages: conversations first, then the messages, once each and in order.

use crate::backend::{Conn, Database, DbId, DbTime, insert_conversations, insert_inbox};
use crate::store::error::SqlError;
use crate::store::{
    rows::{NewConversationRow, NewInboxRow, corrupt, seal},
    schema::conversations,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    channel_account::ChannelAccount,
    ids::EventId,
    messaging::conversation::{Conversation, InboundContent, STATE_VERSION},
    phone::PhoneNumber,
};
use futures_util::FutureExt;
use group_commit::{GroupCommit, GroupSize};
use ports::{
    crypto::Sealer,
    messaging::{Accepted, inbound_webhook::InboundMessage},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// How many callers may wait for the writer, and how many messages it takes at once.
const SIZE: GroupSize = GroupSize { queue_max: 2_048, batch_max: 500 };

type Arrived = (EventId, InboundMessage, DateTime<Utc>);

/// The one task that stores messages.
pub(crate) type InboxWriter = GroupCommit<Arrived, Accepted, SqlError>;

pub(crate) fn writer(database: &Database, sealer: &Arc<dyn Sealer>) -> InboxWriter {
    let (shared, sealer) = (database.clone(), sealer.clone());
    GroupCommit::start(database.runtime(), SIZE, move |arrived: Vec<Arrived>| {
        let (database, sealer) = (shared.clone(), sealer.clone());
        async move {
            let work = database
                .write_batched(move |conn| async move { keep(conn, sealer.as_ref(), arrived).await }.boxed());
            work.await
        }
        .boxed()
    })
}

/// The sealed part of an inbound message.
#[derive(Serialize, Deserialize)]
pub(crate) struct InboundBody {
    pub(crate) v: u8,
    pub(crate) sender: String,
    pub(crate) phone: Option<PhoneNumber>,
    #[serde(default)]
    pub(crate) profile_name: Option<String>,
    pub(crate) content: InboundContent,
    #[serde(default)]
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) raw: Vec<u8>,
}

/// The sealed state of a conversation.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedState {
    pub(crate) conversation: Conversation,
}

/// The key of a sender's conversation and consent: their number in canonical form, or their address.
fn sender_key(message: &InboundMessage) -> String {
    message.phone.as_ref().map_or_else(|| message.sender.clone(), |phone| phone.e164().to_owned())
}

/// Stores messages in their order: first the conversations, then the messages.
async fn keep(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    arrived: Vec<Arrived>,
) -> Result<Vec<Accepted>, SqlError> {
    let conversations = conversations_of(conn, sealer, &arrived).await?;
    let mut rows = Vec::with_capacity(arrived.len());
    for (id, message, now) in arrived.iter().cloned() {
        let conversation = conversations
            .get(&conversation_key(&message))
            .ok_or_else(|| corrupt("a conversation was not stored"))?;
        rows.push(inbox_row(sealer, id, *conversation, message, now)?);
    }
    let new: HashSet<Uuid> = insert_inbox(conn, rows).await?.into_iter().map(|id| id.0).collect();
    let accepted = |id: Uuid| if new.contains(&id) { Accepted::New } else { Accepted::Duplicate };
    Ok(arrived.iter().map(|(id, ..)| accepted(id.0)).collect())
}

pub(super) fn inbox_row(
    sealer: &dyn Sealer,
    id: EventId,
    conversation: DbId,
    message: InboundMessage,
    now: DateTime<Utc>,
) -> Result<NewInboxRow, SqlError> {
    let state = if message.is_ours { "pending" } else { "foreign" };
    let body = InboundBody {
        v: 1,
        sender: message.sender,
        phone: message.phone,
        profile_name: message.profile_name,
        content: message.content,
        sent_at: message.sent_at,
        raw: message.raw,
    };
    Ok(NewInboxRow {
        id: DbId(id.0),
        conversation_id: conversation,
        channel_account: message.channel_account.key(),
        provider_event_id: message.provider_event_id,
        body: seal(sealer, id.0, &body)?,
        state,
        tries: 0,
        received_at: DbTime(now),
    })
}

/// What tells conversations apart: our channel account, and the sender.
type ConversationKey = (ChannelAccount, String);

fn conversation_key(message: &InboundMessage) -> ConversationKey {
    (message.channel_account.clone(), sender_key(message))
}

/// The conversations of messages; missing ones are made. A new conversation gets the id of its first message.
async fn conversations_of(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    arrived: &[Arrived],
) -> Result<HashMap<ConversationKey, DbId>, SqlError> {
    let mut wanted = BTreeMap::new();
    for (id, message, now) in arrived {
        wanted.entry(conversation_key(message)).or_insert((*id, *now));
    }
    let known = find_conversations(conn, wanted.keys()).await?;
    wanted.retain(|key, _| !known.contains_key(key));
    if wanted.is_empty() {
        return Ok(known);
    }
    // In the order of their keys, so that replicas that make the same conversations don't deadlock.
    let new = wanted.iter().map(|(key, (id, now))| new_conversation(sealer, key, *id, *now));
    insert_conversations(conn, new.collect::<Result<_, _>>()?).await?;
    let begun = find_conversations(conn, wanted.keys()).await?;
    Ok(known.into_iter().chain(begun).collect())
}

async fn find_conversations(
    conn: &mut Conn,
    keys: impl Iterator<Item = &ConversationKey> + Clone,
) -> Result<HashMap<ConversationKey, DbId>, SqlError> {
    let accounts: BTreeSet<_> = keys.clone().map(|(account, _)| account.key()).collect();
    let senders: Vec<_> = keys.map(|(_, sender)| sender.clone()).collect();
    let rows = conversations::table
        .filter(conversations::channel_account.eq_any(accounts))
        .filter(conversations::sender_key.eq_any(senders))
        .select((conversations::channel_account, conversations::sender_key, conversations::id))
        .load::<(String, String, DbId)>(conn)
        .await?;
    let entry =
        |(account, sender, id): (String, String, DbId)| Ok(((account.parse().map_err(corrupt)?, sender), id));
    rows.into_iter().map(entry).collect()
}

fn new_conversation(
    sealer: &dyn Sealer,
    (account, sender): &ConversationKey,
    id: EventId,
    now: DateTime<Utc>,
) -> Result<NewConversationRow, SqlError> {
    let state = SealedState { conversation: Conversation::default() };
    Ok(NewConversationRow {
        id: DbId(id.0),
        channel_account: account.key(),
        channel: account.channel().name().to_owned(),
        sender_key: sender.clone(),
        state: seal(sealer, id.0, &state)?,
        state_version: STATE_VERSION,
        fence: 0,
        leased_until: DbTime(DateTime::UNIX_EPOCH),
        created_at: DbTime(now),
        updated_at: DbTime(now),
    })
}
