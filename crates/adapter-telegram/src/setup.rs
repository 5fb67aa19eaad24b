//! Set-up of the bot: its identity (`getMe`), and the URL for its updates (`setWebhook`).

use crate::{client::TelegramClient, token::is_word_byte};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

/// Kinds of updates that are acted on. `my_chat_member` reports people who block or unblock the bot.
pub(crate) const ALLOWED_UPDATES: [&str; 3] = ["message", "callback_query", "my_chat_member"];
/// Most updates that Telegram posts in parallel; those of one chat always come one by one.
const MAX_CONNECTIONS: u8 = 40;
/// Longest secret of a webhook, in bytes.
const SECRET_LENGTH_MAX: usize = 256;

/// Identity of a bot at Telegram.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BotIdentity {
    /// Id of the bot: the digits before the colon of its token.
    pub id: i64,
    /// User name without the `@`. A link to the bot is `t.me/` and this name.
    pub username: String,
}

/// The webhook of a bot, as Telegram has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// The address; empty when there is none.
    pub url: String,
    /// Updates that wait to be posted.
    #[serde(default)]
    pub pending_update_count: u64,
    /// Why the last post failed, when one failed.
    pub last_error_message: Option<String>,
}

/// Why the bot can't be set up or identified.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetupError {
    /// The webhook secret is empty, too long, or has a character that Telegram does not accept.
    #[error("the webhook secret must be 1 to 256 letters, digits, _ or -")]
    BadSecret,
    /// Telegram refused the call: the token or the URL is wrong.
    #[error("Telegram refused the call: {0}")]
    Refused(String),
    /// Telegram gave no response, or one that can't be read.
    #[error("Telegram is unavailable: {0}")]
    Unavailable(String),
}

impl TelegramClient {
    /// Reads the identity of the bot. Success proves that the token is valid.
    pub async fn get_me(&self) -> Result<BotIdentity, SetupError> {
        let result = self.ask("getMe", &json!({})).await?;
        serde_json::from_value(result)
            .map_err(|_unreadable| SetupError::Unavailable("an answer that can't be read".into()))
    }

    /// Makes Telegram post the updates to `url`, which must be https, each with `secret` in a header.
    pub async fn set_webhook(&self, url: &str, secret: &SecretString) -> Result<(), SetupError> {
        let word = secret.expose_secret();
        if !(1..=SECRET_LENGTH_MAX).contains(&word.len()) || !word.bytes().all(is_word_byte) {
            return Err(SetupError::BadSecret);
        }
        let parameters = json!({
            "url": url,
            "secret_token": word,
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": MAX_CONNECTIONS,
        });
        self.ask("setWebhook", &parameters).await.map(drop)
    }

    /// Makes Telegram post no updates any more.
    ///
    /// # Errors
    /// When Telegram does not answer, or refuses.
    pub async fn delete_webhook(&self) -> Result<(), SetupError> {
        self.ask("deleteWebhook", &json!({})).await.map(drop)
    }

    /// Reads where Telegram posts updates to.
    ///
    /// # Errors
    /// When Telegram does not answer, or refuses.
    pub async fn webhook(&self) -> Result<WebhookInfo, SetupError> {
        let result = self.ask("getWebhookInfo", &json!({})).await?;
        serde_json::from_value(result)
            .map_err(|_unreadable| SetupError::Unavailable("an answer that can't be read".into()))
    }

    async fn ask(&self, method: &'static str, parameters: &Value) -> Result<Value, SetupError> {
        let answer = self
            .call(method, parameters)
            .await
            .map_err(|fault| SetupError::Unavailable(fault.reason().to_owned()))?;
        match (answer.result(), answer.refusal()) {
            (Some(result), _) => Ok(result.clone()),
            (None, Some(_)) => Err(SetupError::Refused(answer.describe())),
            (None, None) => Err(SetupError::Unavailable(answer.describe())),
        }
    }
}
