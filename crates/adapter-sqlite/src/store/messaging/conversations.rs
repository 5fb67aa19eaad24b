//! Conversations as agents and teams see them.

use super::{consent_rows::consent_of, inbox::read_said, inbox_writer::SealedState};
use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    rows::{OutboundBody, corrupt, unseal},
    schema::{conversations, inbox, outbox},
};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    channel_account::ChannelAccount,
    ids::ConversationId,
    message::{Channel, DeliveryStatus},
};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    messaging::{ConversationView, Conversations, MessageBody, TranscriptMessage},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::{cmp::Reverse, sync::Arc};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(Db))]
struct TalkRow {
    id: DbId,
    channel_account: String,
    channel: String,
    sender_key: String,
    state: Vec<u8>,
    updated_at: DbTime,
    address: Option<String>,
    last_inbound_at: Option<DbTime>,
}

#[async_trait]
impl Conversations for Store {
    async fn newest_conversation(
        &self,
        channel: Channel,
        sender_key: &str,
        accounts: &[ChannelAccount],
    ) -> StoreResult<Option<ConversationView>> {
        let (sealer, sender) = (Arc::clone(&self.sealer), sender_key.to_owned());
        let accounts: Vec<String> = accounts.iter().map(ChannelAccount::key).collect();
        self.database
            .query(move |conn| {
                async move {
                    let row = conversations::table
                        .filter(conversations::sender_key.eq(sender))
                        .filter(conversations::channel.eq(channel.name()))
                        .filter(conversations::channel_account.eq_any(accounts))
                        .filter(conversations::last_inbound_at.is_not_null())
                        .order(conversations::last_inbound_at.desc())
                        .select(TalkRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    match row {
                        Some(row) => Ok(Some(view(conn, sealer.as_ref(), row).await?)),
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn find_conversation(&self, id: ConversationId) -> StoreResult<Option<ConversationView>> {
        let sealer = Arc::clone(&self.sealer);
        self.database
            .query(move |conn| {
                async move {
                    let row = conversations::table
                        .find(DbId(id.0))
                        .select(TalkRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    match row {
                        Some(row) => Ok(Some(view(conn, sealer.as_ref(), row).await?)),
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn conversations(&self, page: &PageRequest) -> StoreResult<Vec<ConversationView>> {
        let (sealer, (limit, before)) = (Arc::clone(&self.sealer), behind(page));
        self.database
            .read(move |conn| {
                async move {
                    let rows = conversations::table
                        .filter(conversations::id.lt(DbId(before)))
                        .order(conversations::id.desc())
                        .limit(limit)
                        .select(TalkRow::as_select())
                        .load(conn)
                        .await?;
                    let mut all = Vec::with_capacity(rows.len());
                    for row in rows {
                        all.push(view(conn, sealer.as_ref(), row).await?);
                    }
                    Ok(all)
                }
                .boxed()
            })
            .await
    }

    async fn lines(
        &self,
        conversation: ConversationId,
        page: &PageRequest,
    ) -> StoreResult<Vec<TranscriptMessage>> {
        let (sealer, (limit, before)) = (Arc::clone(&self.sealer), behind(page));
        self.database
            .read(move |conn| {
                async move {
                    let mut all = heard(conn, sealer.as_ref(), conversation, before, limit).await?;
                    all.extend(spoken(conn, sealer.as_ref(), conversation, before, limit).await?);
                    all.sort_by_key(|line| Reverse(line.id));
                    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                    Ok(all)
                }
                .boxed()
            })
            .await
    }
}

/// The limit of a page, and the id that its rows come before.
fn behind(page: &PageRequest) -> (i64, Uuid) {
    let after = page.after.as_deref().and_then(|id| Uuid::parse_str(id).ok());
    (page.limit, after.unwrap_or(Uuid::max()))
}

async fn view(conn: &mut Conn, sealer: &dyn Sealer, row: TalkRow) -> Result<ConversationView, SqlError> {
    let consent = consent_of(conn, &row.channel, &row.sender_key).await?;
    let state = unseal::<SealedState>(sealer, row.id.0, &row.state).ok();
    Ok(ConversationView {
        id: ConversationId(row.id.0),
        channel: Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?,
        channel_account: row.channel_account.parse().map_err(corrupt)?,
        sender_key: row.sender_key,
        address: row.address,
        last_inbound_at: row.last_inbound_at.map(|at| at.0),
        consent,
        is_unreadable: state.is_none(),
        state: state.map(|state| state.conversation).unwrap_or_default(),
        updated_at: row.updated_at.0,
    })
}

async fn heard(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    conversation: ConversationId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<TranscriptMessage>, SqlError> {
    let rows = inbox::table
        .filter(inbox::conversation_id.eq(DbId(conversation.0)))
        .filter(inbox::id.lt(DbId(before)))
        .filter(inbox::due_at.is_null())
        .order(inbox::id.desc())
        .limit(limit)
        .select((inbox::id, inbox::body, inbox::received_at))
        .load::<(DbId, Vec<u8>, DbTime)>(conn)
        .await?;
    let line = |(id, body, at): (DbId, Vec<u8>, DbTime)| {
        Ok(TranscriptMessage {
            id: id.0,
            saying: read_said(sealer, id.0, &body)
                .map_or(MessageBody::Unreadable { is_ours: false }, MessageBody::Inbound),
            at: at.0,
        })
    };
    rows.into_iter().map(line).collect()
}

async fn spoken(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    conversation: ConversationId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<TranscriptMessage>, SqlError> {
    let rows = outbox::table
        .filter(outbox::conversation_id.eq(Some(DbId(conversation.0))))
        .filter(outbox::id.lt(DbId(before)))
        .order(outbox::id.desc())
        .limit(limit)
        .select((outbox::id, outbox::body, outbox::status, outbox::created_at))
        .load::<(DbId, Option<Vec<u8>>, String, DbTime)>(conn)
        .await?;
    let line = |(id, body, status, at): (DbId, Option<Vec<u8>>, String, DbTime)| {
        let status = DeliveryStatus::parse(&status).ok_or_else(|| corrupt(status))?;
        let saying = match body.map(|body| unseal::<OutboundBody>(sealer, id.0, &body)).transpose() {
            Ok(body) => MessageBody::Outbound { text: body.map(|body| body.text), status },
            Err(_unreadable) => MessageBody::Unreadable { is_ours: true },
        };
        Ok(TranscriptMessage { id: id.0, saying, at: at.0 })
    };
    rows.into_iter().map(line).collect()
}
