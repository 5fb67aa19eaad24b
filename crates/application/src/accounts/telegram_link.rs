//! Bind Telegram chats to people. A chat has no number of its own; it belongs to a person when a link code
//! goes from one to the other.
//!
//! A signed-in person makes a code, and the chat that sends `/start CODE` becomes theirs. Or the bot makes a
//! code for a chat, and the person who confirms it gets the chat. That person first sees whose chat it is and
//! proves who they are again, because somebody else may have made the code to get into their account.

use crate::accounts::session_issuer::{AuthServiceError, PasswordAuthenticator, PasswordVerdict, Visitor};
use crate::kernel::Kernel;
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
    crypto::{SecretHasher, SecretKind},
    store_error::StoreResult,
};
use std::{fmt::Write, sync::Arc};

/// Binds chats to people.
pub struct TelegramLink {
    parts: TelegramLinkParts,
    kernel: Kernel,
}

/// The stores and use cases that [`TelegramLink`] needs.
pub struct TelegramLinkParts {
    /// The port of chats and their owners.
    pub links: Arc<dyn ChatLinks>,
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Checks passwords and counts failures.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Makes access tokens.
    pub tokens: Arc<dyn SessionTokens>,
    /// Hashes codes and tokens.
    pub secrets: Arc<dyn SecretHasher>,
}

impl TelegramLink {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: TelegramLinkParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }
}

/// A chat that was bound over the API, with the tokens for it. It holds secrets, so it has no `Debug`.
pub struct LinkConfirmed {
    /// The owner of the chat.
    pub user: UserId,
    /// An access token of the owner.
    pub token: String,
    /// When the token expires.
    pub expires_at: DateTime<Utc>,
}

/// The outcome of a confirmation.
pub enum Confirmation {
    /// The chat is bound.
    Done(LinkConfirmed),
    /// The person must prove who they are; the value is the chat that they would get. The code stays valid.
    StepUpNeeded(TelegramChat),
    /// The code is wrong, used, expired or for another chat.
    NoCode,
    /// The password does not match.
    WrongPassword,
    /// Too many password tries. The next one is allowed at that time.
    TooMany(DateTime<Utc>),
}

impl TelegramLink {
    /// Makes a link code for the person of a session: the chat that sends it becomes theirs. `None`: the
    /// session has ended meanwhile.
    #[tracing::instrument(name = "start_telegram_link", level = "debug", skip_all, fields(%user))]
    pub async fn start_for_person(&self, user: UserId, session: SessionId) -> StoreResult<Option<String>> {
        let (code, is_kept) = self.start(LinkMaker::Person(user), Some(session)).await?;
        Ok(is_kept.then_some(code))
    }

    /// Makes a link code for a chat: the person who confirms it gets the chat.
    #[tracing::instrument(name = "start_telegram_link", level = "debug", skip_all)]
    pub async fn start_for_chat(&self, chat: TelegramChat) -> StoreResult<String> {
        let (code, _kept_as_always) = self.start(LinkMaker::Chat(chat), None).await?;
        Ok(code)
    }

    /// Returns the code, and whether it was kept.
    async fn start(&self, maker: LinkMaker, session: Option<SessionId>) -> StoreResult<(String, bool)> {
        let now = self.kernel.now();
        let mut bytes = [0; 16];
        self.kernel.random.fill(&mut bytes);
        let code = bytes.iter().fold(String::new(), |mut code, byte| {
            // Writing to a string can't fail.
            let _written = write!(code, "{byte:02x}");
            code
        });
        let kept = NewLinkCode {
            hash: self.parts.secrets.hash(SecretKind::LinkCode, &code),
            maker,
            session,
            expires_at: now.checked_add_signed(LINK_CODE_TTL).unwrap_or(now),
        };
        let is_kept = self.parts.links.keep_link_code(&kept, now).await?;
        Ok((code, is_kept))
    }

    /// The bot brings back a person's code, for the chat that sent it.
    #[tracing::instrument(name = "confirm_telegram_link", level = "debug", skip_all)]
    pub async fn confirm_by_bot(
        &self,
        chat: TelegramChat,
        code: &str,
        actor: &Actor,
    ) -> Result<Confirmation, AuthServiceError> {
        self.confirm(chat, code, None, actor).await
    }

    /// A person confirms a chat's code. Without their password nothing is bound, and they see the chat.
    #[tracing::instrument(name = "confirm_telegram_link", level = "debug", skip_all, fields(%user))]
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
        let known = match self.parts.links.find_link_code(&hashes, self.kernel.now()).await? {
            Some(LinkMaker::Chat(known)) if known.id == chat.id => known,
            _ => return Ok(Confirmation::NoCode),
        };
        let email = self.parts.accounts.profile(user).await?.and_then(|profile| profile.email);
        let (Some(password), Some(email)) = (password, email) else {
            return Ok(Confirmation::StepUpNeeded(known));
        };
        match self.parts.passwords.judge(&email, password, &visitor.address, actor).await? {
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
        let session = NewSession { id: SessionId(self.kernel.new_id()), device: Some("Telegram".to_owned()) };
        let now = self.kernel.now();
        let request =
            BindChat { hashes, chat, confirmed_by, session: Some(session.clone()), actor: actor.clone() };
        let Some(bound) = self.parts.links.bind_chat(&request, now).await? else {
            return Ok(Confirmation::NoCode);
        };
        Ok(Confirmation::Done(LinkConfirmed {
            user: bound.link.user,
            token: self.parts.tokens.access(bound.link.user, session.id, ACCESS_TTL)?,
            expires_at: now.checked_add_signed(ACCESS_TTL).unwrap_or(now),
        }))
    }

    /// The hashes of a code. `None`: the text can't be a code.
    fn hashes(&self, code: &str) -> Option<Vec<[u8; 32]>> {
        link_code_is_sane(code).then(|| self.parts.secrets.hashes(SecretKind::LinkCode, code))
    }
}
