//! Setting the bot up: who it is (`getMe`), and where its updates go (`setWebhook`).

use crate::{
    client::{TIMEOUT, TelegramClient},
    token::is_word_byte,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

/// What something is done about. `my_chat_member` tells of those who block the bot.
const ALLOWED_UPDATES: [&str; 3] = ["message", "callback_query", "my_chat_member"];
/// How many updates Telegram posts side by side: those of one chat always come one by one.
const MAX_CONNECTIONS: u8 = 40;
/// The longest secret of a webhook.
const SECRET_LENGTH_MAX: usize = 256;

/// A bot as Telegram knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BotIdentity {
    /// The digits before its token's colon.
    pub id: i64,
    /// Its name, without the `@`: links to it are `t.me/` and this.
    pub username: String,
}

/// The bot can't be set up, or asked who it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetupError {
    /// The webhook's secret has signs in it that Telegram doesn't take, or too many of them, or none.
    #[error("the webhook's secret must be 1 to 256 letters, digits, _ and -")]
    BadSecret,
    /// Telegram says no: the token or the address is wrong.
    #[error("Telegram refuses: {0}")]
    Refused(String),
    /// There is no answer that can be read.
    #[error("Telegram can't be asked: {0}")]
    Unavailable(String),
}

impl TelegramClient {
    /// Who the bot is. Proves the token.
    pub async fn get_me(&self) -> Result<BotIdentity, SetupError> {
        let result = self.ask("getMe", &json!({})).await?;
        serde_json::from_value(result)
            .map_err(|_unreadable| SetupError::Unavailable("an answer that can't be read".into()))
    }

    /// Has updates posted to that address, which must be https, each with the secret.
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

    async fn ask(&self, method: &str, parameters: &Value) -> Result<Value, SetupError> {
        let answer = self
            .call(method, parameters, TIMEOUT)
            .await
            .map_err(|fault| SetupError::Unavailable(fault.reason().to_owned()))?;
        match (answer.result(), answer.refusal()) {
            (Some(result), _) => Ok(result.clone()),
            (None, Some(_)) => Err(SetupError::Refused(answer.describe())),
            (None, None) => Err(SetupError::Unavailable(answer.describe())),
        }
    }
}
