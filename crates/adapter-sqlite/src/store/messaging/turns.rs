//! The end of a turn: everything it decided, in one transaction.

use super::{
    arrivals::{Found, event_hash},
    consent_rows::{Change, change_consent},
    inbox_writer::inbox_row,
    leased_contacts::Sender,
    outbox::new_row::NewOutboxRow,
    sealed::{SealedState, state_of},
};
use crate::backend::{Conn, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    accounts::names::keep_profile_name,
    handle::Store,
    money::payees::change_payee,
    schema::{conversations, inbox, outbox},
    subjects::{Keys, Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::ConversationId, messaging::conversation::STATE_VERSION};
use futures_util::FutureExt;
use ports::{
    messaging::{Committed, Timer, Turn},
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};

impl Store {
    /// Commits everything that a turn decided, unless its lease is no longer the newest.
    pub(crate) async fn commit_leased(&self, turn: &Turn, now: DateTime<Utc>) -> StoreResult<Committed> {
        let (turn, vault, senders) = (turn.clone(), self.vault.clone(), self.leased_contacts.clone());
        self.database
            .write(move |conn| {
                async move {
                    let held = senders.sender(conn, &vault, turn.conversation, turn.fence).await?;
                    match held {
                        Some(sender) => commit(conn, &vault, &turn, &sender, now).await,
                        None => Ok(Committed::Fenced),
                    }
                }
                .boxed()
            })
            .await
    }

    /// Renews a lease that is still the newest.
    pub(crate) async fn renew(
        &self,
        conversation: ConversationId,
        fence: i64,
        until: DateTime<Utc>,
    ) -> StoreResult<bool> {
        self.database
            .write(move |conn| {
                async move {
                    let held = conversations::table
                        .find(DbId(conversation.0))
                        .filter(conversations::fence.eq(fence));
                    let renewed = diesel::update(held)
                        .set(conversations::leased_until.eq(DbTime(until)))
                        .execute(conn)
                        .await?;
                    Ok(renewed == 1)
                }
                .boxed()
            })
            .await
    }
}

async fn commit(
    conn: &mut Conn,
    vault: &Vault,
    turn: &Turn,
    sender: &Sender,
    now: DateTime<Utc>,
) -> Result<Committed, SqlError> {
    let conversation = DbId(turn.conversation.0);
    let key = SubjectKeyId::chat(sender.contact);
    let keys = vault.key_for(conn, key, now).await?;
    let state = SealedState { conversation: turn.state.clone() };
    let held = conversations::table.find(conversation).filter(conversations::fence.eq(turn.fence));
    let taken = diesel::update(held)
        .set((
            conversations::state.eq(keys.seal(key, state_of(&turn.conversation.0), &state)?),
            conversations::state_version.eq(STATE_VERSION),
            conversations::leased_until.eq(DbTime(DateTime::UNIX_EPOCH)),
            // A late renewal has no effect any more.
            conversations::fence.eq(turn.fence.saturating_add(1)),
            conversations::updated_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    if taken == 0 {
        return Ok(Committed::Fenced);
    }
    diesel::update(inbox::table.filter(inbox::id.eq(DbId(turn.event.0))))
        .set((inbox::state.eq("done"), inbox::settled_at.eq(Some(DbTime(now)))))
        .execute(conn)
        .await?;
    if let Some(consent) = turn.consent {
        let change = Change {
            channel: &sender.channel,
            hash: &sender.hash,
            recipient: sender.key.as_deref(),
            consent,
            source: "message",
        };
        change_consent(conn, vault, &change, now).await?;
    }
    for reply in &turn.replies {
        let known = Some((sender.hash.as_str(), sender.contact));
        let row = NewOutboxRow::known(conn, vault, reply, Some(conversation), known, now).await?;
        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    }
    if let Some(response) = &turn.flow_response {
        super::flows::keep_response(conn, &keys, sender.contact, turn.event, response, now).await?;
    }
    for change in &turn.payee_changes {
        change_payee(conn, vault, change, now).await?;
    }
    if let Some((user, name)) = &turn.profile_name {
        keep_profile_name(conn, vault, *user, name, now).await?;
    }
    let found = Found { id: conversation, contact: sender.contact };
    set_timer(conn, vault, &keys, found, &turn.timer, now).await?;
    crate::store::operations::audit_record::record(conn, &turn.audit, now).await?;
    Ok(Committed::Done)
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
        let hash = event_hash(vault, &message.provider_event_id);
        let row = inbox_row(keys, *event, conversation, (**message).clone(), hash, now)?;
        diesel::insert_into(inbox::table)
            .values((row, inbox::due_at.eq(Some(DbTime(*due_at)))))
            .execute(conn)
            .await?;
    }
    Ok(())
}
