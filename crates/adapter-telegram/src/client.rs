//! The HTTP client: the token, time-outs, the breaker. Addresses bear the token: none is ever told.

use crate::{limits::Limits, token::BotToken};
use http_breaker::Breaker;
use ports::clock::Clock;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// Which bot we are, and where Telegram is.
#[derive(Clone)]
pub struct TelegramConfig {
    /// The bot's token.
    pub token: BotToken,
    /// `https://api.telegram.org`
    pub api_base: String,
}

/// Talks to Telegram as one bot.
pub struct TelegramClient {
    config: TelegramConfig,
    http: reqwest::Client,
    breaker: Breaker,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
}

/// An answer of any status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// What Telegram says; nothing where it is not Telegram who speaks, or can't be understood.
    pub(crate) reply: Option<Reply>,
    retry_after: Option<u64>,
}

/// The envelope of every answer.
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

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The call was never made: no connection, or the breaker is open.
    NotMade(&'static str),
    /// It was made; nobody knows what became of it.
    Lost(&'static str),
}

impl NoAnswer {
    pub(crate) const fn reason(&self) -> &'static str {
        match self {
            Self::NotMade(reason) | Self::Lost(reason) => reason,
        }
    }
}

impl Answer {
    /// What was asked for, where it was done.
    pub(crate) fn result(&self) -> Option<&Value> {
        let is_success = (200..300).contains(&self.status);
        self.reply.as_ref().filter(|reply| is_success && reply.ok).map(|reply| &reply.result)
    }

    /// The code of a refusal: Telegram's own, or else that of HTTP.
    pub(crate) fn refusal(&self) -> Option<u16> {
        let said = self.reply.as_ref().map(|reply| (reply.ok, reply.error_code));
        let code = match said {
            // A server that stumbled may have done the work all the same, whatever its body says.
            _ if self.status >= 500 => self.status,
            Some((true, _)) => return None,
            Some((false, code)) => code.unwrap_or(self.status),
            None => self.status,
        };
        (400..500).contains(&code).then_some(code)
    }

    /// After how many seconds Telegram wants to be asked again.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.reply.as_ref().and_then(|reply| reply.parameters.retry_after).or(self.retry_after)
    }

    /// Whether Telegram gives this as its reason.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.reply.as_ref().is_some_and(|reply| reply.description.to_ascii_lowercase().contains(words))
    }

    /// In words, fit for a log. A description may quote an address or a text: one that is more than plain
    /// words is only measured.
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
    /// A client; nothing is called yet.
    ///
    /// # Errors
    /// When the TLS stack can't be set up.
    pub fn new(config: TelegramConfig, clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        // Somebody may have installed it already; it is the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("ventanilla/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { config, http, breaker: Breaker::default(), limits: Limits::default(), clock })
    }

    /// Makes a call, once.
    pub(crate) async fn call(
        &self,
        method: &str,
        parameters: &(impl Serialize + Sync),
        timeout: Duration,
    ) -> Result<Answer, NoAnswer> {
        if !self.breaker.allows(self.clock.now()) {
            return Err(NoAnswer::NotMade("the circuit is open"));
        }
        let result = self.exchange(method, parameters, timeout).await;
        let answered = matches!(&result, Ok(answer) if answer.status < 500);
        self.breaker.record(answered, self.clock.now());
        result
    }

    async fn exchange(
        &self,
        method: &str,
        parameters: &(impl Serialize + Sync),
        timeout: Duration,
    ) -> Result<Answer, NoAnswer> {
        let base = self.config.api_base.trim_end_matches('/');
        let url = format!("{base}/bot{}/{method}", self.config.token.expose());
        let request = self.http.post(url).timeout(timeout).json(parameters);
        let response = request.send().await.map_err(|fault| no_answer(&fault))?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse().ok());
        let body = response.bytes().await.map_err(|fault| NoAnswer::Lost(describe(&fault)))?;
        Ok(Answer { status, reply: serde_json::from_slice(&body).ok(), retry_after })
    }
}

fn no_answer(fault: &reqwest::Error) -> NoAnswer {
    let reason = describe(fault);
    if fault.is_connect() || fault.is_builder() { NoAnswer::NotMade(reason) } else { NoAnswer::Lost(reason) }
}

/// In words, without the address.
fn describe(fault: &reqwest::Error) -> &'static str {
    if fault.is_timeout() {
        "no answer in time"
    } else if fault.is_connect() {
        "no connection"
    } else if fault.is_builder() {
        "no such address"
    } else {
        "the connection was lost"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, reply: serde_json::from_str(body).ok(), retry_after: None }
    }

    #[test]
    fn only_plain_descriptions_are_told() {
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
    fn a_refusal_is_one_only_when_somebody_refused() {
        assert_eq!(answer(403, r#"{"ok":false,"error_code":403}"#).refusal(), Some(403));
        assert_eq!(answer(200, r#"{"ok":false,"error_code":400}"#).refusal(), Some(400));
        assert_eq!(answer(404, "").refusal(), Some(404));
        assert_eq!(answer(500, r#"{"ok":false,"error_code":400}"#).refusal(), None);
        assert_eq!(answer(200, "").refusal(), None);
        assert_eq!(answer(302, "").refusal(), None);
        assert_eq!(answer(400, r#"{"ok":true}"#).refusal(), None);
    }
}
