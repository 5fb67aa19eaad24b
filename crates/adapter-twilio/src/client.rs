//! HTTP client for Twilio: authentication, forms, and which of its refusals are final.

use crate::error_table::is_final;
use ports::{clock::Clock, ids_and_random::Random};
use provider_http::{BuildError, Call, ClientSettings, ProviderClient, Retries};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

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
    http: ProviderClient,
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
    ) -> Result<Self, BuildError> {
        let retries = Retries { is_final, ..Retries::default() };
        let http = ProviderClient::new("twilio", ClientSettings::default(), clock)?;
        Ok(Self { config, http: http.with_retries(retries, random) })
    }

    /// Reads a resource. `operation` names the call in the log.
    pub(crate) fn get(&self, operation: &'static str, url: &str, query: &[(&str, String)]) -> Call<'_> {
        self.authenticated(self.http.get(operation, url)).with(|request| request.query(query))
    }

    /// Posts a form to a resource. `operation` names the call in the log.
    pub(crate) fn post(&self, operation: &'static str, url: &str, form: &[(&str, String)]) -> Call<'_> {
        self.authenticated(self.http.post(operation, url)).with(|request| request.form(form))
    }

    fn authenticated<'c>(&self, call: Call<'c>) -> Call<'c> {
        let TwilioConfig { user, password, .. } = &self.config;
        call.with(|request| request.basic_auth(user, Some(password.expose_secret())))
    }
}
