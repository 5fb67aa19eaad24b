//! The inbox: messages are stored before the webhook is acknowledged, each once, in order within a
//! conversation.

use super::{
    arrivals::Submitted,
    sealed::{InboundBody, body_of, open},
    turn_leases,
    turns::FinishedTurn,
};
use crate::backend::{DbId, DbTime};
use crate::store::{
    error::{SqlError, of_group},
    handle::Store,
    queued::note,
    schema::{conversations, inbox},
    subjects::Keys,
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
        AcceptedMessage, CommittedTurn, LeaseAtOnce, LeasedTurn, Turn, TurnFailure, TurnQueue,
        inbound_webhook::InboundMessage,
    },
    operations::WorkKind,
    store_error::StoreResult,
};
use uuid::Uuid;

#[async_trait]
impl TurnQueue for Store {
    async fn accept_leased(
        &self,
        messages: &[(EventId, InboundMessage)],
        lease: Option<LeaseAtOnce>,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<AcceptedMessage>> {
        let mut free = lease.map_or(0, |lease| lease.count);
        let arrived = messages.iter().map(|(id, message)| {
            let leased_until = lease.filter(|_| message.is_ours && free > 0).map(|lease| lease.until);
            free = free.saturating_sub(usize::from(leased_until.is_some()));
            Submitted { id: *id, message: message.clone(), at: now, leased_until }
        });
        self.inbox_writer.submit(arrived.collect()).await.map_err(of_group)
    }

    async fn lease_turns(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> StoreResult<Vec<LeasedTurn>> {
        let vault = self.vault.clone();
        let leased = self
            .database
            .write(move |conn| {
                async move { turn_leases::lease(conn, &vault, now, until, limit).await }.boxed()
            })
            .await?;
        let remember = |(turn, sender): (LeasedTurn, _)| {
            self.leased_contacts.remember(turn.conversation, turn.fence, sender);
            turn
        };
        Ok(leased.into_iter().map(remember).collect())
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
                    note(WorkKind::Turns, free_at);
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

    async fn commit_turns(
        &self,
        turns: &[Turn],
        lease: Option<LeaseAtOnce>,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<CommittedTurn>> {
        let ended = turns.iter().map(|turn| FinishedTurn { turn: turn.clone(), lease, now }).collect();
        self.turn_writer.submit(ended).await.map_err(of_group)
    }

    async fn renew_lease(
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

/// The content of a message, from its sealed body. `None`: it was erased, or its key is gone.
pub(crate) fn read_said(keys: &Keys, id: Uuid, body: &[u8]) -> Result<Option<InboundContent>, SqlError> {
    let body: Option<InboundBody> = open(keys, body_of(&id), Some(body))?;
    Ok(body.map(|body| body.content))
}
