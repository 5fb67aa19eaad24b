//! Find the owner of a chat that has no number of its own: a person binds it with a link code that they made
//! elsewhere.

use chrono::{DateTime, Duration, Utc};
use domain::{accounts::link_code_is_sane, operations::audit::Actor, text::mask};
use ports::{
    accounts::{BindChat, ChatLink, ChatLinks, TelegramChat, Users},
    clock::Clock,
    crypto::{SecretHasher, SecretKind},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Binds chats and finds their owners.
pub struct ChatOwners {
    /// The port of chats and their owners.
    pub links: Arc<dyn ChatLinks>,
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Hashes codes and tokens.
    pub secrets: Arc<dyn SecretHasher>,
    /// The clock port.
    pub clock: Arc<dyn Clock>,
    /// How long money waits after a chat was bound.
    pub cool_off: Duration,
}

impl ChatOwners {
    /// Binds a chat to the person who made the code that it sends. Returns the name that the owner is greeted
    /// by. `None`: the code is wrong, used or expired.
    ///
    /// A turn that runs again finds its code used and the chat bound by it: that is the same binding.
    pub async fn bind(&self, chat: i64, code: &str, actor: &Actor) -> StoreResult<Option<String>> {
        if !link_code_is_sane(code) {
            return Ok(None);
        }
        let request = BindChat {
            hashes: self.secrets.hashes(SecretKind::LinkCode, code),
            chat: TelegramChat { id: chat, username: None, first_name: None },
            confirmed_by: None,
            session: None,
            actor: actor.clone(),
        };
        let bound = self.links.bind_chat(&request, self.clock.now()).await?;
        let link = match bound {
            Some(bound) => Some(bound.link),
            None => self.owner_of(chat).await?,
        };
        match link {
            Some(link) => Ok(Some(self.name_of(&link).await?)),
            None => Ok(None),
        }
    }

    /// The owner of a chat. `None`: the chat is not bound.
    pub async fn owner_of(&self, chat: i64) -> StoreResult<Option<ChatLink>> {
        self.links.find_chat_link(chat).await
    }

    /// From when on money may move from a chat. A person who binds another's account to their own chat must
    /// not empty it before that is noticed.
    #[must_use]
    pub fn money_from(&self, link: &ChatLink) -> DateTime<Utc> {
        link.bound_at.checked_add_signed(self.cool_off).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The name by which the owner of the chat recognises themselves, and no more.
    async fn name_of(&self, link: &ChatLink) -> StoreResult<String> {
        let profile = self.accounts.profile(link.user).await?;
        let Some(profile) = profile else { return Ok(mask("")) };
        let number = profile.phone.map(|phone| phone.masked());
        let named = profile.first_name.or(number).or_else(|| profile.email.map(|email| email.masked()));
        Ok(named.unwrap_or_else(|| mask("")))
    }
}
