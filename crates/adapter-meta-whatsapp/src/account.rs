//! What Meta says of our own account and token, for those who look whether all is set up rightly.

use crate::client::{Answer, MetaClient, NoAnswer};
use chrono::{DateTime, Utc};
use domain::text::mask;
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::Arc;
use thiserror::Error;

/// Reads the account.
pub struct MetaAccount {
    /// The client.
    pub client: Arc<MetaClient>,
}

/// The business account, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessAccount {
    /// `****2922`
    pub id: String,
    /// Its name.
    pub name: Option<String>,
}

/// The access token, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// Whether it still opens anything.
    pub is_valid: bool,
    /// `SYSTEM_USER`, `USER`.
    pub kind: Option<String>,
    /// `****2922`
    pub app_id: Option<String>,
    /// Until when; none means for ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it allows.
    pub scopes: Vec<String>,
}

/// Meta did not tell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Meta did not tell: {0}")]
pub struct NotTold(pub String);

#[derive(Deserialize)]
struct AccountBody {
    id: String,
    name: Option<String>,
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
    /// The business account.
    ///
    /// # Errors
    /// When Meta does not answer, or refuses.
    pub async fn waba(&self) -> Result<BusinessAccount, NotTold> {
        let id = &self.client.config.business_account_id;
        let told: AccountBody = read(self.client.get(id, &[("fields", "id,name")]).await)?;
        Ok(BusinessAccount { id: mask(&told.id), name: told.name })
    }

    /// The access token.
    ///
    /// # Errors
    /// When Meta does not answer, or refuses.
    pub async fn token(&self) -> Result<TokenFacts, NotTold> {
        let token = self.client.config.access_token.expose_secret();
        let told: TokenBody = read(self.client.get("debug_token", &[("input_token", token)]).await)?;
        let TokenData { is_valid, kind, app_id, expires_at, scopes } = told.data;
        let expires_at = expires_at.filter(|at| *at > 0).and_then(|at| DateTime::from_timestamp(at, 0));
        Ok(TokenFacts { is_valid, kind, app_id: app_id.map(|id| mask(&id)), expires_at, scopes })
    }
}

fn read<T: DeserializeOwned>(answer: Result<Answer, NoAnswer>) -> Result<T, NotTold> {
    let answer = answer.map_err(|fault| NotTold(fault.reason().to_owned()))?;
    let told = if answer.status.is_success() { answer.json() } else { None };
    told.ok_or_else(|| NotTold(answer.describe()))
}
