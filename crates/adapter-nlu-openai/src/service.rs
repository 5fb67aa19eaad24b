//! One call of `/v1/chat/completions`.

use crate::{answer, prompt};
use async_trait::async_trait;
use domain::messaging::opinion::{Excerpt, Opinion, ServiceFailure};
use ports::{clock::Clock, messaging::understanding_service::UnderstandingService};
use provider_http::{BuildError, ClientSettings, ProviderClient, TransportError};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use thiserror::Error;

/// Most tokens of an answer, which has four short fields.
const TOKENS_MAX: u32 = 300;
/// The same for a model whose hidden reasoning counts too.
const TOKENS_MAX_WITH_REASONING: u32 = 1000;

/// The field that bounds the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokensField {
    /// `max_tokens`, which every server but OpenAI's reasoning models takes.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`, for OpenAI's reasoning models. They take no temperature, and are asked to reason little.
    MaxCompletionTokens,
}

impl TokensField {
    /// Reads the name of the field.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "max_tokens" => Some(Self::MaxTokens),
            "max_completion_tokens" => Some(Self::MaxCompletionTokens),
            _ => None,
        }
    }
}

/// Where the server is, and what to ask it for.
#[derive(Clone, Debug)]
pub struct OpenAiConfig {
    /// Base URL, with or without `/v1` at its end.
    pub api_base: String,
    /// The key, sent as `Authorization: Bearer`; `None` for a server that asks for none.
    pub api_key: Option<SecretString>,
    /// The name of the model, as the server lists it.
    pub model: String,
    /// The field that bounds the answer.
    pub tokens_field: TokensField,
    /// Whether the server is asked not to reason (`reasoning_effort: none`). OpenAI's models without reasoning refuse
    /// the field; servers of one's own may reason for seconds without it.
    pub forbids_reasoning: bool,
    /// Longest time of a call, from the connection to the last byte.
    pub timeout: Duration,
    /// The most calls at once; one more is refused, not queued.
    pub calls_max: usize,
}

/// The service, with one circuit breaker and a bound on the calls at once.
pub struct OpenAiService {
    config: OpenAiConfig,
    http: ProviderClient,
}

/// Why the server can't be relied on. Contains no address and no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotConfirmed {
    /// There is no answer.
    #[error("{0}")]
    Unreachable(&'static str),
    /// The server refuses the key.
    #[error("the key is refused (HTTP {0})")]
    KeyRefused(u16),
    /// The server answers something else than a list of models.
    #[error("HTTP {0} to a request for the models")]
    Status(u16),
    /// The server has other models.
    #[error("the server doesn't list the model {0}")]
    NoSuchModel(String),
}

impl From<TransportError> for NotConfirmed {
    fn from(error: TransportError) -> Self {
        Self::Unreachable(error.reason())
    }
}

impl OpenAiService {
    /// Builds the service. Makes no call.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(config: OpenAiConfig, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let http = ProviderClient::new(
            "openai",
            ClientSettings::interactive(config.timeout, config.calls_max),
            clock,
        )?;
        Ok(Self { config, http })
    }

    fn url(&self, path: &str) -> String {
        let base = self.config.api_base.trim_end_matches('/');
        format!("{}/v1/{path}", base.strip_suffix("/v1").unwrap_or(base))
    }

    fn body(&self, excerpt: &Excerpt) -> Value {
        let mut body = json!({
            "model": self.config.model,
            "messages": [
                {"role": "system", "content": prompt::SYSTEM},
                {"role": "user", "content": prompt::user_turn(excerpt)},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "understanding", "strict": true, "schema": prompt::schema()},
            },
        });
        let more = match self.config.tokens_field {
            TokensField::MaxTokens => json!({"max_tokens": TOKENS_MAX, "temperature": 0}),
            TokensField::MaxCompletionTokens => {
                json!({"max_completion_tokens": TOKENS_MAX_WITH_REASONING, "reasoning_effort": "low"})
            }
        };
        if let (Some(fields), Value::Object(more)) = (body.as_object_mut(), more) {
            fields.extend(more);
            if self.config.forbids_reasoning {
                fields.insert("reasoning_effort".into(), "none".into());
            }
        }
        body
    }

    /// Asks for the list of models with the key: whether the server is there, takes the key, and has the model.
    ///
    /// # Errors
    /// When the server can't be reached, refuses the key, or lists other models only. A server that lists no models is taken at its word that it has one.
    pub async fn confirm(&self) -> Result<(), NotConfirmed> {
        #[derive(Deserialize)]
        struct Models {
            #[serde(default)]
            data: Vec<Model>,
        }
        #[derive(Deserialize)]
        struct Model {
            id: String,
        }
        let call = self.http.get("models.list", &self.url("models"));
        let answer = call.with(|request| self.authenticated(request)).send().await?;
        match answer.status.as_u16() {
            200..=299 => {}
            status @ (401 | 403) => return Err(NotConfirmed::KeyRefused(status)),
            status => return Err(NotConfirmed::Status(status)),
        }
        let listed = answer.json::<Models>().map(|models| models.data).unwrap_or_default();
        let ours = &self.config.model;
        // Ollama adds a tag to the names.
        let is_ours = |model: &Model| {
            model.id == *ours || model.id.strip_prefix(ours.as_str()).is_some_and(|tag| tag.starts_with(':'))
        };
        if listed.is_empty() || listed.iter().any(is_ours) {
            Ok(())
        } else {
            Err(NotConfirmed::NoSuchModel(ours.clone()))
        }
    }

    fn authenticated(&self, request: provider_http::RequestBuilder) -> provider_http::RequestBuilder {
        match &self.config.api_key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        }
    }
}

#[async_trait]
impl UnderstandingService for OpenAiService {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn model(&self) -> Option<String> {
        Some(self.config.model.clone())
    }

    async fn ask(&self, excerpt: &Excerpt) -> Result<Opinion, ServiceFailure> {
        let body = self.body(excerpt);
        let call = self.http.post("chat.completions", &self.url("chat/completions"));
        let call = call.with(|request| self.authenticated(request).json(&body));
        // A wrong key or an absent model is no better than a server that is down.
        let sent = call.counts_as_working(|answer| answer.status.is_success()).send().await;
        let answer = sent.map_err(failure)?;
        if !answer.status.is_success() {
            return Err(ServiceFailure::Http);
        }
        answer::read(&answer.body)
    }
}

fn failure(error: TransportError) -> ServiceFailure {
    match error {
        TransportError::CIRCUIT_OPEN => ServiceFailure::Breaker,
        TransportError::TOO_MANY_CALLS => ServiceFailure::Bulkhead,
        TransportError::TOO_LARGE => ServiceFailure::Invalid,
        error if error.is_timeout() => ServiceFailure::Timeout,
        _ => ServiceFailure::Http,
    }
}
