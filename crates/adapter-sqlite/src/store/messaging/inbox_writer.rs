//! The one task that stores inbound messages: conversations first, then the messages, once each and in order.

use super::{
    arrivals::{Arrived, ConversationKey, Found, Submitted, find_conversations, sender_key},
    leased_contacts::{LeasedContacts, Sender},
    sealed::{InboundBody, RawBody, SealedSender, SealedState, body_of, sender_of, state_of},
    successors::renew,
    turn_leases::lease_new,
};
use crate::backend::{Conn, Database, DbId, DbTime, insert_conversations, insert_inbox};
use crate::store::error::SqlError;
use crate::store::{
    queued::note,
    rows::{NewConversationRow, NewInboxRow, corrupt},
    subjects::{Keys, Vault, contacts::contacts_of},
};
use chrono::{DateTime, Utc};
use domain::{ids::EventId, messaging::conversation::STATE_VERSION};
use futures_util::FutureExt;
use group_commit::{GroupCommit, GroupSize};
use ports::{
    messaging::{Accepted, AcceptedMessage, LeasedTurn, inbound_webhook::InboundMessage},
    operations::WorkKind,
    subject_keys::SubjectKeyId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// How many callers may wait for the writer, and how many messages it takes at once.
const SIZE: GroupSize = GroupSize { queue_max: 2_048, batch_max: 500 };

/// The one task that stores messages.
pub(crate) type InboxWriter = GroupCommit<Submitted, AcceptedMessage, SqlError>;

pub(crate) fn writer(database: &Database, vault: &Vault, senders: &LeasedContacts) -> InboxWriter {
    let (shared, vault, senders) = (database.clone(), vault.clone(), senders.clone());
    GroupCommit::start(database.runtime(), SIZE, move |arrived: Vec<Submitted>| {
        let (database, vault, senders) = (shared.clone(), vault.clone(), senders.clone());
        async move {
            let work =
                database.write_batched(move |conn| async move { keep(conn, &vault, arrived).await }.boxed());
            let kept = work.await?;
            let accepted = |(accepted, leased): Kept| {
                let leased = leased.map(|(turn, sender)| {
                    senders.remember(turn.conversation, turn.fence, sender);
                    Box::new(turn)
                });
                AcceptedMessage { accepted, leased }
            };
            Ok(kept.into_iter().map(accepted).collect())
        }
        .boxed()
    })
}

/// What became of a message, and its turn if it was leased.
type Kept = (Accepted, Option<(LeasedTurn, Sender)>);

/// Stores messages in their order: first the conversations, then the messages.
async fn keep(conn: &mut Conn, vault: &Vault, submitted: Vec<Submitted>) -> Result<Vec<Kept>, SqlError> {
    let wanted = submitted.iter().filter_map(|one| one.leased_until.map(|until| (one.id.0, until)));
    let mut untils: HashMap<Uuid, DateTime<Utc>> = wanted.collect();
    let arrived: Vec<Arrived> = submitted.into_iter().map(|one| Arrived::new(vault, one)).collect();
    let ids: Vec<Uuid> = arrived.iter().map(|one| one.id.0).collect();
    let ours: Vec<Uuid> = arrived.iter().filter(|one| one.message.is_ours).map(|one| one.id.0).collect();
    let now = arrived.iter().map(|one| one.at).max().unwrap_or_default();
    let conversations = conversations_of(conn, vault, &arrived, now).await?;
    let subjects = conversations.values().map(|found| SubjectKeyId::chat(found.contact));
    let keys = vault.keys_for(conn, subjects, now).await?;
    let mut rows = Vec::with_capacity(arrived.len());
    for Arrived { id, message, at, conversation, event_hash } in arrived {
        // Without a conversation it is a message that is known, of a person who is not.
        let Some(found) = conversations.get(&conversation) else { continue };
        rows.push(inbox_row(&keys, id, *found, message, event_hash, at)?);
    }
    let new: HashSet<Uuid> = insert_inbox(conn, rows).await?.into_iter().map(|id| id.0).collect();
    untils.retain(|id, _| new.contains(id));
    let mut leased = HashMap::new();
    if !untils.is_empty() {
        let turns = lease_new(conn, vault, &untils, now).await?;
        leased.extend(turns.into_iter().map(|(turn, sender)| (turn.event.0, (turn, sender))));
    }
    if ours.iter().any(|id| new.contains(id) && !leased.contains_key(id)) {
        note(WorkKind::Turns, now);
    }
    let mut kept = Vec::with_capacity(ids.len());
    for id in ids {
        let accepted = if new.contains(&id) { Accepted::New } else { Accepted::Duplicate };
        kept.push((accepted, leased.remove(&id)));
    }
    Ok(kept)
}

/// The row of a message, sealed under the key of its conversation's contact.
pub(super) fn inbox_row(
    keys: &Keys,
    id: EventId,
    conversation: Found,
    message: InboundMessage,
    event_hash: String,
    now: DateTime<Utc>,
) -> Result<NewInboxRow, SqlError> {
    let state = if message.is_ours { "pending" } else { "foreign" };
    let body = InboundBody {
        v: 2,
        event: message.provider_event_id,
        sender: message.sender,
        phone: message.phone,
        profile_name: message.profile_name,
        content: message.content,
        sent_at: message.sent_at,
        raw: Vec::new(),
    };
    let key = SubjectKeyId::chat(conversation.contact);
    Ok(NewInboxRow {
        id: DbId(id.0),
        conversation_id: conversation.id,
        contact_id: Some(DbId(conversation.contact)),
        channel_account: message.channel_account.key(),
        event_hash,
        body: keys.seal(key, body_of(&id.0), &body)?,
        raw: RawBody::seal(keys, key, id.0, message.raw)?,
        state,
        tries: 0,
        received_at: DbTime(now),
    })
}

/// The conversations of messages; missing ones are made. A new conversation gets the id of its first message. A
/// conversation whose contact has retired is begun anew, unless all its messages are known: then it is left out.
async fn conversations_of(
    conn: &mut Conn,
    vault: &Vault,
    arrived: &[Arrived],
    now: DateTime<Utc>,
) -> Result<HashMap<ConversationKey, Found>, SqlError> {
    let mut wanted = BTreeMap::new();
    for one in arrived {
        wanted.entry(&one.conversation).or_insert(one);
    }
    let (mut known, retired) = find_conversations(conn, wanted.keys().copied()).await?;
    if !retired.is_empty() {
        known.extend(renew(conn, vault, &retired, arrived, now).await?);
        wanted.retain(|key, _| !retired.iter().any(|one| one.key == **key));
    }
    wanted.retain(|key, _| !known.contains_key(*key));
    if wanted.is_empty() {
        return Ok(known);
    }
    let hashes: BTreeSet<String> = wanted.keys().map(|(_, sender)| sender.clone()).collect();
    let contacts = contacts_of(conn, hashes, now).await?;
    let keys = vault.keys_for(conn, contacts.values().copied().map(SubjectKeyId::chat), now).await?;
    // In the order of their keys, so that replicas that make the same conversations don't deadlock.
    let mut new = Vec::with_capacity(wanted.len());
    for first in wanted.values() {
        let contact = contacts.get(&first.conversation.1).ok_or_else(|| corrupt("a contact was not kept"))?;
        new.push(new_conversation(&keys, *contact, first)?);
    }
    insert_conversations(conn, new).await?;
    let (begun, _) = find_conversations(conn, wanted.keys().copied()).await?;
    known.extend(begun);
    if wanted.keys().all(|key| known.contains_key(*key)) {
        Ok(known)
    } else {
        Err(corrupt("a conversation was not stored"))
    }
}

fn new_conversation(keys: &Keys, contact: Uuid, first: &Arrived) -> Result<NewConversationRow, SqlError> {
    let (id, key) = (first.id.0, SubjectKeyId::chat(contact));
    let account = &first.message.channel_account;
    let sender = SealedSender::new(sender_key(&first.message).to_owned(), None);
    Ok(NewConversationRow {
        id: DbId(id),
        channel_account: account.key(),
        channel: account.channel().name().to_owned(),
        sender_hash: first.conversation.1.clone(),
        contact_id: Some(DbId(contact)),
        sealed: Some(keys.seal(key, sender_of(&id), &sender)?),
        state: keys.seal(key, state_of(&id), &SealedState::default())?,
        state_version: STATE_VERSION,
        fence: 0,
        leased_until: DbTime(DateTime::UNIX_EPOCH),
        created_at: DbTime(first.at),
        updated_at: DbTime(first.at),
    })
}
