//! HTTP client for Meta: authentication, time-outs, circuit breaker. It never retries; the outbox does.

use chrono::{DateTime, Utc};
use http_breaker::Breaker;
use ports::clock::Clock;
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(10);
/// Time-out of calls that nothing depends on.
const COURTESY_TIMEOUT: Duration = Duration::from_secs(2);

/// Credentials and ids at Meta, and the base URL of its API.
#[derive(Clone)]
pub struct MetaConfig {
    /// Base URL of the Graph API: `https://graph.facebook.com`.
    pub graph_base: String,
    /// Version of the Graph API: `v25.0`.
    pub version: String,
    /// Access token of a system user.
    pub access_token: SecretString,
    /// Id of the number that sends messages; not the phone number itself.
    pub phone_number_id: String,
    /// Id of the WhatsApp business account.
    pub business_account_id: String,
}

/// Client for the Graph API, with one circuit breaker.
pub struct MetaClient {
    pub(crate) config: MetaConfig,
    http: reqwest::Client,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
}

/// An HTTP response of Meta, of any status.
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
    /// The request was sent and no response arrived: Meta may have processed it.
    Lost(String),
}

impl TransportError {
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::NotMade(reason) | Self::Lost(reason) => reason,
        }
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: GraphError,
}

/// Meta's error object. Its message may contain a phone number, so it is not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct GraphError {
    pub(crate) code: i64,
    #[serde(default)]
    pub(crate) error_subcode: Option<i64>,
    #[serde(default)]
    pub(crate) is_transient: Option<bool>,
    #[serde(default)]
    fbtrace_id: Option<String>,
}

impl Answer {
    /// Parses the body as JSON; None when it has another shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Meta's error, whatever the status. None when the body contains none.
    pub(crate) fn error(&self) -> Option<GraphError> {
        Some(self.json::<Refusal>()?.error)
    }

    /// Describes the response for logs: status, code, subcode and trace id.
    pub(crate) fn describe(&self) -> String {
        let status = self.status.as_u16();
        let Some(error) = self.error() else { return format!("HTTP {status}") };
        let subcode = error.error_subcode.map(|subcode| format!(" subcode {subcode}")).unwrap_or_default();
        let trace = error.fbtrace_id.map(|trace| format!(" trace {trace}")).unwrap_or_default();
        format!("HTTP {status} code {}{subcode}{trace}", error.code)
    }
}

impl MetaClient {
    /// Builds a client. Makes no call.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(config: MetaConfig, clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        // The call fails when a provider is installed already; it is the same one, so the error is ignored.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("ventanilla/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { config, http, breaker: Breaker::default(), clock })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Posts to the `messages` resource of our number.
    pub(crate) async fn post_message(&self, body: &Value) -> Result<Answer, TransportError> {
        let address = self.address(&format!("{}/messages", self.config.phone_number_id));
        self.guarded(self.http.post(address).json(body)).await
    }

    /// Same as `post_message` for a call that nothing depends on: short time-out, not counted by the breaker.
    pub(crate) async fn post_courtesy(&self, body: &Value) -> Result<Answer, TransportError> {
        if self.breaker.is_open() {
            return Err(TransportError::NotMade("the circuit is open".into()));
        }
        let address = self.address(&format!("{}/messages", self.config.phone_number_id));
        self.exchange(self.http.post(address).json(body).timeout(COURTESY_TIMEOUT)).await
    }

    /// Reads `path`, relative to the base URL and the version.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, TransportError> {
        self.guarded(self.http.get(self.address(path)).query(query)).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.config.graph_base.trim_end_matches('/'), self.config.version)
    }

    async fn guarded(&self, request: RequestBuilder) -> Result<Answer, TransportError> {
        if !self.breaker.allows(self.clock.now()) {
            return Err(TransportError::NotMade("the circuit is open".into()));
        }
        let result = self.exchange(request).await;
        let answered = matches!(&result, Ok(answer) if !answer.status.is_server_error());
        self.breaker.record(answered, self.clock.now());
        result
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Answer, TransportError> {
        let request = request.bearer_auth(self.config.access_token.expose_secret());
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
}

#[allow(clippy::needless_pass_by_value, reason = "map_err passes the error by value")]
fn no_answer(fault: reqwest::Error) -> TransportError {
    if fault.is_connect() || fault.is_builder() {
        TransportError::NotMade(describe(&fault))
    } else {
        TransportError::Lost(describe(&fault))
    }
}

/// Describes the error for logs without the URL, which may contain a token.
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
