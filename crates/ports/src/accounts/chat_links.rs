//! Chats without a number (Telegram) and the people they belong to.

use super::sessions::NewSession;
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{SessionId, UserId},
    operations::audit::Actor,
    phone::PhoneNumber,
};

/// A chat as its service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramChat {
    /// Its id.
    pub id: i64,
    /// `@` name of whoever writes in it.
    pub username: Option<String>,
    /// What he calls himself.
    pub first_name: Option<String>,
}

/// On whose side a code that binds was made; the other side brings it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkMaker {
    /// A person, signed in: the chat that sends the code is bound to him.
    Person(UserId),
    /// The bot, for a chat: the person who confirms it gets that chat.
    Chat(TelegramChat),
}

/// A code to be kept.
#[derive(Clone, Debug)]
pub struct NewLinkCode {
    /// Its hash.
    pub hash: [u8; 32],
    /// Who made it.
    pub maker: LinkMaker,
    /// The session in which a person made it: once that has ended, it makes none.
    pub session: Option<SessionId>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A chat that is somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatLink {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub chat: TelegramChat,
    /// Since when: money waits its cool-off from then.
    pub bound_at: DateTime<Utc>,
}

/// The person who confirms a chat's code. It has no `Debug`.
#[derive(Clone)]
pub struct Confirmer {
    /// Who.
    pub user: UserId,
    /// The password's hash that was found right; nothing is bound where it is another by now.
    pub seen_password: String,
}

/// A code that comes back from its other side.
#[derive(Clone)]
pub struct BindChat {
    /// The code's hashes.
    pub hashes: Vec<[u8; 32]>,
    /// The chat to bind.
    pub chat: TelegramChat,
    /// The person who confirms a chat's code; `None`: the chat itself brings back a person's.
    pub confirmed_by: Option<Confirmer>,
    /// A session to open for whoever asked, where one is wanted.
    pub session: Option<NewSession>,
    /// For the audit.
    pub actor: Actor,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The chat, and whose it is now.
    pub link: ChatLink,
    /// The session that was opened.
    pub session: Option<SessionId>,
}

/// Chats and their people. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ChatLinks: Send + Sync {
    /// Keeps a code. A person's earlier ones are void. False: his session has ended, and nothing is kept.
    async fn keep_link_code(&self, code: &NewLinkCode, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Who made a good code. It stays good.
    async fn find_link_code(&self, hashes: &[[u8; 32]], now: DateTime<Utc>)
    -> StoreResult<Option<LinkMaker>>;

    /// Uses up a code and binds its chat. `None`: it is no good, or not for that chat. A chat that was
    /// another's is this person's from now on; it cools off anew.
    async fn bind_chat(&self, request: &BindChat, now: DateTime<Utc>) -> StoreResult<Option<Bound>>;

    /// Whose a chat is.
    async fn find_chat_link(&self, chat: i64) -> StoreResult<Option<ChatLink>>;

    /// The chat of a number: the newest that was bound by the person who proved it. A number that is only named
    /// has none.
    async fn find_chat_of(&self, phone: &PhoneNumber) -> StoreResult<Option<i64>>;
}
