//! Telegram chats as they are stored: found by the hash of their id, and sealed.

use crate::store::subjects::{Place, Vault};
use ports::accounts::TelegramChat;
use serde::{Deserialize, Serialize};

/// The sealed form of a chat.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedChat {
    v: u8,
    /// Telegram's id of the chat.
    pub(crate) id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    /// The name that the person shows in Telegram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
}

impl From<&TelegramChat> for SealedChat {
    fn from(chat: &TelegramChat) -> Self {
        Self { v: 1, id: chat.id, username: chat.username.clone(), first_name: chat.first_name.clone() }
    }
}

impl From<SealedChat> for TelegramChat {
    fn from(chat: SealedChat) -> Self {
        Self { id: chat.id, username: chat.username, first_name: chat.first_name }
    }
}

/// The canonical address of a chat: its id in digits, as it stands for the sender of its messages.
pub(crate) fn address(chat: i64) -> String {
    chat.to_string()
}

/// The hash that a chat is found by.
pub(crate) fn hash(vault: &Vault, chat: i64) -> String {
    vault.address(&address(chat))
}

/// Where a bound chat is sealed.
pub(crate) const fn bound_place(hash: &str) -> Place<'_> {
    Place::new("telegram_chats.sealed", hash.as_bytes())
}

/// Where the chat of a link code is sealed.
pub(crate) const fn code_place(code: &[u8]) -> Place<'_> {
    Place::new("link_codes.sealed", code)
}
