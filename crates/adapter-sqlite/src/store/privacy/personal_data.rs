//! What belongs to a person, found by the contacts that they proved.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        handle::Store,
        rows::corrupt,
        schema::{consents, contacts, conversations, flow_responses, telegram_chats, verifications},
        subjects::Vault,
    },
};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{ConversationId, UserId},
    message::Channel,
};
use futures_util::FutureExt;
use ports::{
    privacy::{OwnAnswers, OwnChat, OwnCode, OwnConsent, OwnConversation, PersonalData},
    store_error::StoreResult,
};
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
