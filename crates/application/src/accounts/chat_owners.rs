//! Find the owner of a chat that has no number of its own: a person binds it with a link code that they made
//! elsewhere.

use crate::kernel::Kernel;
use chrono::{DateTime, Duration, Utc};
use domain::{accounts::link_code_is_sane, operations::audit::Actor, text::mask};
use ports::{
    accounts::{BindChat, ChatLink, ChatLinks, TelegramChat, Users},
    crypto::{SecretHasher, SecretKind},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Binds chats and finds their owners.
pub struct ChatOwners {
    links: Arc<dyn ChatLinks>,
    accounts: Arc<dyn Users>,
    secrets: Arc<dyn SecretHasher>,
    cool_off: Duration,
    kernel: Kernel,
}

impl ChatOwners {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        links: Arc<dyn ChatLinks>,
        accounts: Arc<dyn Users>,
        secrets: Arc<dyn SecretHasher>,
        cool_off: Duration,
        kernel: Kernel,
    ) -> Self {
        Self { links, accounts, secrets, cool_off, kernel }
    }
}

impl ChatOwners {
    /// Binds a chat to the person who made the code that it sends. Returns the name that the owner is greeted
    /// by. `None`: the code is wrong, used or expired.
    ///
    /// A turn that runs again finds the chat bound by its code: that is the same binding. A code that never was binds
    /// nothing, also in a chat that is bound.
    #[tracing::instrument(name = "bind_chat", level = "debug", skip_all)]
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
        match self.links.bind_chat(&request, self.kernel.now()).await? {
            Some(bound) => Ok(Some(self.name_of(&bound.link).await?)),
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
