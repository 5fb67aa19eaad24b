//! One call of `/model/parse`. With a token the address is a secret, so it is never logged.

use crate::answer::{self, Certainty};
use async_trait::async_trait;
use domain::messaging::opinion::{Excerpt, Opinion, ServiceFailure};
use ports::{clock::Clock, messaging::understanding_service::UnderstandingService};
use provider_http::{BuildError, ClientSettings, ProviderClient, RequestBuilder, TransportError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use thiserror::Error;

/// Where the server is, and how sure its model must be.
#[derive(Clone, Debug)]
pub struct RasaConfig {
    /// Base URL, without `/model/parse`.
    pub base: String,
    /// The token. Three parts between dots are a JWT, sent as `Authorization: Bearer`; any other goes into the query.
    /// `None` for a server that asks for none.
    pub token: Option<SecretString>,
    /// Least confidence of the intent, 0 to 1.
    pub confidence_min: f32,
    /// Least distance to the confidence of the next intent.
    pub gap_min: f32,
    /// Longest time of a call, from the connection to the last byte.
    pub timeout: Duration,
    /// The most calls at once; one more is refused, not queued.
    pub calls_max: usize,
}

/// The service, with one circuit breaker and a bound on the calls at once.
pub struct RasaService {
    config: RasaConfig,
    http: ProviderClient,
}

/// Why the server can't be relied on. Contains no address and no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotConfirmed {
    /// There is no answer.
    #[error("{0}")]
    Unreachable(&'static str),
    /// The server refuses the token, or its role.
    #[error("the token is refused (HTTP {0}); a JWT needs the role admin")]
    TokenRefused(u16),
    /// No model is loaded.
    #[error("no model is loaded")]
    NoModel,
    /// The server answers something else than its status.
    #[error("HTTP {0} to a request for its status; the API must be on (--enable-api)")]
    Status(u16),
}

impl From<TransportError> for NotConfirmed {
    fn from(error: TransportError) -> Self {
        Self::Unreachable(error.reason())
    }
}

impl RasaService {
    /// Builds the service. Makes no call.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(config: RasaConfig, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let http = ProviderClient::new(
            "rasa",
            ClientSettings::interactive(config.timeout, config.calls_max),
            clock,
        )?;
        Ok(Self { config, http })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.config.base.trim_end_matches('/'))
    }

    fn authenticated(&self, request: RequestBuilder) -> RequestBuilder {
        match self.config.token.as_ref().map(ExposeSecret::expose_secret) {
            None => request,
            Some(jwt) if is_jwt(jwt) => request.bearer_auth(jwt),
            Some(token) => request.query(&[("token", token)]),
        }
    }

    /// Asks for the server's status with the token: whether it is there, takes the token, and has a model.
    ///
    /// # Errors
    /// When the server can't be reached, refuses the token, has no model loaded, or has its API off.
    pub async fn confirm(&self) -> Result<(), NotConfirmed> {
        let call = self.http.get("status", &self.url("status"));
        let answer = call.with(|request| self.authenticated(request)).send().await?;
        match answer.status.as_u16() {
            200..=299 => Ok(()),
            status @ (401 | 403) => Err(NotConfirmed::TokenRefused(status)),
            409 => Err(NotConfirmed::NoModel),
            status => Err(NotConfirmed::Status(status)),
        }
    }
}

#[async_trait]
impl UnderstandingService for RasaService {
    fn name(&self) -> &'static str {
        "rasa"
    }

    fn model(&self) -> Option<String> {
        None
    }

    async fn ask(&self, excerpt: &Excerpt) -> Result<Opinion, ServiceFailure> {
        let body = json!({"text": excerpt.as_str()});
        let call = self.http.post("model.parse", &self.url("model/parse"));
        let call = call.with(|request| self.authenticated(request).json(&body));
        // A wrong token or an absent model is no better than a server that is down.
        let sent = call.counts_as_working(|answer| answer.status.is_success()).send().await;
        let answer = sent.map_err(failure)?;
        if !answer.status.is_success() {
            return Err(ServiceFailure::Http);
        }
        let least = Certainty { confidence: self.config.confidence_min, gap: self.config.gap_min };
        answer::read(&answer.body, excerpt.as_str(), least)
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

/// Whether a token has the form of a JWT: three parts of base64url between dots.
fn is_jwt(token: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='))
    };
    token.split('.').count() == 3 && token.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_jwt;

    #[test]
    fn three_parts_are_a_jwt() {
        assert!(is_jwt("eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjp7fX0.c2ln-_A"));
        for token in ["", "plain-token", "a.b", "a..c", "a.b.c.d", "a b.c.d"] {
            assert!(!is_jwt(token), "{token}");
        }
    }
}
