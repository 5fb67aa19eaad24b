//! HTTP client for Twilio: authentication, time-outs, circuit breaker, and retries of repeatable calls.

use http_breaker::Breaker;
use ports::{clock::Clock, ids_and_random::Random};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use std::{sync::Arc, time::Duration};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most retries after the first call. Only repeatable calls are retried.
const RETRIES_MAX: u32 = 3;
/// Longest Retry-After, in seconds, that a call waits for. A longer one ends the retries.
const RETRY_AFTER_MAX: u64 = 5;

/// Credentials at Twilio, and the base URLs of its APIs.
#[derive(Clone)]
pub struct TwilioConfig {
    /// Account SID, `AC…`.
    pub account_sid: String,
    /// User name for HTTP Basic: the account SID, or the SID of an API key (`SK…`, preferred).
    pub user: String,
    /// Password for HTTP Basic: the auth token of the account, or the secret of the API key.
    pub password: SecretString,
    /// Base URL of the Messages API: `https://api.twilio.com`.
    pub api_base: String,
    /// Base URL of the Verify API: `https://verify.twilio.com`.
    pub verify_base: String,
    /// Base URL of the Lookup API: `https://lookups.twilio.com`.
    pub lookups_base: String,
}

/// Client for the Twilio APIs. One client has one circuit breaker, so the adapters of one account share it.
pub struct TwilioClient {
    pub(crate) config: TwilioConfig,
    http: reqwest::Client,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// When a call is repeated after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// After a 429, a 5xx or no response: the call only reads, or a repetition changes nothing.
    Safely,
    /// Only when Twilio did not process the call: after a 429, or when the request was not sent.
    WhenRefused,
    /// Never; the caller decides.
    Never,
}

/// An HTTP response of Twilio, of any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Seconds of the Retry-After header.
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no HTTP response. The texts are for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransportError {
    /// The request was not sent: no connection, an invalid URL, or an open breaker.
    NotMade(String),
    /// The request was sent and no response arrived: Twilio may have processed it.
    Lost(String),
}

impl TransportError {
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
    /// Parses the body as JSON; None when it has another shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Twilio's error code; None when the body contains none.
    pub(crate) fn code(&self) -> Option<i64> {
        self.json::<ErrorBody>()?.code
    }

    /// Describes the error for logs: status and code. Twilio's message may contain a phone number, so only
    /// its length is given.
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
    /// Builds a client. Makes no call.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(
        config: TwilioConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, reqwest::Error> {
        // The call fails when a provider is installed already; it is the same one, so the error is ignored.
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

    /// Makes a call and retries it as `repeat` allows: full jitter up to 1, 2 and 4 s, after any Retry-After.
    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        form: &[(&str, String)],
        repeat: Repeat,
    ) -> Result<Answer, TransportError> {
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
    ) -> Result<Answer, TransportError> {
        if !self.breaker.allows(self.clock.now()) {
            return Err(TransportError::NotMade("the circuit is open".into()));
        }
        let result = self.exchange(method, url, form).await;
        let answered = matches!(&result, Ok(answer) if !answer.status.is_server_error());
        self.breaker.record(answered, self.clock.now());
        result
    }

    async fn exchange(
        &self,
        method: Method,
        url: &str,
        form: &[(&str, String)],
    ) -> Result<Answer, TransportError> {
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
        let body = response.bytes().await.map_err(|fault| TransportError::Lost(describe(&fault)))?.to_vec();
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

fn may_repeat(result: &Result<Answer, TransportError>, repeat: Repeat) -> bool {
    let refused = |answer: &Answer| answer.status == StatusCode::TOO_MANY_REQUESTS && may_repeat_429(answer);
    match (repeat, result) {
        (Repeat::Never, _) => false,
        (_, Ok(answer)) if refused(answer) => true,
        (Repeat::Safely, Ok(answer)) => answer.status.is_server_error(),
        (Repeat::Safely, Err(_)) | (Repeat::WhenRefused, Err(TransportError::NotMade(_))) => true,
        (Repeat::WhenRefused, _) => false,
    }
}

/// Codes 60202 and 60203 are limits of one person; waiting for seconds does not lift them.
fn may_repeat_429(answer: &Answer) -> bool {
    !matches!(answer.code(), Some(60202 | 60203))
}

#[allow(clippy::needless_pass_by_value, reason = "map_err passes the error by value")]
fn no_answer(fault: reqwest::Error) -> TransportError {
    if fault.is_connect() || fault.is_builder() {
        TransportError::NotMade(describe(&fault))
    } else {
        TransportError::Lost(describe(&fault))
    }
}

/// Describes the error for logs without the URL, which may contain a phone number.
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
