//! Turns that were overtaken: their conversation began anew for another contact while they were under way.

use super::{
    leased_contacts::Sender,
    turn_decisions::{Decided, write_decisions},
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{contacts, conversations, inbox, subject_keys, users},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ports::{
    messaging::{Committed, Turn},
    subject_keys::SubjectKeyId,
};
use uuid::Uuid;

/// Ends a turn whose lease is not the newest. If another worker has the conversation, it is theirs. If the sender's
/// contact has retired meanwhile, the message was read under the contact before and is answered by nobody else: the
/// answer goes to the address if that is nobody's now, because its chat was unbound or its number given up; the state of
/// the new conversation stays. If the address is another person's now, the message is a dead letter. An erased person is
/// told nothing.
pub(super) async fn settle(
    conn: &mut Conn,
    vault: &Vault,
    turn: &Turn,
    sender: &Sender,
    now: DateTime<Utc>,
) -> Result<Committed, SqlError> {
    let row = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::id.eq(DbId(turn.conversation.0)))
        .select((contacts::id, contacts::user_id));
    let Some((contact, owner)) = row.first::<(DbId, Option<DbId>)>(conn).await.optional()? else {
        return Ok(Committed::Fenced);
    };
    if contact.0 == sender.contact || is_erased(conn, sender.contact).await? {
        return Ok(Committed::Fenced);
    }
    let (state, reason) = match owner {
        None => ("done", None),
        Some(_) => ("parked", Some("the sender's address became another person's before the answer")),
    };
    // An erased message is done. One that another worker found under the contact before is parked already.
    let open = inbox::table.filter(inbox::id.eq(DbId(turn.event.0))).filter(inbox::state.ne("done"));
    let ended = diesel::update(open)
        .set((inbox::state.eq(state), inbox::reason.eq(reason), inbox::settled_at.eq(Some(DbTime(now)))))
        .execute(conn)
        .await?;
    if ended == 0 || owner.is_some() {
        return Ok(Committed::Fenced);
    }
    let decided = Decided { turn, sender, to: contact.0, lease: None };
    write_decisions(conn, vault, &[decided], now).await?;
    Ok(Committed::Done)
}

/// Whether the erasure of a contact's person has begun, or the contact's key is gone. It is read again: another process may
/// have begun it a moment ago.
async fn is_erased(conn: &mut Conn, contact: Uuid) -> Result<bool, SqlError> {
    let owner = contacts::table.find(DbId(contact)).select(contacts::user_id);
    if let Some(owner) = owner.first::<Option<DbId>>(conn).await.optional()?.flatten() {
        let row = users::table.find(owner).select(users::erased_at);
        if row.first::<Option<DbTime>>(conn).await?.is_some() {
            return Ok(true);
        }
    }
    let key = SubjectKeyId::chat(contact);
    let live = subject_keys::table
        .filter(subject_keys::subject_id.eq(DbId(key.subject)))
        .filter(subject_keys::purpose.eq(key.purpose.name()))
        .filter(subject_keys::state.eq("live"))
        .select(subject_keys::subject_id);
    Ok(live.first::<DbId>(conn).await.optional()?.is_none())
}
