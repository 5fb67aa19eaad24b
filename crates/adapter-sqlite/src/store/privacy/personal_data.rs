//! What belongs to a person, found by the contacts that they proved.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        accounts::chats::{SealedChat, bound_place},
        error::SqlError,
        handle::Store,
        rows::corrupt,
        schema::{consents, contacts, conversations, flow_responses, telegram_chats, verifications},
        subjects::{Place, Vault},
    },
};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ConversationId, UserId},
    message::Channel,
    messaging::flow::{Answer, Slug},
};
use futures_util::FutureExt;
use ports::{
    privacy::{OwnAnswers, OwnChat, OwnCode, OwnConsent, OwnConversation, PersonalData},
    store_error::StoreResult,
};
use serde::Deserialize;
use uuid::Uuid;

const PAGE: i64 = 200;

#[async_trait]
impl PersonalData for Store {
    async fn conversations_of(&self, user: UserId, after: Option<Uuid>) -> StoreResult<Vec<OwnConversation>> {
        self.database.read(move |conn| async move { conversations_of(conn, user, after).await }.boxed()).await
    }

    async fn answers_of(&self, user: UserId, after: Option<Uuid>) -> StoreResult<Vec<OwnAnswers>> {
        let vault = self.vault.clone();
        self.database
            .read(move |conn| async move { answers_of(conn, &vault, user, after).await }.boxed())
            .await
    }

    async fn codes_of(&self, user: UserId, after: Option<Uuid>) -> StoreResult<Vec<OwnCode>> {
        self.database.read(move |conn| async move { codes_of(conn, user, after).await }.boxed()).await
    }

    async fn consents_of(&self, user: UserId) -> StoreResult<Vec<OwnConsent>> {
        self.database.read(move |conn| async move { consents_of(conn, user).await }.boxed()).await
    }

    async fn chats_of(&self, user: UserId) -> StoreResult<Vec<OwnChat>> {
        let vault = self.vault.clone();
        self.database.read(move |conn| async move { chats_of(conn, &vault, user).await }.boxed()).await
    }
}

async fn own_contacts(conn: &mut Conn, user: UserId) -> Result<Vec<Option<DbId>>, SqlError> {
    let own = contacts::table.filter(contacts::user_id.eq(Some(DbId(user.0)))).select(contacts::id);
    Ok(own.load::<DbId>(conn).await?.into_iter().map(Some).collect())
}

async fn conversations_of(
    conn: &mut Conn,
    user: UserId,
    after: Option<Uuid>,
) -> Result<Vec<OwnConversation>, SqlError> {
    let own = own_contacts(conn, user).await?;
    let rows = conversations::table
        .filter(conversations::contact_id.eq_any(own))
        .filter(conversations::id.gt(DbId(after.unwrap_or_default())))
        .order(conversations::id)
        .limit(PAGE)
        .select((
            conversations::id,
            conversations::channel,
            conversations::channel_account,
            conversations::created_at,
            conversations::last_inbound_at,
        ))
        .load::<(DbId, String, String, DbTime, Option<DbTime>)>(conn)
        .await?;
    let conversation =
        |(id, channel, account, created_at, last): (DbId, String, String, DbTime, Option<DbTime>)| {
            Ok(OwnConversation {
                id: ConversationId(id.0),
                channel: Channel::parse(&channel).ok_or_else(|| corrupt(&channel))?,
                channel_account: account,
                created_at: created_at.0,
                last_inbound_at: last.map(|at| at.0),
            })
        };
    rows.into_iter().map(conversation).collect()
}

