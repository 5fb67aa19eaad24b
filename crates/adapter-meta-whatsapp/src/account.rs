//! What Meta reports about our business account and access token, to check that they are set up correctly.

use crate::{client::MetaClient, error_table::describe};
use chrono::{DateTime, Utc};
use domain::text::mask;
use provider_http::{Answer, TransportError};
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::Arc;
use thiserror::Error;

/// Reads the business account and the access token.
pub struct MetaAccount {
    /// Client that makes the calls.
    pub client: Arc<MetaClient>,
}

/// The business account, with its id masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessAccount {
    /// Masked id: `****2922`.
    pub id: String,
    /// Name of the account, when Meta gives one.
    pub name: Option<String>,
}

/// Facts about the access token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Whether Meta still accepts the token.
    pub is_valid: bool,
    /// Kind of the token: `SYSTEM_USER`, `USER`.
    pub kind: Option<String>,
    /// Masked id of the app: `****2922`.
    pub app_id: Option<String>,
    /// Time of expiry. None when the token never expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Permissions that the token grants.
    pub scopes: Vec<String>,
}

/// The number that sends messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingNumber {
    /// The name that people see, when Meta has verified one.
    pub name: Option<String>,
    /// The address that the app's webhooks are posted to, when one is set.
    pub webhook: Option<String>,
}

/// A template in one language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TemplateStatus {
    /// Meta's tag of the language: `es`, `pt_BR`.
    pub language: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, …
    pub status: String,
}

/// Meta did not answer, or refused. The text is for logs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Meta did not answer or refused: {0}")]
pub struct NotTold(pub String);

#[derive(Deserialize)]
struct AccountBody {
    id: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct NumberBody {
    verified_name: Option<String>,
    #[serde(default)]
    webhook_configuration: WebhookBody,
}

#[derive(Default, Deserialize)]
struct WebhookBody {
    application: Option<String>,
}

#[derive(Deserialize)]
struct TemplatesBody {
    data: Vec<TemplateStatus>,
}

#[derive(Deserialize)]
struct TokenBody {
    data: TokenData,
}

#[derive(Deserialize)]
struct TokenData {
    #[serde(default)]
    is_valid: bool,
    #[serde(rename = "type")]
    kind: Option<String>,
    app_id: Option<String>,
    expires_at: Option<i64>,
    #[serde(default)]
    scopes: Vec<String>,
}

impl MetaAccount {
    /// Reads the business account.
    ///
    /// # Errors
    /// When Meta does not answer, or refuses.
    pub async fn waba(&self) -> Result<BusinessAccount, NotTold> {
        let id = &self.client.config.business_account_id;
        let told: AccountBody = read(self.client.get("account.read", id, &[("fields", "id,name")]).await)?;
        Ok(BusinessAccount { id: mask(&told.id), name: told.name })
    }

    /// Reads the number that sends messages.
    ///
    /// # Errors
    /// When Meta does not answer, or refuses.
    pub async fn number(&self) -> Result<SendingNumber, NotTold> {
        let id = &self.client.config.phone_number_id;
        let fields = [("fields", "id,verified_name,webhook_configuration")];
        let told: NumberBody = read(self.client.get("number.read", id, &fields).await)?;
        Ok(SendingNumber { name: told.verified_name, webhook: told.webhook_configuration.application })
    }

    /// Reads the languages of a template; none if there is no such template.
    ///
    /// # Errors
    /// When Meta does not answer, or refuses.
    pub async fn templates(&self, name: &str) -> Result<Vec<TemplateStatus>, NotTold> {
        let path = format!("{}/message_templates", self.client.config.business_account_id);
        let query = [("name", name), ("fields", "name,language,status"), ("limit", "100")];
        let told: TemplatesBody = read(self.client.get("templates.read", &path, &query).await)?;
        Ok(told.data)
    }

    /// Reads the facts about the access token.
    ///
    /// # Errors
    /// When Meta does not answer, or refuses.
    pub async fn token(&self) -> Result<TokenInfo, NotTold> {
        let token = self.client.config.access_token.expose_secret();
        let told: TokenBody =
            read(self.client.get("token.read", "debug_token", &[("input_token", token)]).await)?;
        let TokenData { is_valid, kind, app_id, expires_at, scopes } = told.data;
        let expires_at = expires_at.filter(|at| *at > 0).and_then(|at| DateTime::from_timestamp(at, 0));
        Ok(TokenInfo { is_valid, kind, app_id: app_id.map(|id| mask(&id)), expires_at, scopes })
    }
}

fn read<T: DeserializeOwned>(answer: Result<Answer, TransportError>) -> Result<T, NotTold> {
    let answer = answer.map_err(|fault| NotTold(fault.reason().to_owned()))?;
    let told = if answer.status.is_success() { answer.json() } else { None };
    told.ok_or_else(|| NotTold(describe(&answer)))
}
