//! Binding Telegram chats to people. A chat has no number of its own: it is somebody's because a code went
//! from one side to the other.
//!
//! A person who is signed in makes a code, and the chat that sends `/start CODE` is his. Or the bot makes one
//! for a chat, and the person who confirms it gets that chat: he is shown whose it is, and proves himself
//! again, since whoever made the code may want to be in his account.

use crate::accounts::session_issuer::{AuthServiceError, PasswordAuthenticator, PasswordVerdict, Visitor};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{ACCESS_TTL, LINK_CODE_TTL, Password, link_code_is_sane},
    ids::{SessionId, UserId},
    operations::audit::Actor,
};
use ports::{
    accounts::{
        BindChat, ChatLinks, Confirmer, LinkMaker, NewLinkCode, NewSession, TelegramChat, Users,
        session_tokens::SessionTokens,
    },
    clock::Clock,
    crypto::{SecretHasher, SecretKind},
    ids_and_random::{IdGenerator, Random},
    store_error::StoreResult,
};
use std::{fmt::Write, sync::Arc};

/// Binds chats.
pub struct TelegramLink {
    /// Chats and their people.
    pub links: Arc<dyn ChatLinks>,
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Judges passwords.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Makes tokens.
    pub tokens: Arc<dyn SessionTokens>,
    /// Hashes codes.
    pub secrets: Arc<dyn SecretHasher>,
    /// Draws them.
    pub random: Arc<dyn Random>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// A chat bound over the API: the tokens it brings. It has no `Debug`.
pub struct LinkConfirmed {
    /// Whose the chat is now.
    pub user: UserId,
    /// An access token of his.
    pub token: String,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
}

/// What came of a confirmation.
pub enum Confirmation {
    /// Bound.
    Done(LinkConfirmed),
    /// The person must prove himself; whose chat it is. The code stays good.
    StepUpNeeded(TelegramChat),
    /// The code is wrong, used, expired or for another chat.
    NoCode,
    /// The password is wrong.
    WrongPassword,
    /// Too many tries at the password; the next may be made then.
    TooMany(DateTime<Utc>),
}

impl TelegramLink {
    /// A code of a person's who is signed in by that session: the chat that sends it is his. `None`: the session has
    /// ended meanwhile.
    pub async fn start_for_person(&self, user: UserId, session: SessionId) -> StoreResult<Option<String>> {
        let (code, is_kept) = self.start(LinkMaker::Person(user), Some(session)).await?;
        Ok(is_kept.then_some(code))
    }

    /// A code for a chat: the person who confirms it gets the chat.
    pub async fn start_for_chat(&self, chat: TelegramChat) -> StoreResult<String> {
        let (code, _kept_as_always) = self.start(LinkMaker::Chat(chat), None).await?;
        Ok(code)
    }

    /// The code, and whether it is kept.
    async fn start(&self, maker: LinkMaker, session: Option<SessionId>) -> StoreResult<(String, bool)> {
        let now = self.clock.now();
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        let code = bytes.iter().fold(String::new(), |mut code, byte| {
            // Writing to a string can't fail.
            let _written = write!(code, "{byte:02x}");
            code
        });
        let kept = NewLinkCode {
            hash: self.secrets.hash(SecretKind::LinkCode, &code),
            maker,
            session,
            expires_at: now.checked_add_signed(LINK_CODE_TTL).unwrap_or(now),
        };
        let is_kept = self.links.keep_link_code(&kept, now).await?;
        Ok((code, is_kept))
    }

    /// The bot brings back a person's code for the chat that sent it.
    pub async fn confirm_by_bot(
        &self,
        chat: TelegramChat,
        code: &str,
        actor: &Actor,
    ) -> Result<Confirmation, AuthServiceError> {
        self.confirm(chat, code, None, actor).await
    }

    /// A person confirms a chat's code. Without his password nothing is bound, and he is shown the chat.
    pub async fn confirm_by_person(
        &self,
        user: UserId,
        chat: TelegramChat,
        code: &str,
        password: Option<&Password>,
        visitor: &Visitor,
        actor: &Actor,
    ) -> Result<Confirmation, AuthServiceError> {
        let Some(hashes) = self.hashes(code) else { return Ok(Confirmation::NoCode) };
        let known = match self.links.find_link_code(&hashes, self.clock.now()).await? {
            Some(LinkMaker::Chat(known)) if known.id == chat.id => known,
            _ => return Ok(Confirmation::NoCode),
        };
        let email = self.accounts.profile(user).await?.and_then(|profile| profile.email);
        let (Some(password), Some(email)) = (password, email) else {
            return Ok(Confirmation::StepUpNeeded(known));
        };
        match self.passwords.judge(&email, password, &visitor.address, actor).await? {
            PasswordVerdict::Right { user: owner, hash } if owner == user => {
                self.confirm(known, code, Some(Confirmer { user, seen_password: hash }), actor).await
            }
            PasswordVerdict::Right { .. } | PasswordVerdict::Wrong => Ok(Confirmation::WrongPassword),
            PasswordVerdict::TooMany(next) => Ok(Confirmation::TooMany(next)),
        }
    }

    async fn confirm(
        &self,
        chat: TelegramChat,
        code: &str,
        confirmed_by: Option<Confirmer>,
        actor: &Actor,
    ) -> Result<Confirmation, AuthServiceError> {
        let Some(hashes) = self.hashes(code) else { return Ok(Confirmation::NoCode) };
        let session = NewSession { id: SessionId(self.ids.new_id()), device: Some("Telegram".to_owned()) };
        let now = self.clock.now();
        let request =
            BindChat { hashes, chat, confirmed_by, session: Some(session.clone()), actor: actor.clone() };
        let Some(bound) = self.links.bind_chat(&request, now).await? else {
            return Ok(Confirmation::NoCode);
        };
        Ok(Confirmation::Done(LinkConfirmed {
            user: bound.link.user,
            token: self.tokens.access(bound.link.user, session.id, ACCESS_TTL)?,
            expires_at: now.checked_add_signed(ACCESS_TTL).unwrap_or(now),
        }))
    }

    /// `None`: it can't be a code.
    fn hashes(&self, code: &str) -> Option<Vec<[u8; 32]>> {
        link_code_is_sane(code).then(|| self.secrets.hashes(SecretKind::LinkCode, code))
    }
}
