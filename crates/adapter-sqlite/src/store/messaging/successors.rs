//! Conversations whose contact has retired: the sender was erased, or their address is another person's now. The first
//! new message begins such a conversation anew; a message that is known stores nothing.

use super::{
    arrivals::{Arrived, ConversationKey, Found, Retired, find_conversations, sender_key},
    sealed::{SealedSender, SealedState, sender_of, state_of},
};
use crate::{
    backend::{Conn, DbId, DbTime, lock_names},
    store::{
        error::SqlError,
        schema::{conversations, inbox},
        subjects::{Vault, contacts::contact_of},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::messaging::conversation::STATE_VERSION;
use ports::subject_keys::SubjectKeyId;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Begins those conversations anew that have a new message. The others are left out.
pub(super) async fn renew(
    conn: &mut Conn,
    vault: &Vault,
    retired: &[Retired],
    arrived: &[Arrived],
    now: DateTime<Utc>,
) -> Result<HashMap<ConversationKey, Found>, SqlError> {
    let known = known_events(conn, retired, arrived).await?;
    let is_new = |one: &&Arrived| !known.contains(&(one.conversation.0.clone(), one.event_hash.clone()));
    let mut firsts: Vec<(&Retired, &Arrived)> = Vec::new();
    for old in retired {
        let first = arrived.iter().filter(|one| one.conversation == old.key).find(is_new);
        firsts.extend(first.map(|first| (old, first)));
    }
    // In the order of their keys, so that replicas that renew the same conversations don't deadlock.
    firsts.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
    let names: Vec<String> = firsts.iter().map(|(old, _)| format!("conversation:{}", old.id.0)).collect();
    lock_names(conn, &names).await?;
    let (mut live, _) = find_conversations(conn, firsts.iter().map(|(old, _)| &old.key)).await?;
    for (old, first) in firsts {
        if live.contains_key(&old.key) {
            continue;
        }
        let found = begin_anew(conn, vault, old, first, now).await?;
        live.insert(old.key.clone(), found);
    }
    Ok(live)
}

/// Which messages of these conversations are stored already.
async fn known_events(
    conn: &mut Conn,
    retired: &[Retired],
    arrived: &[Arrived],
) -> Result<HashSet<(String, String)>, SqlError> {
    let keys: HashSet<&ConversationKey> = retired.iter().map(|old| &old.key).collect();
    let theirs = || arrived.iter().filter(|one| keys.contains(&one.conversation));
    let accounts: BTreeSet<_> = theirs().map(|one| one.conversation.0.clone()).collect();
    let events: Vec<_> = theirs().map(|one| one.event_hash.clone()).collect();
    let rows = inbox::table
        .filter(inbox::channel_account.eq_any(accounts))
        .filter(inbox::event_hash.eq_any(events))
        .select((inbox::channel_account, inbox::event_hash))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Gives a conversation to the contact that its address has now, with an empty state. A turn under way commits nothing,
/// and the timer of the contact before is removed.
async fn begin_anew(
    conn: &mut Conn,
    vault: &Vault,
    old: &Retired,
    first: &Arrived,
    now: DateTime<Utc>,
) -> Result<Found, SqlError> {
    let contact = contact_of(conn, &old.key.1, now).await?;
    let (id, key) = (old.id.0, SubjectKeyId::chat(contact));
    let keys = vault.key_for(conn, key, now).await?;
    let sender = SealedSender::new(sender_key(&first.message).to_owned(), None);
    diesel::update(conversations::table.find(old.id))
        .set((
            conversations::contact_id.eq(Some(DbId(contact))),
            conversations::sealed.eq(Some(keys.seal(key, sender_of(&id), &sender)?)),
            conversations::state.eq(keys.seal(key, state_of(&id), &SealedState::default())?),
            conversations::state_version.eq(STATE_VERSION),
            conversations::fence.eq(conversations::fence + 1),
            conversations::leased_until.eq(DbTime(DateTime::UNIX_EPOCH)),
            conversations::last_inbound_at.eq(None::<DbTime>),
            conversations::updated_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    let timers = inbox::table
        .filter(inbox::conversation_id.eq(old.id))
        .filter(inbox::state.eq("pending"))
        .filter(inbox::due_at.is_not_null());
    diesel::delete(timers).execute(conn).await?;
    Ok(Found { id: old.id, contact })
}
