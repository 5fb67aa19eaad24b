//! HTTP client for Telegram: methods, and the envelope of every response. URLs contain the token and are never
//! logged.

use crate::{limits::Limits, token::BotToken};
use ports::clock::Clock;
use provider_http::{BuildError, Call, ClientSettings, ProviderClient, TransportError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// Token of the bot, and the base URL of Telegram.
#[derive(Clone)]
pub struct TelegramConfig {
    /// Token of the bot.
    pub token: BotToken,
    /// Base URL of the Bot API: `https://api.telegram.org`.
    pub api_base: String,
}

/// Client for the Bot API as one bot, with one circuit breaker and the bot's send limits.
pub struct TelegramClient {
    config: TelegramConfig,
    http: ProviderClient,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
}

/// An HTTP response of any status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Telegram's envelope. None when the body can't be read as one, for example a proxy's error page.
    pub(crate) reply: Option<Reply>,
    /// Seconds of the Retry-After header.
    retry_after: Option<u64>,
}

/// Envelope of every response of Telegram.
#[derive(Deserialize)]
pub(crate) struct Reply {
    pub(crate) ok: bool,
    #[serde(default)]
    pub(crate) result: Value,
    error_code: Option<u16>,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

impl From<provider_http::Answer> for Answer {
    fn from(answer: provider_http::Answer) -> Self {
        Self { status: answer.status.as_u16(), reply: answer.json(), retry_after: answer.retry_after }
    }
}

impl Answer {
    /// Result of a successful call; None for any other.
    pub(crate) fn result(&self) -> Option<&Value> {
        let is_success = (200..300).contains(&self.status);
        self.reply.as_ref().filter(|reply| is_success && reply.ok).map(|reply| &reply.result)
    }

    /// Code of a refusal: Telegram's own, or else the HTTP status. None when nobody refused.
    pub(crate) fn refusal(&self) -> Option<u16> {
        let said = self.reply.as_ref().map(|reply| (reply.ok, reply.error_code));
        let code = match said {
            // A server that answers 5xx may have done the work, whatever its body says.
            _ if self.status >= 500 => self.status,
            Some((true, _)) => return None,
            Some((false, code)) => code.unwrap_or(self.status),
            None => self.status,
        };
        (400..500).contains(&code).then_some(code)
    }

    /// Seconds after which Telegram accepts the call again.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.reply.as_ref().and_then(|reply| reply.parameters.retry_after).or(self.retry_after)
    }

    /// Whether Telegram's description contains `words`, in lower case.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.reply.as_ref().is_some_and(|reply| reply.description.to_ascii_lowercase().contains(words))
    }

    /// Describes the response for logs. A description may quote a URL or a text, so only a short one of plain
    /// words is included; of any other, only the length.
    pub(crate) fn describe(&self) -> String {
        let status = self.status;
        let Some(reply) = &self.reply else { return format!("HTTP {status}, nothing that can be read") };
        let description = &reply.description;
        let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | ':' | ',' | '_');
        if description.len() <= 100 && description.chars().all(is_plain) {
            format!("HTTP {status}: {description}")
        } else {
            format!("HTTP {status} ({} characters of description)", description.chars().count())
        }
    }
}

impl TelegramClient {
    /// Builds a client. Makes no call.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(config: TelegramConfig, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let http = ProviderClient::new("telegram", ClientSettings::default(), clock.clone())?;
        Ok(Self { config, http, limits: Limits::default(), clock })
    }

    /// Calls a method once, without retries.
    pub(crate) async fn call(
        &self,
        method: &'static str,
        parameters: &(impl Serialize + Sync),
    ) -> Result<Answer, TransportError> {
        Ok(self.method(method, parameters).send().await?.into())
    }

    /// Same as `call`, for a call that has no use after `timeout`.
    pub(crate) async fn call_within(
        &self,
        timeout: Duration,
        method: &'static str,
        parameters: &(impl Serialize + Sync),
    ) -> Result<Answer, TransportError> {
        Ok(self.method(method, parameters).timeout(timeout).send().await?.into())
    }

    fn method(&self, method: &'static str, parameters: &impl Serialize) -> Call<'_> {
        let base = self.config.api_base.trim_end_matches('/');
        let url = format!("{base}/bot{}/{method}", self.config.token.expose());
        self.http.post(method, &url).with(|request| request.json(parameters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, reply: serde_json::from_str(body).ok(), retry_after: None }
    }

    #[test]
    fn only_plain_descriptions_are_logged() {
        let told = |description: &str| {
            let body = format!(r#"{{"ok":false,"error_code":400,"description":"{description}"}}"#);
            answer(400, &body).describe()
        };
        assert_eq!(told("Bad Request: BUTTON_DATA_INVALID"), "HTTP 400: Bad Request: BUTTON_DATA_INVALID");
        for quoting in ["URL 'https://x/secret' is invalid", "no 5512345678", "text too long: á"] {
            assert!(told(quoting).ends_with("characters of description)"), "{quoting}");
        }
        assert_eq!(answer(502, "<html>").describe(), "HTTP 502, nothing that can be read");
    }

    #[test]
    fn only_a_clear_refusal_is_a_refusal() {
        assert_eq!(answer(403, r#"{"ok":false,"error_code":403}"#).refusal(), Some(403));
        assert_eq!(answer(200, r#"{"ok":false,"error_code":400}"#).refusal(), Some(400));
        assert_eq!(answer(404, "").refusal(), Some(404));
        assert_eq!(answer(500, r#"{"ok":false,"error_code":400}"#).refusal(), None);
        assert_eq!(answer(200, "").refusal(), None);
        assert_eq!(answer(302, "").refusal(), None);
        assert_eq!(answer(400, r#"{"ok":true}"#).refusal(), None);
    }
}
