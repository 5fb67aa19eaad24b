//! HTTP client for Meta: addresses and authentication. It never retries; the outbox does.

use chrono::{DateTime, Utc};
use ports::clock::Clock;
use provider_http::{Answer, BuildError, Call, ClientSettings, ProviderClient, TransportError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

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
    http: ProviderClient,
    clock: Arc<dyn Clock>,
}

impl MetaClient {
    /// Builds a client. Makes no call.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(config: MetaConfig, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let http = ProviderClient::new("meta", ClientSettings::default(), clock.clone())?;
        Ok(Self { config, http, clock })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Posts to the `messages` resource of our number.
    pub(crate) async fn post_message(&self, body: &Value) -> Result<Answer, TransportError> {
        self.messages("messages.send", body).send().await
    }

    /// Same as `post_message` for a call that nothing depends on: short time-out, not counted by the breaker.
    pub(crate) async fn post_courtesy(&self, body: &Value) -> Result<Answer, TransportError> {
        self.messages("messages.mark_read", body).timeout(COURTESY_TIMEOUT).courtesy().send().await
    }

    /// Reads `path`, relative to the base URL and the version. `operation` names the call in the log.
    pub(crate) async fn get(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, TransportError> {
        let call = self.http.get(operation, &self.address(path)).with(|request| request.query(query));
        self.authenticated(call).send().await
    }

    fn messages(&self, operation: &'static str, body: &Value) -> Call<'_> {
        let address = self.address(&format!("{}/messages", self.config.phone_number_id));
        self.authenticated(self.http.post(operation, &address).with(|request| request.json(body)))
    }

    fn authenticated<'c>(&self, call: Call<'c>) -> Call<'c> {
        call.with(|request| request.bearer_auth(self.config.access_token.expose_secret()))
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.config.graph_base.trim_end_matches('/'), self.config.version)
    }
}
