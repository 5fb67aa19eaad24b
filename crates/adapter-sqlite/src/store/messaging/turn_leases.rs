//! Lease turns: of each conversation that no worker has, the oldest message.

use super::{
    consent_rows::read_status,
    leased_contacts::Sender,
    queue_rows::HeldConversation,
    sealed::{InboundBody, RawBody, SealedSender, SealedState, body_of, open, raw_of, sender_of, state_of},
};
use crate::backend::{Conn, Db, DbId, DbTime, hold_conversations, skip_locked};
use crate::store::{
    error::SqlError,
    rows::{corrupt, count},
    schema::{consents, conversations, inbox},
    subjects::{Keys, Vault},
};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ConversationId, EventId},
    messaging::consent::ConsentStatus,
};
use ports::{
    messaging::{LeasedTurn, inbound_webhook::InboundMessage},
    subject_keys::SubjectKeyId,
};
use std::collections::{BTreeSet, HashMap};
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
    last_inbound_at: Option<DbTime>,
}

/// A message that is next in its conversation.
type Waiting = (InboxRow, ConversationRow);

/// Messages that are due, of conversations that no worker has, and before which no other of their conversation is due.
macro_rules! waiting {
    ($now:expr, $older:ident) => {{
        let now = DbTime($now);
        let is_behind = exists(
            $older
                .filter($older.field(inbox::conversation_id).eq(inbox::conversation_id))
                .filter($older.field(inbox::state).eq("pending"))
                .filter($older.field(inbox::seq).lt(inbox::seq))
                .filter($older.field(inbox::due_at).is_null().or($older.field(inbox::due_at).le(Some(now)))),
        );
        inbox::table
            .inner_join(conversations::table)
            .filter(inbox::state.eq("pending"))
            .filter(inbox::due_at.is_null().or(inbox::due_at.le(Some(now))))
            .filter(conversations::leased_until.le(now))
            .filter(not(is_behind))
    }};
}

/// Leases up to `limit` turns, the oldest first.
pub(super) async fn lease(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<(LeasedTurn, Sender)>, SqlError> {
    let older = diesel::alias!(inbox as older);
    let mut leased = Vec::new();
    while let Some(open @ 1..) = limit.checked_sub(leased.len()) {
        let rows = waiting!(now, older)
            .order(inbox::seq.asc())
            .limit(i64::try_from(open).unwrap_or(i64::MAX))
            .select((InboxRow::as_select(), ConversationRow::as_select()));
        let rows = skip_locked!(rows).load::<Waiting>(conn).await?;
        let found = rows.len();
        let taken = take(conn, vault, rows, now, |_| until).await?;
        let are_all = taken.len() == found;
        leased.extend(taken);
        // What was parked or erased may have had another behind it.
        if found < open && are_all {
            break;
        }
    }
    Ok(leased)
}

/// Leases those of these new messages that are next in their conversations, each until the time beside it.
pub(super) async fn lease_new(
    conn: &mut Conn,
    vault: &Vault,
    untils: &HashMap<Uuid, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<(LeasedTurn, Sender)>, SqlError> {
    let older = diesel::alias!(inbox as older);
    let ids: Vec<DbId> = untils.keys().copied().map(DbId).collect();
    let rows = waiting!(now, older)
        .filter(inbox::id.eq_any(ids))
        .order(inbox::seq.asc())
        .select((InboxRow::as_select(), ConversationRow::as_select()));
    let rows = skip_locked!(rows).load::<Waiting>(conn).await?;
    take(conn, vault, rows, now, |id| untils.get(&id).copied().unwrap_or(now)).await
}

/// What becomes of a message that is next.
enum Next {
    /// A turn, and whose it is.
    Turn(Box<Opened>),
    /// It was erased, or its time is over.
    Wiped,
}

struct Opened {
    seq: i64,
    turn: LeasedTurn,
    address: Option<String>,
    last_inbound_at: Option<DbTime>,
    sealed: Option<Vec<u8>>,
    sender: Sender,
}

/// Leases what can be read. A row that can't be read, or that stops its worker each time, must not stop all others: it
/// is parked.
async fn take(
    conn: &mut Conn,
    vault: &Vault,
    rows: Vec<Waiting>,
    now: DateTime<Utc>,
    until: impl Fn(Uuid) -> DateTime<Utc> + Send,
) -> Result<Vec<(LeasedTurn, Sender)>, SqlError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let keys = vault.keys_in(conn, rows.iter().flat_map(sealed_in)).await?;
    let consents = consents_of(conn, &rows).await?;
    let (mut opened, mut wiped) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, conversation) in rows {
        let (seq, tries) = (row.seq, count(row.tries)?);
        let next = if tries >= LEASES_MAX {
            Err(corrupt("leased too often without an end"))
        } else {
            open_turn(&keys, &consents, &row, conversation)
        };
        match next {
            Ok(Next::Turn(turn)) => opened.push(*turn),
            Ok(Next::Wiped) => wiped.push(seq),
            Err(SqlError::Corrupt(reason)) => park(conn, seq, reason).await?,
            Err(other) => return Err(other),
        }
    }
    if !wiped.is_empty() {
        diesel::update(inbox::table.filter(inbox::seq.eq_any(wiped)))
            .set((inbox::state.eq("done"), inbox::settled_at.eq(Some(DbTime(now)))))
            .execute(conn)
            .await?;
    }
    hold(conn, vault, opened, now, until).await
}

async fn park(conn: &mut Conn, seq: i64, reason: String) -> Result<(), SqlError> {
    tracing::error!(seq, error = reason, "message parked");
    diesel::update(inbox::table.find(seq))
        .set((inbox::state.eq("parked"), inbox::reason.eq(Some(reason))))
        .execute(conn)
        .await?;
    Ok(())
}

