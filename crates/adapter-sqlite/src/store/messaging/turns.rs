//! The ends of turns: everything they decided, those of many turns in one transaction.

use super::{
    arrivals::{Found, event_hash},
    inbox_writer::inbox_row,
    leased_contacts::{LeasedContacts, Sender},
    overtaken,
    queue_rows::EndedTurn,
    repeated_turns::committed_before,
    sealed::{SealedState, state_of},
    turn_decisions::{Decided, write_decisions},
};
use crate::backend::{Conn, Database, DbId, DbTime, end_turns};
use crate::store::{
    error::SqlError,
    queued::note,
    schema::inbox,
    subjects::{Keys, Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::messaging::conversation::STATE_VERSION;
use futures_util::FutureExt;
use group_commit::{GroupCommit, GroupSize};
use ports::{
    messaging::{Committed, CommittedTurn, LeaseAtOnce, LeasedMessage, Timer, Turn},
    operations::WorkKind,
    subject_keys::SubjectKeyId,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How many callers may wait for the writer, and how many turns it takes at once.
const SIZE: GroupSize = GroupSize { queue_max: 1_024, batch_max: 200 };

/// A turn that is to be committed.
#[derive(Clone)]
pub(crate) struct FinishedTurn {
    pub(super) turn: Turn,
    pub(super) lease: Option<LeaseAtOnce>,
    pub(super) now: DateTime<Utc>,
}

/// The one task that commits turns.
pub(crate) type TurnWriter = GroupCommit<FinishedTurn, CommittedTurn, SqlError>;

pub(crate) fn writer(database: &Database, vault: &Vault, senders: &LeasedContacts) -> TurnWriter {
    let (shared, vault, senders) = (database.clone(), vault.clone(), senders.clone());
    GroupCommit::start(database.runtime(), SIZE, move |turns: Vec<FinishedTurn>| {
        let (database, vault, senders) = (shared.clone(), vault.clone(), senders.clone());
        async move {
            let now = turns.iter().map(|finished| finished.now).max().unwrap_or_default();
            let conversations = turns.iter().map(|finished| finished.turn.conversation.0).collect::<Vec<_>>();
            let work = database.write_batched(move |conn| {
                async move { commit_all(conn, &vault, &senders, turns).await }.boxed()
            });
            let outcomes = work.await?;
            let of_done = conversations.iter().zip(&outcomes);
            let of_done = of_done.filter(|(_, outcome)| outcome.committed == Committed::Done);
            look_behind(&database, of_done.map(|(id, _)| DbId(*id)).collect(), now).await;
            Ok(outcomes)
        }
        .boxed()
    })
}

/// Tells if one of these conversations has another message that is due. A message that is stored at this moment is seen
/// here, after the commit, or its own transaction finds the conversation free.
async fn look_behind(database: &Database, conversations: Vec<DbId>, now: DateTime<Utc>) {
    if conversations.is_empty() {
        return;
    }
    let waiting = database.query(move |conn| is_any_waiting(conn, conversations, now).boxed()).await;
    // What is not known is looked at.
    if waiting.unwrap_or(true) {
        database.signals().tell(WorkKind::Turns, now);
    }
}

const FENCED: CommittedTurn = CommittedTurn { committed: Committed::Fenced, to_send: Vec::new() };
const DONE: CommittedTurn = CommittedTurn { committed: Committed::Done, to_send: Vec::new() };

/// A turn whose conversation exists.
struct Held<'a> {
    finished: &'a FinishedTurn,
    sender: Sender,
}

/// Commits turns. One whose lease is no longer the newest is left out.
async fn commit_all(
    conn: &mut Conn,
    vault: &Vault,
    senders: &LeasedContacts,
    turns: Vec<FinishedTurn>,
) -> Result<Vec<CommittedTurn>, SqlError> {
    let now = turns.iter().map(|finished| finished.now).max().unwrap_or_default();
    let mut held = Vec::with_capacity(turns.len());
    for finished in &turns {
        let turn = &finished.turn;
        let sender = senders.sender(conn, vault, turn.conversation, turn.fence).await?;
        held.push(sender.map(|sender| Held { finished, sender }));
    }
    let contacts = held.iter().flatten().map(|held| SubjectKeyId::chat(held.sender.contact));
    let keys = vault.keys_for(conn, contacts, now).await?;
    let taken = take_conversations(conn, &keys, &held, now).await?;
    let (mut own, mut outcomes) = (taken.clone(), Vec::with_capacity(held.len()));
    let mut ended = Vec::new();
    for held in &held {
        // The same turn twice is committed once.
        let is_newest = held.as_ref().is_some_and(|held| own.remove(&held.lease()));
        outcomes.push(match held {
            Some(held) if is_newest => {
                ended.push(held);
                DONE
            }
            Some(held) if taken.contains(&held.lease()) => {
                tracing::debug!(event = %held.finished.turn.event, "a turn was committed twice");
                FENCED
            }
            Some(held) => settle_overtaken(conn, vault, held, now).await?,
            None => FENCED,
        });
    }
    let mut ends = end(conn, vault, &keys, &ended, now).await?;
    for (outcome, finished) in outcomes.iter_mut().zip(&turns) {
        if outcome.committed == Committed::Done
            && let Some(done) = ends.remove(&finished.turn.event.0)
        {
            *outcome = done;
        }
    }
    Ok(outcomes)
}

async fn settle_overtaken(
    conn: &mut Conn,
    vault: &Vault,
    held: &Held<'_>,
    now: DateTime<Utc>,
) -> Result<CommittedTurn, SqlError> {
    let turn = &held.finished.turn;
    if let Some(to_send) = committed_before(conn, turn).await? {
        return Ok(CommittedTurn { committed: Committed::Done, to_send });
    }
    let committed = overtaken::settle(conn, vault, turn, &held.sender, now).await?;
    Ok(CommittedTurn { committed, ..FENCED })
}

impl Held<'_> {
    fn lease(&self) -> (Uuid, i64) {
        (self.finished.turn.conversation.0, self.finished.turn.fence)
    }
}

/// Writes the new states, and frees the conversations. Returns the leases that were still the newest.
async fn take_conversations(
    conn: &mut Conn,
    keys: &Keys,
    held: &[Option<Held<'_>>],
    now: DateTime<Utc>,
) -> Result<HashSet<(Uuid, i64)>, SqlError> {
    let (mut leases, mut rows) = (HashSet::new(), Vec::new());
    for held in held.iter().flatten() {
        let (id, turn) = (held.finished.turn.conversation.0, &held.finished.turn);
        let key = SubjectKeyId::chat(held.sender.contact);
        let state = SealedState { conversation: turn.state.clone() };
        rows.push(EndedTurn {
            id: DbId(id),
            fence: turn.fence,
            state: keys.seal(key, state_of(&id), &state)?,
            state_version: STATE_VERSION,
            freed_at: DbTime(DateTime::UNIX_EPOCH),
            updated_at: DbTime(now),
        });
    }
    // Of the same turn twice the first counts.
    rows.retain(|row| leases.insert((row.id, row.fence)));
    let freed = end_turns(conn, rows).await?;
    Ok(freed.into_iter().map(|(id, fence)| (id.0, fence)).collect())
}

/// Writes what the turns decided, besides their states. Returns what became of each, by its event.
async fn end(
    conn: &mut Conn,
    vault: &Vault,
    keys: &Keys,
    ended: &[&Held<'_>],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, CommittedTurn>, SqlError> {
    if ended.is_empty() {
        return Ok(HashMap::new());
    }
    let events: Vec<_> = ended.iter().map(|held| DbId(held.finished.turn.event.0)).collect();
    diesel::update(inbox::table.filter(inbox::id.eq_any(events)))
        .set((inbox::state.eq("done"), inbox::settled_at.eq(Some(DbTime(now)))))
        .execute(conn)
        .await?;
    let decided: Vec<_> = ended.iter().map(|held| held.decided()).collect();
    let to_send: Vec<Vec<LeasedMessage>> = write_decisions(conn, vault, &decided, now).await?;
    for held in ended {
        let turn = &held.finished.turn;
        let found = Found { id: DbId(turn.conversation.0), contact: held.sender.contact };
        set_timer(conn, vault, keys, found, &turn.timer, now).await?;
    }
    let ends = ended.iter().zip(to_send).map(|(held, to_send)| {
        (held.finished.turn.event.0, CommittedTurn { committed: Committed::Done, to_send })
    });
    Ok(ends.collect())
}

impl Held<'_> {
    fn decided(&self) -> Decided<'_> {
        let FinishedTurn { turn, lease, .. } = self.finished;
        Decided { turn, sender: &self.sender, to: self.sender.contact, lease: *lease }
    }
}

/// Whether one of the conversations has another message that is due.
async fn is_any_waiting(
    conn: &mut Conn,
    conversations: Vec<DbId>,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let waiting = inbox::table
        .filter(inbox::conversation_id.eq_any(conversations))
        .filter(inbox::state.eq("pending"))
        .filter(inbox::due_at.is_null().or(inbox::due_at.le(Some(DbTime(now)))))
        .select(inbox::seq);
    Ok(waiting.first::<i64>(conn).await.optional()?.is_some())
}

/// Removes the conversation's timer, and sets the new one. A timer is a row of the inbox that is not due yet.
async fn set_timer(
    conn: &mut Conn,
    vault: &Vault,
    keys: &Keys,
    conversation: Found,
    timer: &Timer,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if matches!(timer, Timer::Keep) {
        return Ok(());
    }
    let timers = inbox::table
        .filter(inbox::conversation_id.eq(conversation.id))
        .filter(inbox::state.eq("pending"))
        .filter(inbox::due_at.is_not_null());
    diesel::delete(timers).execute(conn).await?;
    if let Timer::Set { event, message, due_at } = timer {
        note(WorkKind::Turns, *due_at);
        let hash = event_hash(vault, &message.provider_event_id);
        let row = inbox_row(keys, *event, conversation, (**message).clone(), hash, now)?;
        diesel::insert_into(inbox::table)
            .values((row, inbox::due_at.eq(Some(DbTime(*due_at)))))
            .execute(conn)
            .await?;
    }
    Ok(())
}
