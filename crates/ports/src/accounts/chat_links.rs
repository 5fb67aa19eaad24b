//! Chats that carry no phone number (Telegram), and the users they are bound to.

use super::sessions::NewSession;
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{SessionId, UserId},
    operations::audit::Actor,
    phone::PhoneNumber,
};

/// A chat as Telegram names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramChat {
    /// Telegram's id of the chat.
    pub id: i64,
    /// The `@` name of the person who writes in it, if they have one.
    pub username: Option<String>,
    /// The first name that the person shows in Telegram.
    pub first_name: Option<String>,
}

/// Which side made the link code. The other side brings it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkMaker {
    /// A signed-in person: the chat that sends the code is bound to them.
    Person(UserId),
    /// The bot, for a chat: the chat is bound to the person who confirms the code.
    Chat(TelegramChat),
}

/// A link code to store.
#[derive(Clone, Debug)]
pub struct NewLinkCode {
    /// The keyed hash of the code.
    pub hash: [u8; 32],
    /// The side that made it.
    pub maker: LinkMaker,
    /// The session that asks for the code. If it has ended, no code is stored. `None` skips this check.
    pub session: Option<SessionId>,
    /// From when the code is refused.
    pub expires_at: DateTime<Utc>,
}

/// A chat that is bound to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatLink {
    /// The user it is bound to.
    pub user: UserId,
    /// The chat that is bound.
    pub chat: TelegramChat,
    /// When it was bound. Until the cool-off has passed, no money moves from this chat.
    pub bound_at: DateTime<Utc>,
}

/// The person who confirms a link code that the bot made. No `Debug`: it holds a password hash.
#[derive(Clone)]
pub struct Confirmer {
    /// The signed-in user.
    pub user: UserId,
    /// The password hash that was checked. If the stored one differs by now, nothing is bound.
    pub seen_password: String,
}

/// A link code that comes back from the other side.
#[derive(Clone)]
pub struct BindChat {
    /// The hashes of the code, one for each known key.
    pub hashes: Vec<[u8; 32]>,
    /// The chat to bind.
    pub chat: TelegramChat,
    /// The person who confirms a code that the bot made; `None` when a chat brings back a person's code.
    pub confirmed_by: Option<Confirmer>,
    /// A session to open in the same transaction; `None` opens none.
    pub session: Option<NewSession>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// What binding a chat gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The chat, and the user it is bound to now.
    pub link: ChatLink,
    /// The session that was opened, if one was requested.
    pub session: Option<SessionId>,
}

/// Link codes and bound chats. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ChatLinks: Send + Sync {
    /// Stores a link code. A person's earlier codes become void. False: their session has ended, and nothing
    /// is stored.
    async fn keep_link_code(&self, code: &NewLinkCode, now: DateTime<Utc>) -> StoreResult<bool>;

    /// The maker of a valid link code. The code stays valid. `None`: unknown, used or expired.
    async fn find_link_code(&self, hashes: &[[u8; 32]], now: DateTime<Utc>)
    -> StoreResult<Option<LinkMaker>>;

    /// Uses up a link code and binds its chat. `None`: the code is unknown, used, expired, or for another
    /// chat, or the password has changed. A person's code that made the chat's present binding gives it again, if no
    /// session is asked for. A chat that was bound to another user is bound to this one from now on, and its cool-off
    /// starts again.
    async fn bind_chat(&self, request: &BindChat, now: DateTime<Utc>) -> StoreResult<Option<Bound>>;

    /// The user that a chat is bound to; `None` when it is bound to nobody.
    async fn find_chat_link(&self, chat: i64) -> StoreResult<Option<ChatLink>>;

    /// The newest chat that is bound to a user; `None` when none is.
    async fn newest_chat_of(&self, user: UserId) -> StoreResult<Option<i64>>;

    /// The chat of a number: the newest one that was bound by the user who proved the number. A number that
    /// is only claimed has none.
    async fn find_chat_of(&self, phone: &PhoneNumber) -> StoreResult<Option<i64>>;
}
