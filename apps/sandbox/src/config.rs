//! What the sandbox must know: whom it plays, where the webhooks are.

use thiserror::Error;

/// The settings.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Where to listen.
    pub bind_address: String,
    /// Where the webhooks are: the API's public address.
    pub api_base: String,
    /// `AC…`
    pub account_sid: String,
    /// The account's token: authenticates calls, signs webhooks.
    pub auth_token: String,
    /// An API key and its secret, taken as well.
    pub api_key: Option<(String, String)>,
    /// `VA…`
    pub verify_service_sid: String,
    /// `whatsapp:+14155238886`
    pub whatsapp_from: String,
    /// `+14155238887`
    pub sms_from: String,
}

/// Why it does not start.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It plays the world; the real one must not meet it.
    #[error("the sandbox does not run with APP_ENV=production")]
    Production,
    /// Settings that must be there.
    #[error("these settings are missing: {0}")]
    Missing(String),
}

impl SandboxConfig {
    /// Reads the providers' own settings, as the API does; `get` looks a variable up.
    ///
    /// # Errors
    /// In production, and when something is missing: all of it is named.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        if get("APP_ENV").as_deref() == Some("production") {
            return Err(ConfigError::Production);
        }
        let mut missing = Vec::new();
        let mut need = |name: &str| {
            get(name).filter(|value| !value.is_empty()).unwrap_or_else(|| {
                missing.push(name.to_owned());
                String::new()
            })
        };
        let config = Self {
            bind_address: get("SANDBOX_BIND_ADDRESS").unwrap_or_else(|| "127.0.0.1:8001".into()),
            api_base: get("PUBLIC_BASE_URL").unwrap_or_else(|| "http://127.0.0.1:8000".into()),
            account_sid: need("TWILIO_ACCOUNT_SID"),
            auth_token: first(&need("TWILIO_AUTH_TOKEN")),
            api_key: get("TWILIO_API_KEY").zip(get("TWILIO_API_KEY_SECRET")),
            verify_service_sid: need("VERIFY_SERVICE_SID"),
            whatsapp_from: need("TWILIO_WHATSAPP_FROM"),
            sms_from: get("TWILIO_SMS_FROM").unwrap_or_else(|| "+14155238887".into()),
        };
        if missing.is_empty() { Ok(config) } else { Err(ConfigError::Missing(missing.join(", "))) }
    }
}

/// Of two tokens that rotate, the first is in use.
fn first(tokens: &str) -> String {
    tokens.split(',').next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_everything_that_is_missing() {
        let Err(ConfigError::Missing(names)) = SandboxConfig::from_env(|_| None) else { panic!() };
        assert_eq!(names, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, VERIFY_SERVICE_SID, TWILIO_WHATSAPP_FROM");
    }

    #[test]
    fn refuses_production() {
        let production = |name: &str| (name == "APP_ENV").then(|| "production".to_owned());
        assert!(matches!(SandboxConfig::from_env(production), Err(ConfigError::Production)));
    }
}
