//! Chats without a number, and their owners.

use super::{
    audit_rows::committed,
    chats::{self, SealedChat},
    identities::by_phone,
    sessions::{insert_session, owner},
};
use crate::backend::{Conn, Db, DbId, DbTime, for_update};
use crate::store::error::SqlError;
use crate::store::{
    accounts::{audit_rows::about, users::lock_account},
    handle::Store,
    operations::audit_record::record,
    schema::{link_codes, telegram_chats},
    subjects::{Vault, contacts},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{accounts::OneTime, ids::UserId, phone::PhoneNumber};
use futures_util::FutureExt;
use ports::{
    accounts::{BindChat, Bound, ChatLink, ChatLinks, LinkMaker, NewLinkCode, TelegramChat},
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = link_codes, check_for_backend(Db))]
struct CodeRow {
    hash: Vec<u8>,
    user_id: Option<DbId>,
    sealed: Option<Vec<u8>>,
    expires_at: DbTime,
    used_at: Option<DbTime>,
}

impl CodeRow {
    fn is_good(&self, now: DateTime<Utc>) -> bool {
        OneTime { expires_at: self.expires_at.0, used_at: self.used_at.map(|at| at.0) }.is_good(now)
    }

    /// The side that made the code. `None`: the chat's key is gone.
    async fn maker(&self, conn: &mut Conn, vault: &Vault) -> Result<Option<LinkMaker>, SqlError> {
        if let Some(user) = self.user_id {
            return Ok(Some(LinkMaker::Person(UserId(user.0))));
        }
        let Some(sealed) = &self.sealed else { return Ok(None) };
        let chat: Option<SealedChat> = vault.open(conn, chats::code_place(&self.hash), sealed).await?;
        Ok(chat.map(|chat| LinkMaker::Chat(chat.into())))
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
        let (code, vault) = (code.clone(), self.vault.clone());
        self.database.write(move |conn| async move { keep(conn, &vault, &code, now).await }.boxed()).await
    }

