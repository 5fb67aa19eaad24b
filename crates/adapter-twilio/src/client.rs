//! The HTTP client: authentication, time-outs, the breaker, retries of what may be repeated.

use http_breaker::Breaker;
use ports::{clock::Clock, ids_and_random::Random};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use std::{sync::Arc, time::Duration};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(10);
/// Retries of calls that may be repeated.
const RETRIES_MAX: u32 = 3;
/// A provider that asks for more patience than this is told no.
const RETRY_AFTER_MAX: u64 = 5;

/// Who we are at Twilio, and where Twilio is.
#[derive(Clone)]
pub struct TwilioConfig {
    /// `AC…`
    pub account_sid: String,
    /// The user name of HTTP Basic: the account's sid, or an API key's (`SK…`, preferred).
    pub user: String,
    /// The account's token, or the API key's secret.
    pub password: SecretString,
    /// `https://api.twilio.com`
    pub api_base: String,
    /// `https://verify.twilio.com`
    pub verify_base: String,
    /// `https://lookups.twilio.com`
    pub lookups_base: String,
}

/// Talks to Twilio.
pub struct TwilioClient {
    pub(crate) config: TwilioConfig,
    http: reqwest::Client,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// Whether a call may simply be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It reads, or its repetition changes nothing.
    Safely,
    /// Only when it was refused before it was processed.
    WhenRefused,
    /// Whoever called decides.
    Never,
}

/// An answer of Twilio's, of any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Vec<u8>,
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The call was never made: no connection, or the breaker is open.
    NotMade(String),
    /// It was made; nobody knows what became of it.
    Lost(String),
}

impl NoAnswer {
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::NotMade(reason) | Self::Lost(reason) => reason,
        }
    }
}

#[derive(serde::Deserialize)]
struct ErrorBody {
    code: Option<i64>,
    message: Option<String>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Twilio's error code, where the body bears one.
    pub(crate) fn code(&self) -> Option<i64> {
        self.json::<ErrorBody>()?.code
    }

    /// What Twilio says is wrong, fit for a log: its message may quote a number, so only its code and
    /// status are told.
    pub(crate) fn describe(&self) -> String {
        match self.json::<ErrorBody>() {
            Some(ErrorBody { code: Some(code), message }) => {
                let length = message.map_or(0, |m| m.len());
                format!("HTTP {} code {code} ({length} characters of message)", self.status.as_u16())
            }
            _ => format!("HTTP {}", self.status.as_u16()),
        }
    }
}

impl TwilioClient {
    /// A client; nothing is called yet.
    ///
    /// # Errors
    /// When the TLS stack can't be set up.
    pub fn new(
        config: TwilioConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, reqwest::Error> {
        // Somebody may have installed it already; it is the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("ventanilla/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { config, http, breaker: Breaker::default(), clock, random })
    }

    /// Makes a call; retries it as far as `repeat` allows (1-2-4 s full jitter, Retry-After obeyed).
    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        form: &[(&str, String)],
        repeat: Repeat,
    ) -> Result<Answer, NoAnswer> {
        let mut attempt = 0;
        loop {
            let result = self.call_once(method.clone(), url, form).await;
            let again = attempt < RETRIES_MAX && may_repeat(&result, repeat);
            if !again {
                return result;
            }
            let asked = result.as_ref().ok().and_then(|answer| answer.retry_after);
            if asked.is_some_and(|seconds| seconds > RETRY_AFTER_MAX) {
                return result;
            }
            tokio::time::sleep(self.pause(attempt, asked)).await;
            attempt += 1;
        }
    }

    async fn call_once(
        &self,
        method: Method,
        url: &str,
        form: &[(&str, String)],
    ) -> Result<Answer, NoAnswer> {
        if !self.breaker.allows(self.clock.now()) {
            return Err(NoAnswer::NotMade("the circuit is open".into()));
        }
        let result = self.exchange(method, url, form).await;
        let answered = matches!(&result, Ok(answer) if !answer.status.is_server_error());
        self.breaker.record(answered, self.clock.now());
        result
    }

    async fn exchange(&self, method: Method, url: &str, form: &[(&str, String)]) -> Result<Answer, NoAnswer> {
        let password = self.config.password.expose_secret();
        let request = self.http.request(method.clone(), url).basic_auth(&self.config.user, Some(password));
        let request = if method == Method::GET { request.query(form) } else { request.form(form) };
        let response = request.send().await.map_err(no_answer)?;
        let status = response.status();
        let retry_after = response
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse().ok());
        let body = response.bytes().await.map_err(|fault| NoAnswer::Lost(describe(&fault)))?.to_vec();
        Ok(Answer { status, retry_after, body })
    }

    fn pause(&self, attempt: u32, asked: Option<u64>) -> Duration {
        let mut draw = [0; 2];
        self.random.fill(&mut draw);
        let fraction = f64::from(u16::from_be_bytes(draw)) / f64::from(u16::MAX);
        let most = Duration::from_secs(1 << attempt.min(2));
        Duration::from_secs(asked.unwrap_or(0)) + most.mul_f64(fraction)
    }
}

fn may_repeat(result: &Result<Answer, NoAnswer>, repeat: Repeat) -> bool {
    let refused = |answer: &Answer| answer.status == StatusCode::TOO_MANY_REQUESTS && may_repeat_429(answer);
    match (repeat, result) {
        (Repeat::Never, _) => false,
        (_, Ok(answer)) if refused(answer) => true,
        (Repeat::Safely, Ok(answer)) => answer.status.is_server_error(),
        (Repeat::Safely, Err(_)) | (Repeat::WhenRefused, Err(NoAnswer::NotMade(_))) => true,
        (Repeat::WhenRefused, _) => false,
    }
}

/// Some 429s are the person's own limits (60202, 60203): they do not pass by waiting seconds.
fn may_repeat_429(answer: &Answer) -> bool {
    !matches!(answer.code(), Some(60202 | 60203))
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn no_answer(fault: reqwest::Error) -> NoAnswer {
    if fault.is_connect() || fault.is_builder() {
        NoAnswer::NotMade(describe(&fault))
    } else {
        NoAnswer::Lost(describe(&fault))
    }
}

/// In words, without the address, which may bear a number.
fn describe(fault: &reqwest::Error) -> String {
    let kind = if fault.is_timeout() {
        "no answer in time"
    } else if fault.is_connect() {
        "no connection"
    } else {
        "the connection was lost"
    };
    kind.to_owned()
}
