//! Chats without a number, and their owners.

use super::{
    identities::by_phone,
    sessions::{insert_session, owner},
};
use crate::backend::{Conn, Db, DbId, DbTime, for_update};
use crate::store::error::SqlError;
use crate::store::{
    accounts::{audit_rows::about, users::lock_account},
    handle::Store,
    operations::audit_record::record,
    rows::corrupt,
    schema::{link_codes, telegram_chats},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{accounts::OneTime, ids::UserId, phone::PhoneNumber, text::mask};
use futures_util::FutureExt;
use ports::{
    accounts::{BindChat, Bound, ChatLink, ChatLinks, LinkMaker, NewLinkCode, TelegramChat},
    store_error::StoreResult,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = link_codes, check_for_backend(Db))]
struct CodeRow {
    hash: Vec<u8>,
    user_id: Option<DbId>,
    chat_id: Option<i64>,
    username: Option<String>,
    first_name: Option<String>,
    expires_at: DbTime,
    used_at: Option<DbTime>,
}

impl CodeRow {
    fn is_good(&self, now: DateTime<Utc>) -> bool {
        OneTime { expires_at: self.expires_at.0, used_at: self.used_at.map(|at| at.0) }.is_good(now)
    }

    fn maker(&self) -> Result<LinkMaker, SqlError> {
        match (self.user_id, self.chat_id) {
            (Some(user), None) => Ok(LinkMaker::Person(UserId(user.0))),
            (None, Some(id)) => Ok(LinkMaker::Chat(TelegramChat {
                id,
                username: self.username.clone(),
                first_name: self.first_name.clone(),
            })),
            _ => Err(corrupt("a link code without an owner")),
        }
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn named(hashes: Vec<Vec<u8>>) -> _ {
    let columns: diesel::dsl::AsSelect<CodeRow, Db> = CodeRow::as_select();
    link_codes::table.filter(link_codes::hash.eq_any(hashes)).select(columns)
}

fn bytes(hashes: &[[u8; 32]]) -> Vec<Vec<u8>> {
    hashes.iter().map(|hash| hash.to_vec()).collect()
}

#[async_trait]
impl ChatLinks for Store {
    async fn keep_link_code(&self, code: &NewLinkCode, now: DateTime<Utc>) -> StoreResult<bool> {
        let code = code.clone();
        self.database.write(move |conn| async move { keep(conn, &code, now).await }.boxed()).await
    }

    async fn find_link_code(
        &self,
        hashes: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<LinkMaker>> {
        let hashes = bytes(hashes);
        self.database
            .query(move |conn| {
                async move {
                    let found: Option<CodeRow> = named(hashes).first(conn).await.optional()?;
                    found.filter(|row| row.is_good(now)).map(|row| row.maker()).transpose()
                }
                .boxed()
            })
            .await
    }

    async fn bind_chat(&self, request: &BindChat, now: DateTime<Utc>) -> StoreResult<Option<Bound>> {
        let request = request.clone();
        self.database.write(move |conn| async move { bind(conn, request, now).await }.boxed()).await
    }

    async fn find_chat_link(&self, chat: i64) -> StoreResult<Option<ChatLink>> {
        self.database
            .query(move |conn| {
                async move {
                    let found = telegram_chats::table
                        .find(chat)
                        .select((
                            telegram_chats::user_id,
                            telegram_chats::username,
                            telegram_chats::first_name,
                            telegram_chats::bound_at,
                        ))
                        .first::<(DbId, Option<String>, Option<String>, DbTime)>(conn)
                        .await
                        .optional()?;
                    Ok(found.map(|(user, username, first_name, bound_at)| ChatLink {
                        user: UserId(user.0),
                        chat: TelegramChat { id: chat, username, first_name },
                        bound_at: bound_at.0,
                    }))
                }
                .boxed()
            })
            .await
    }

    async fn newest_chat_of(&self, user: UserId) -> StoreResult<Option<i64>> {
        self.database.query(move |conn| async move { newest_chat(conn, user).await }.boxed()).await
    }

    async fn find_chat_of(&self, phone: &PhoneNumber) -> StoreResult<Option<i64>> {
        let phone = phone.clone();
        self.database
            .query(move |conn| {
                async move {
                    let Some(owner) = by_phone(conn, &phone).await? else { return Ok(None) };
                    newest_chat(conn, owner.id).await
                }
                .boxed()
            })
            .await
    }
}

async fn newest_chat(conn: &mut Conn, user: UserId) -> Result<Option<i64>, SqlError> {
    let newest = telegram_chats::table
        .filter(telegram_chats::user_id.eq(DbId(user.0)))
        .order((telegram_chats::bound_at.desc(), telegram_chats::chat_id.desc()))
        .select(telegram_chats::chat_id);
    Ok(newest.first(conn).await.optional()?)
}

async fn keep(conn: &mut Conn, code: &NewLinkCode, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let (user, chat) = match &code.maker {
        LinkMaker::Person(user) => (Some(DbId(user.0)), None),
        LinkMaker::Chat(chat) => (None, Some(chat)),
    };
    if let Some(user) = user {
        lock_account(conn, UserId(user.0)).await?;
        if let Some(session) = code.session
            && owner(conn, session, now).await? != Some(UserId(user.0))
        {
            return Ok(false);
        }
        let earlier =
            link_codes::table.filter(link_codes::user_id.eq(user)).filter(link_codes::used_at.is_null());
        diesel::update(earlier).set(link_codes::used_at.eq(Some(DbTime(now)))).execute(conn).await?;
    }
    diesel::insert_into(link_codes::table)
        .values((
            link_codes::hash.eq(code.hash.to_vec()),
            link_codes::user_id.eq(user),
            link_codes::chat_id.eq(chat.map(|chat| chat.id)),
            link_codes::username.eq(chat.and_then(|chat| chat.username.clone())),
            link_codes::first_name.eq(chat.and_then(|chat| chat.first_name.clone())),
            link_codes::expires_at.eq(DbTime(code.expires_at)),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

/// The present binding of a chat, if this code made it. A turn that runs again brings its code again. No session is
/// opened by a used code.
async fn bound_by(conn: &mut Conn, code: &CodeRow, request: &BindChat) -> Result<Option<Bound>, SqlError> {
    let (Some(user), Some(used_at)) = (code.user_id, code.used_at) else { return Ok(None) };
    if request.confirmed_by.is_some() || request.session.is_some() {
        return Ok(None);
    }
    let bound = telegram_chats::table
        .find(request.chat.id)
        .filter(telegram_chats::user_id.eq(user))
        .filter(telegram_chats::bound_at.eq(used_at));
    let is_bound: bool = diesel::select(diesel::dsl::exists(bound)).get_result(conn).await?;
    let link = ChatLink { user: UserId(user.0), chat: request.chat.clone(), bound_at: used_at.0 };
    Ok(is_bound.then_some(Bound { link, session: None }))
}

async fn bind(conn: &mut Conn, request: BindChat, now: DateTime<Utc>) -> Result<Option<Bound>, SqlError> {
    let known: Option<CodeRow> = named(bytes(&request.hashes)).first(conn).await.optional()?;
    let person = known
        .and_then(|row| row.user_id)
        .map(|id| UserId(id.0))
        .or(request.confirmed_by.as_ref().map(|by| by.user));
    // A new password ends all that the old one opened: the lock keeps it from changing while a chat is bound,
    // and no chat is bound after it.
    let account = match person {
        Some(person) => lock_account(conn, person).await?,
        None => None,
    };
    let code = named(bytes(&request.hashes));
    let found: Option<CodeRow> = for_update!(code).first(conn).await.optional()?;
    let Some(row) = found else { return Ok(None) };
    if !row.is_good(now) {
        return bound_by(conn, &row, &request).await;
    }
    let (user, chat) = match (row.maker()?, request.confirmed_by) {
        (LinkMaker::Person(user), None) => (user, request.chat),
        // What the bot said about the chat counts, not what the person's client says.
        (LinkMaker::Chat(chat), Some(by))
            if chat.id == request.chat.id
                && account.is_some_and(|account| account.has_password(&by.seen_password)) =>
        {
            (by.user, chat)
        }
        _ => return Ok(None),
    };
    diesel::update(link_codes::table.find(&row.hash))
        .set(link_codes::used_at.eq(Some(DbTime(now))))
        .execute(conn)
        .await?;
    let values = (
        telegram_chats::user_id.eq(DbId(user.0)),
        telegram_chats::username.eq(chat.username.clone()),
        telegram_chats::first_name.eq(chat.first_name.clone()),
        telegram_chats::bound_at.eq(DbTime(now)),
    );
    diesel::insert_into(telegram_chats::table)
        .values((telegram_chats::chat_id.eq(chat.id), values.clone()))
        .on_conflict(telegram_chats::chat_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    let session = match &request.session {
        Some(session) => {
            insert_session(conn, session, user, now).await?;
            Some(session.id)
        }
        None => None,
    };
    let after = Some(mask(&chat.id.to_string()));
    record(conn, &[about(user, "account.telegram_bound", &request.actor, None, after)], now).await?;
    Ok(Some(Bound { link: ChatLink { user, chat, bound_at: now }, session }))
}