    async fn find_link_code(
        &self,
        hashes: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<LinkMaker>> {
        let (hashes, vault) = (bytes(hashes), self.vault.clone());
        self.database
            .query(move |conn| {
                async move {
                    let found: Option<CodeRow> = named(hashes).first(conn).await.optional()?;
                    match found.filter(|row| row.is_good(now)) {
                        Some(row) => row.maker(conn, &vault).await,
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn bind_chat(&self, request: &BindChat, now: DateTime<Utc>) -> StoreResult<Option<Bound>> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database.write(move |conn| async move { bind(conn, &vault, request, now).await }.boxed()).await
    }

    async fn find_chat_link(&self, chat: i64) -> StoreResult<Option<ChatLink>> {
        let vault = self.vault.clone();
        self.database.query(move |conn| async move { find_link(conn, &vault, chat).await }.boxed()).await
    }

    async fn newest_chat_of(&self, user: UserId) -> StoreResult<Option<i64>> {
        let vault = self.vault.clone();
        self.database.query(move |conn| async move { newest_chat(conn, &vault, user).await }.boxed()).await
    }

    async fn find_chat_of(&self, phone: &PhoneNumber) -> StoreResult<Option<i64>> {
        let (phone, vault) = (phone.clone(), self.vault.clone());
        self.database
            .query(move |conn| {
                async move {
                    let Some(owner) = by_phone(conn, &vault, &phone).await? else { return Ok(None) };
                    newest_chat(conn, &vault, owner.id).await
                }
                .boxed()
            })
            .await
    }
}

async fn find_link(conn: &mut Conn, vault: &Vault, chat: i64) -> Result<Option<ChatLink>, SqlError> {
    let hash = chats::hash(vault, chat);
    let found = telegram_chats::table
        .find(&hash)
        .select((telegram_chats::user_id, telegram_chats::sealed, telegram_chats::bound_at))
        .first::<(DbId, Option<Vec<u8>>, DbTime)>(conn)
        .await
        .optional()?;
    let Some((user, sealed, bound_at)) = found else { return Ok(None) };
    let nameless = TelegramChat { id: chat, username: None, first_name: None };
    let chat = open_chat(conn, vault, &hash, sealed.as_deref()).await?.unwrap_or(nameless);
    Ok(Some(ChatLink { user: UserId(user.0), chat, bound_at: bound_at.0 }))
}

async fn newest_chat(conn: &mut Conn, vault: &Vault, user: UserId) -> Result<Option<i64>, SqlError> {
    let newest = telegram_chats::table
        .filter(telegram_chats::user_id.eq(DbId(user.0)))
        .order((telegram_chats::bound_at.desc(), telegram_chats::chat_hash.desc()))
        .select((telegram_chats::chat_hash, telegram_chats::sealed));
    let newest = newest.first::<(String, Option<Vec<u8>>)>(conn).await.optional()?;
    let Some((hash, sealed)) = newest else { return Ok(None) };
    Ok(open_chat(conn, vault, &hash, sealed.as_deref()).await?.map(|chat| chat.id))
}

/// Opens a bound chat. `None`: its person's key is gone.
async fn open_chat(
    conn: &mut Conn,
    vault: &Vault,
    hash: &str,
    sealed: Option<&[u8]>,
) -> Result<Option<TelegramChat>, SqlError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let chat: Option<SealedChat> = vault.open(conn, chats::bound_place(hash), sealed).await?;
    Ok(chat.map(Into::into))
}

async fn keep(
    conn: &mut Conn,
    vault: &Vault,
    code: &NewLinkCode,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
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
    let sealed = match chat {
        Some(chat) => {
            let address = chats::address(chat.id);
            let (id, keys) = contacts::chat_key_of(conn, vault, &address, now).await?;
            Some(keys.seal(id, chats::code_place(&code.hash), &SealedChat::from(chat))?)
        }
        None => None,
    };
    diesel::insert_into(link_codes::table)
        .values((
            link_codes::hash.eq(code.hash.to_vec()),
            link_codes::user_id.eq(user),
            link_codes::chat_hash.eq(chat.map(|chat| chats::hash(vault, chat.id))),
            link_codes::sealed.eq(sealed),
            link_codes::expires_at.eq(DbTime(code.expires_at)),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

/// The present binding of a chat, if this code made it. A turn that runs again brings its code again. No session is
/// opened by a used code.
async fn bound_by(
    conn: &mut Conn,
    vault: &Vault,
    code: &CodeRow,
    request: &BindChat,
) -> Result<Option<Bound>, SqlError> {
    let (Some(user), Some(used_at)) = (code.user_id, code.used_at) else { return Ok(None) };
    if request.confirmed_by.is_some() || request.session.is_some() {
        return Ok(None);
    }
    let bound = telegram_chats::table
        .find(chats::hash(vault, request.chat.id))
        .filter(telegram_chats::user_id.eq(user))
        .filter(telegram_chats::bound_at.eq(used_at));
    let is_bound: bool = diesel::select(diesel::dsl::exists(bound)).get_result(conn).await?;
    let link = ChatLink { user: UserId(user.0), chat: request.chat.clone(), bound_at: used_at.0 };
    Ok(is_bound.then_some(Bound { link, session: None }))
}

async fn bind(
    conn: &mut Conn,
    vault: &Vault,
    request: BindChat,
    now: DateTime<Utc>,
) -> Result<Option<Bound>, SqlError> {
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
        return bound_by(conn, vault, &row, &request).await;
    }
    let (user, chat) = match (row.maker(conn, vault).await?, request.confirmed_by) {
        (Some(LinkMaker::Person(user)), None) => (user, request.chat),
        // What the bot said about the chat counts, not what the person's client says.
        (Some(LinkMaker::Chat(chat)), Some(by))
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
    let after = keep_bound(conn, vault, user, &chat, now).await?;
    let session = match &request.session {
        Some(session) => {
            insert_session(conn, vault, session, user, now).await?;
            Some(session.id)
        }
        None => None,
    };
    record(conn, &[about(user, "account.telegram_bound", &request.actor, None, Some(after))], now).await?;
    Ok(Some(Bound { link: ChatLink { user, chat, bound_at: now }, session }))
}

/// Stores a chat as bound to a user from now on. Returns what the audit row tells of it.
async fn keep_bound(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    chat: &TelegramChat,
    now: DateTime<Utc>,
) -> Result<String, SqlError> {
    let (key, hash) = (SubjectKeyId::chat(user.0), chats::hash(vault, chat.id));
    contacts::prove(conn, &hash, user, now).await?;
    let keys = vault.key_for(conn, key, now).await?;
    let values = (
        telegram_chats::user_id.eq(DbId(user.0)),
        telegram_chats::sealed.eq(Some(keys.seal(
            key,
            chats::bound_place(&hash),
            &SealedChat::from(chat),
        )?)),
        telegram_chats::bound_at.eq(DbTime(now)),
    );
    diesel::insert_into(telegram_chats::table)
        .values((telegram_chats::chat_hash.eq(&hash), values.clone()))
        .on_conflict(telegram_chats::chat_hash)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(committed(&keys, user, "chat", &chats::address(chat.id)))
}
