//! The end of a turn: everything it decided, in one transaction.

use super::{
    consent_rows::{Change, change_consent},
    inbox::seal_state,
    inbox_writer::inbox_row,
};
use crate::backend::{Conn, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    accounts::names::keep_profile_name,
    handle::Store,
    money::payees::change_payee,
    rows::NewOutboxRow,
    schema::{conversations, inbox, outbox},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::ConversationId, messaging::conversation::STATE_VERSION};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    messaging::{Committed, Timer, Turn},
    store_error::StoreResult,
};
use std::sync::Arc;

impl Store {
    /// Commits everything that a turn decided, unless its lease is no longer the newest.
    pub(crate) async fn commit_leased(&self, turn: &Turn, now: DateTime<Utc>) -> StoreResult<Committed> {
        let (turn, sealer, vault) = (turn.clone(), Arc::clone(&self.sealer), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let conversation = DbId(turn.conversation.0);
                    let held =
                        conversations::table.find(conversation).filter(conversations::fence.eq(turn.fence));
                    let state = seal_state(sealer.as_ref(), turn.conversation.0, &turn.state)?;
                    let taken = diesel::update(held)
                        .set((
                            conversations::state.eq(state),
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
                        let (channel, sender) = conversations::table
                            .find(conversation)
                            .select((conversations::channel, conversations::sender_key))
                            .first::<(String, String)>(conn)
                            .await?;
                        let change =
                            Change { channel: &channel, recipient: &sender, consent, source: "message" };
                        change_consent(conn, &change, now).await?;
                    }
                    for reply in &turn.replies {
                        let row = NewOutboxRow::new(sealer.as_ref(), reply, Some(conversation), now)?;
                        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
                    }
                    if let Some(response) = &turn.flow_response {
                        super::flows::keep_response(conn, sealer.as_ref(), turn.event, response, now).await?;
                    }
                    for change in &turn.payee_changes {
                        change_payee(conn, &vault, change, now).await?;
                    }
                    if let Some((user, name)) = &turn.profile_name {
                        keep_profile_name(conn, &vault, *user, name, now).await?;
                    }
                    set_timer(conn, sealer.as_ref(), &turn, now).await?;
                    crate::store::operations::audit_record::record(conn, &turn.audit, now).await?;
                    Ok(Committed::Done)
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

/// Removes the conversation's timer, and sets the new one. A timer is a row of the inbox that is not due yet.
async fn set_timer(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    turn: &Turn,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let conversation = DbId(turn.conversation.0);
    if matches!(turn.timer, Timer::Keep) {
        return Ok(());
    }
    let timers = inbox::table
        .filter(inbox::conversation_id.eq(conversation))
        .filter(inbox::state.eq("pending"))
        .filter(inbox::due_at.is_not_null());
    diesel::delete(timers).execute(conn).await?;
    if let Timer::Set { event, message, due_at } = &turn.timer {
        let row = inbox_row(sealer, *event, conversation, (**message).clone(), now)?;
        diesel::insert_into(inbox::table)
            .values((row, inbox::due_at.eq(Some(DbTime(*due_at)))))
            .execute(conn)
            .await?;
    }
    Ok(())
}