async fn codes_of(conn: &mut Conn, user: UserId, after: Option<Uuid>) -> Result<Vec<OwnCode>, SqlError> {
    let own = own_contacts(conn, user).await?;
    let rows = verifications::table
        .filter(verifications::contact_id.eq_any(own))
        .filter(verifications::id.gt(DbId(after.unwrap_or_default())))
        .order(verifications::id)
        .limit(PAGE)
        .select((
            verifications::id,
            verifications::created_at,
            verifications::channel,
            verifications::purpose,
            verifications::status,
        ))
        .load::<(DbId, DbTime, String, String, String)>(conn)
        .await?;
    let code = |(id, at, channel, purpose, status): (DbId, DbTime, String, String, String)| OwnCode {
        id: id.0,
        at: at.0,
        channel,
        purpose,
        status,
    };
    Ok(rows.into_iter().map(code).collect())
}

/// The stored answers of a flow.
#[derive(Deserialize)]
struct Answers {
    answers: Vec<(Slug, Answer)>,
}

async fn answers_of(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    after: Option<Uuid>,
) -> Result<Vec<OwnAnswers>, SqlError> {
    let own = own_contacts(conn, user).await?;
    let rows = flow_responses::table
        .filter(flow_responses::contact_id.eq_any(own))
        .filter(flow_responses::id.gt(DbId(after.unwrap_or_default())))
        .order(flow_responses::id)
        .limit(PAGE)
        .select((
            flow_responses::id,
            flow_responses::flow,
            flow_responses::version,
            flow_responses::body,
            flow_responses::completed_at,
        ))
        .load::<(DbId, String, i64, Vec<u8>, DbTime)>(conn)
        .await?;
    let keys = vault.keys_in(conn, rows.iter().map(|row| row.3.as_slice())).await?;
    let answers = |(id, flow, version, body, at): (DbId, String, i64, Vec<u8>, DbTime)| {
        let opened = keys.open::<Answers>(Place::of("flow_responses.body", &id.0), &body)?;
        let given = opened.map(|opened| opened.answers).unwrap_or_default();
        Ok(OwnAnswers {
            id: id.0,
            flow,
            version: u32::try_from(version).map_err(corrupt)?,
            answers: given.iter().map(|(slug, answer)| (slug.to_string(), answer.as_text())).collect(),
            completed_at: at.0,
        })
    };
    rows.into_iter().map(answers).collect()
}

async fn chats_of(conn: &mut Conn, vault: &Vault, user: UserId) -> Result<Vec<OwnChat>, SqlError> {
    let rows = telegram_chats::table
        .filter(telegram_chats::user_id.eq(DbId(user.0)))
        .order(telegram_chats::bound_at)
        .select((telegram_chats::chat_hash, telegram_chats::sealed, telegram_chats::bound_at))
        .load::<(String, Option<Vec<u8>>, DbTime)>(conn)
        .await?;
    let keys = vault.keys_in(conn, rows.iter().filter_map(|row| row.1.as_deref())).await?;
    let chat = |(hash, sealed, at): (String, Option<Vec<u8>>, DbTime)| {
        let chat = match &sealed {
            Some(sealed) => keys.open::<SealedChat>(bound_place(&hash), sealed)?,
            None => None,
        };
        let name = chat.and_then(|chat| chat.first_name.or(chat.username));
        Ok(OwnChat { name, bound_at: at.0 })
    };
    rows.into_iter().map(chat).collect()
}

async fn consents_of(conn: &mut Conn, user: UserId) -> Result<Vec<OwnConsent>, SqlError> {
    let own = contacts::table
        .filter(contacts::user_id.eq(Some(DbId(user.0))))
        .filter(contacts::lookup.is_not_null())
        .select(contacts::lookup.assume_not_null())
        .load::<String>(conn)
        .await?;
    let rows = consents::table
        .filter(consents::recipient_hash.eq_any(own))
        .order((consents::at, consents::channel))
        .select((consents::channel, consents::status, consents::at))
        .load::<(String, String, DbTime)>(conn)
        .await?;
    let consent = |(channel, status, at): (String, String, DbTime)| OwnConsent { channel, status, at: at.0 };
    Ok(rows.into_iter().map(consent).collect())
}
