//! Conversations as agents and teams see them.

use super::{
    consent_rows::consent_of,
    inbox::read_said,
    outbox::new_row::body_of,
    sealed::{SealedSender, SealedState, open, sender_of, state_of},
};
use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    rows::{OutboundBody, corrupt},
    schema::{conversations, inbox, outbox},
    subjects::{Keys, Vault},
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
    messaging::{ConversationView, Conversations, MessageBody, TranscriptMessage},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::cmp::Reverse;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(Db))]
struct TalkRow {
    id: DbId,
    channel_account: String,
    channel: String,
    sender_hash: String,
    sealed: Option<Vec<u8>>,
    state: Vec<u8>,
    updated_at: DbTime,
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
        let (vault, sender) = (self.vault.clone(), self.vault.address(sender_key));
        let accounts: Vec<String> = accounts.iter().map(ChannelAccount::key).collect();
        self.database
            .query(move |conn| {
                async move {
                    let row = conversations::table
                        .filter(conversations::sender_hash.eq(sender))
                        .filter(conversations::channel.eq(channel.name()))
                        .filter(conversations::channel_account.eq_any(accounts))
                        .filter(conversations::last_inbound_at.is_not_null())
                        .order(conversations::last_inbound_at.desc())
                        .select(TalkRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    Ok(views(conn, &vault, row.into_iter().collect()).await?.pop())
                }
                .boxed()
            })
            .await
    }

    async fn find_conversation(&self, id: ConversationId) -> StoreResult<Option<ConversationView>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| {
                async move {
                    let row = conversations::table
                        .find(DbId(id.0))
                        .select(TalkRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    Ok(views(conn, &vault, row.into_iter().collect()).await?.pop())
                }
                .boxed()
            })
            .await
    }

    async fn conversations(&self, page: &PageRequest) -> StoreResult<Vec<ConversationView>> {
        let (vault, (limit, before)) = (self.vault.clone(), behind(page));
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
                    views(conn, &vault, rows).await
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
        let (vault, (limit, before)) = (self.vault.clone(), behind(page));
        self.database
            .read(move |conn| {
                async move {
                    let mut all = heard(conn, &vault, conversation, before, limit).await?;
                    all.extend(spoken(conn, &vault, conversation, before, limit).await?);
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

async fn views(
    conn: &mut Conn,
    vault: &Vault,
    rows: Vec<TalkRow>,
) -> Result<Vec<ConversationView>, SqlError> {
    let sealed = rows.iter().flat_map(|row| [Some(row.state.as_slice()), row.sealed.as_deref()]);
    let sealed: Vec<_> = sealed.flatten().collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(view(conn, &keys, row).await?);
    }
    Ok(all)
}

async fn view(conn: &mut Conn, keys: &Keys, row: TalkRow) -> Result<ConversationView, SqlError> {
    let consent = consent_of(conn, &row.channel, &row.sender_hash).await?;
    let state = open::<SealedState>(keys, state_of(&row.id.0), Some(&row.state)).ok().flatten();
    let sender = open::<SealedSender>(keys, sender_of(&row.id.0), row.sealed.as_deref()).ok().flatten();
    let (sender_key, address) = sender.map(|sender| (sender.key, sender.address)).unzip();
    Ok(ConversationView {
        id: ConversationId(row.id.0),
        channel: Channel::parse(&row.channel).ok_or_else(|| corrupt(&row.channel))?,
        channel_account: row.channel_account.parse().map_err(corrupt)?,
        sender_key,
        address: address.flatten(),
        last_inbound_at: row.last_inbound_at.map(|at| at.0),
        consent,
        is_unreadable: state.is_none(),
        state: state.map(|state| state.conversation).unwrap_or_default(),
        updated_at: row.updated_at.0,
    })
}

async fn heard(
    conn: &mut Conn,
    vault: &Vault,
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
    let sealed: Vec<_> = rows.iter().map(|(_, body, _)| body.as_slice()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let line = |(id, body, at): (DbId, Vec<u8>, DbTime)| {
        let said = read_said(&keys, id.0, &body).ok().flatten();
        Ok(TranscriptMessage {
            id: id.0,
            saying: said.map_or(MessageBody::Unreadable { is_ours: false }, MessageBody::Inbound),
            at: at.0,
        })
    };
    rows.into_iter().map(line).collect()
}

async fn spoken(
    conn: &mut Conn,
    vault: &Vault,
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
    let sealed: Vec<_> = rows.iter().filter_map(|(_, body, ..)| body.as_deref()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let line = |(id, body, status, at): (DbId, Option<Vec<u8>>, String, DbTime)| {
        let status = DeliveryStatus::parse(&status).ok_or_else(|| corrupt(status))?;
        let body = body.filter(|body| !body.is_empty());
        let saying = match body.map(|body| keys.open::<OutboundBody>(body_of(&id.0), &body)).transpose() {
            Ok(None) => MessageBody::Outbound { text: None, status },
            Ok(Some(Some(body))) => MessageBody::Outbound { text: Some(body.text), status },
            Ok(Some(None)) | Err(_) => MessageBody::Unreadable { is_ours: true },
        };
        Ok(TranscriptMessage { id: id.0, saying, at: at.0 })
    };
    rows.into_iter().map(line).collect()
}
