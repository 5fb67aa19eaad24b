//! The HTTP client: authentication, time-outs, the breaker. It repeats nothing: the outbox remembers tries.

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
/// What nothing depends on is not waited for longer.
const COURTESY_TIMEOUT: Duration = Duration::from_secs(2);

/// Who we are at Meta, and where Meta is.
#[derive(Clone)]
pub struct MetaConfig {
    /// `https://graph.facebook.com`
    pub graph_base: String,
    /// `v25.0`
    pub version: String,
    /// A system user's token.
    pub access_token: SecretString,
    /// The id of the number that messages go out from; not the number itself.
    pub phone_number_id: String,
    /// The WhatsApp business account's id.
    pub business_account_id: String,
}

/// Talks to the Graph API.
pub struct MetaClient {
    pub(crate) config: MetaConfig,
    http: reqwest::Client,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
}

/// An answer of Meta's, of any status.
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

#[derive(Deserialize)]
struct Refusal {
    error: GraphError,
}

/// What Meta says is wrong. Its message may quote a number: it is not read.
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
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Meta's error, where the body bears one; whatever the status is.
    pub(crate) fn error(&self) -> Option<GraphError> {
        Some(self.json::<Refusal>()?.error)
    }

    /// In words, fit for a log.
    pub(crate) fn describe(&self) -> String {
        let status = self.status.as_u16();
        let Some(error) = self.error() else { return format!("HTTP {status}") };
        let subcode = error.error_subcode.map(|subcode| format!(" subcode {subcode}")).unwrap_or_default();
        let trace = error.fbtrace_id.map(|trace| format!(" trace {trace}")).unwrap_or_default();
        format!("HTTP {status} code {}{subcode}{trace}", error.code)
    }
}

impl MetaClient {
    /// A client; nothing is called yet.
    ///
    /// # Errors
    /// When the TLS stack can't be set up.
    pub fn new(config: MetaConfig, clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        // Somebody may have installed it already; it is the same one.
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

    /// Posts to our number's messages.
    pub(crate) async fn post_message(&self, body: &Value) -> Result<Answer, NoAnswer> {
        let address = self.address(&format!("{}/messages", self.config.phone_number_id));
        self.guarded(self.http.post(address).json(body)).await
    }

    /// The same for what nothing depends on: it waits little, and tells the breaker nothing.
    pub(crate) async fn post_courtesy(&self, body: &Value) -> Result<Answer, NoAnswer> {
        if self.breaker.is_open() {
            return Err(NoAnswer::NotMade("the circuit is open".into()));
        }
        let address = self.address(&format!("{}/messages", self.config.phone_number_id));
        self.exchange(self.http.post(address).json(body).timeout(COURTESY_TIMEOUT)).await
    }

    /// Reads something.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, NoAnswer> {
        self.guarded(self.http.get(self.address(path)).query(query)).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.config.graph_base.trim_end_matches('/'), self.config.version)
    }

    async fn guarded(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        if !self.breaker.allows(self.clock.now()) {
            return Err(NoAnswer::NotMade("the circuit is open".into()));
        }
        let result = self.exchange(request).await;
        let answered = matches!(&result, Ok(answer) if !answer.status.is_server_error());
        self.breaker.record(answered, self.clock.now());
        result
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        let request = request.bearer_auth(self.config.access_token.expose_secret());
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
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn no_answer(fault: reqwest::Error) -> NoAnswer {
    if fault.is_connect() || fault.is_builder() {
        NoAnswer::NotMade(describe(&fault))
    } else {
        NoAnswer::Lost(describe(&fault))
    }
}

/// In words, without the address, which may bear a token.
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