/// Leases the conversations, writes the addresses and windows for their replies, and counts the tries.
async fn hold(
    conn: &mut Conn,
    vault: &Vault,
    opened: Vec<Opened>,
    now: DateTime<Utc>,
    until: impl Fn(Uuid) -> DateTime<Utc> + Send,
) -> Result<Vec<(LeasedTurn, Sender)>, SqlError> {
    let moved = opened.iter().filter(|one| one.has_new_address());
    let keys = vault.keys_for(conn, moved.map(|one| SubjectKeyId::chat(one.sender.contact)), now).await?;
    let (mut held, mut seqs, mut leased) = (Vec::new(), Vec::new(), Vec::new());
    for one in opened {
        match one.held(&keys, DbTime(until(one.turn.event.0))) {
            Ok(row) => {
                held.push(row);
                seqs.push(one.seq);
                leased.push((one.turn, one.sender));
            }
            Err(SqlError::Corrupt(reason)) => park(conn, one.seq, reason).await?,
            Err(other) => return Err(other),
        }
    }
    if held.is_empty() {
        return Ok(leased);
    }
    hold_conversations(conn, held).await?;
    diesel::update(inbox::table.filter(inbox::seq.eq_any(seqs)))
        .set(inbox::tries.eq(inbox::tries + 1))
        .execute(conn)
        .await?;
    Ok(leased)
}

impl Opened {
    /// The time when the person wrote it, not when it reached us: a webhook may come days late, and opens no window then.
    /// `None`: the sender has written since, or did not write this.
    fn wrote_at(&self) -> Option<DbTime> {
        let received = self.turn.received_at;
        let wrote_at = DbTime(self.turn.message.sent_at.unwrap_or(received).min(received));
        let is_newest = self.last_inbound_at.is_none_or(|last| last <= wrote_at);
        (self.turn.message.content.is_by_sender() && is_newest).then_some(wrote_at)
    }

    fn has_new_address(&self) -> bool {
        self.wrote_at().is_some() && self.address.as_ref() != Some(&self.turn.message.sender)
    }

    fn held(&self, keys: &Keys, leased_until: DbTime) -> Result<HeldConversation, SqlError> {
        let conversation = self.turn.conversation.0;
        let sealed = match &self.sender.key {
            Some(key) if self.has_new_address() => {
                let id = SubjectKeyId::chat(self.sender.contact);
                let from = SealedSender::new(key.clone(), Some(self.turn.message.sender.clone()));
                Some(keys.seal(id, sender_of(&conversation), &from)?)
            }
            _ => self.sealed.clone(),
        };
        Ok(HeldConversation {
            id: DbId(conversation),
            fence: self.turn.fence,
            leased_until,
            sealed,
            last_inbound_at: self.wrote_at().or(self.last_inbound_at),
        })
    }
}

fn sealed_in((row, conversation): &Waiting) -> impl Iterator<Item = &[u8]> {
    let sealed = [Some(row.body.as_slice()), row.raw.as_deref(), Some(conversation.state.as_slice())];
    sealed.into_iter().chain([conversation.sealed.as_deref()]).flatten()
}

/// The consents of the senders, by channel and hash. One without a row has opted in.
async fn consents_of(
    conn: &mut Conn,
    rows: &[Waiting],
) -> Result<HashMap<(String, String), ConsentStatus>, SqlError> {
    let channels: BTreeSet<_> = rows.iter().map(|(_, conversation)| conversation.channel.clone()).collect();
    let senders: Vec<_> = rows.iter().map(|(_, conversation)| conversation.sender_hash.clone()).collect();
    let known = consents::table
        .filter(consents::channel.eq_any(channels))
        .filter(consents::recipient_hash.eq_any(senders))
        .select((consents::channel, consents::recipient_hash, consents::status))
        .load::<(String, String, String)>(conn)
        .await?;
    known.into_iter().map(|(channel, hash, status)| Ok(((channel, hash), read_status(&status)?))).collect()
}

fn open_turn(
    keys: &Keys,
    consents: &HashMap<(String, String), ConsentStatus>,
    row: &InboxRow,
    conversation: ConversationRow,
) -> Result<Next, SqlError> {
    if row.body.is_empty() {
        return Ok(Next::Wiped);
    }
    let (id, conversation_id) = (row.id.0, conversation.id.0);
    // What another person wrote from this address before must not act for the one who has it now.
    let contact = conversation.contact_id.filter(|contact| row.contact_id == Some(*contact));
    let contact = contact.ok_or_else(|| corrupt("the message is of a contact that has retired"))?.0;
    let gone = || corrupt("the key of the message is gone");
    let body: InboundBody = open(keys, body_of(&id), Some(&row.body))?.ok_or_else(gone)?;
    let raw: Option<RawBody> = open(keys, raw_of(&id), row.raw.as_deref())?;
    let state: SealedState =
        open(keys, state_of(&conversation_id), Some(&conversation.state))?.unwrap_or_default();
    let sender: SealedSender =
        open(keys, sender_of(&conversation_id), conversation.sealed.as_deref())?.ok_or_else(gone)?;
    let whose = (conversation.channel, conversation.sender_hash);
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
        consent: consents.get(&whose).copied().unwrap_or(ConsentStatus::OptedIn),
        fence: conversation.fence.saturating_add(1),
        tries: count(row.tries)?,
    };
    let (channel, hash) = whose;
    Ok(Next::Turn(Box::new(Opened {
        seq: row.seq,
        turn,
        address: sender.address,
        last_inbound_at: conversation.last_inbound_at,
        sealed: conversation.sealed,
        sender: Sender { contact, channel, hash, key: Some(sender.key) },
    })))
}
