//! The settings of the sandbox: the provider accounts that it plays, and where it posts webhooks.

use crate::bank_config::BankConfig;
use thiserror::Error;

/// The setting with the address for HTTP.
pub(crate) const BIND_ADDRESS: &str = "SANDBOX_BIND_ADDRESS";
/// The setting with the address for mail.
pub(crate) const SMTP_BIND_ADDRESS: &str = "SANDBOX_SMTP_ADDRESS";
/// The setting that says whether strangers can be written to.
const STRANGERS: &str = "SANDBOX_STRANGERS";
/// Default address of the mail server.
const SMTP_ADDRESS: &str = "127.0.0.1:8025";

/// The settings of the sandbox.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Address for HTTP, such as `127.0.0.1:8001`.
    pub bind_address: String,
    /// The API's public address, to which webhooks are posted.
    pub api_base: String,
    /// Twilio account SID (`AC…`).
    pub account_sid: String,
    /// Twilio auth token: authenticates calls and signs webhooks.
    pub auth_token: String,
    /// A Twilio API key and its secret, which also authenticate calls.
    pub api_key: Option<(String, String)>,
    /// Twilio Verify service SID (`VA…`).
    pub verify_service_sid: String,
    /// Twilio's WhatsApp sender, such as `whatsapp:+14155238886`.
    pub whatsapp_from: String,
    /// Twilio's SMS sender, such as `+14155238887`.
    pub sms_from: String,
    /// The account at Meta. With `None`, Meta refuses every token.
    pub meta: Option<MetaConfig>,
    /// The bot at Telegram. With `None`, Telegram refuses every token.
    pub telegram: Option<TelegramConfig>,
    /// The keys of the understanding services.
    pub nlu: NluConfig,
    /// The bank's customer. With `None` the bank gives nobody a token.
    pub bank: Option<BankConfig>,
    /// Address for mail, such as `127.0.0.1:8025`. With `None` there is no mail server.
    pub smtp_bind_address: Option<String>,
    /// Whether people who never wrote can be written to.
    pub strangers: Strangers,
}

/// Whether a person who never wrote can be written to, where the provider has such a rule. Codes of Twilio Verify,
/// templates, SMS, calls and mail go to everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strangers {
    /// No, as at the providers: Twilio 63016, Meta 131047, Telegram 403.
    #[default]
    Refuse,
    /// Yes, until a window is closed by the control route.
    Allow,
}

impl Strangers {
    /// Reads the value of `SANDBOX_STRANGERS`: `refuse` or `allow`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "refuse" => Some(Self::Refuse),
            "allow" => Some(Self::Allow),
            _ => None,
        }
    }
}

/// An account of the `WhatsApp` Cloud API.
#[derive(Clone)]
pub struct MetaConfig {
    /// The token that authenticates calls.
    pub access_token: String,
    /// The secret that signs webhooks.
    pub app_secret: String,
    /// The phone number that sends messages.
    pub phone_number_id: String,
    /// The `WhatsApp` business account of the phone number.
    pub business_account_id: String,
}

/// A Telegram bot.
#[derive(Clone)]
pub struct TelegramConfig {
    /// The bot's token (`123456:ABC…`), which is in the path of every call.
    pub bot_token: String,
    /// The secret that every update carries in a header. With `None` the bot has no webhook until `setWebhook`:
    /// updates wait for `getUpdates`.
    pub webhook_secret: Option<String>,
    /// The bot's user name, without the `@`.
    pub bot_name: String,
}

/// The keys that the understanding services ask for.
#[derive(Clone, Default)]
pub struct NluConfig {
    /// The key of OpenAI's protocol. With `None` any call is answered.
    pub openai_key: Option<String>,
    /// Rasa's token, also a JWT. With `None` any call is answered.
    pub rasa_token: Option<String>,
}

/// Why the settings can't be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The sandbox must not run in production.
    #[error("the sandbox refuses to run with APP_ENV=production")]
    Production,
    /// The names of all required settings that are missing.
    #[error("missing settings: {0}")]
    Missing(String),
    /// A setting has a value that it can't have.
    #[error("{0}: {1}")]
    Invalid(&'static str, &'static str),
}

impl SandboxConfig {
    /// Reads the same settings as the API. `get` returns the value of an environment variable.
    ///
    /// # Errors
    /// In production, if settings are missing (the error names all of them), or if a value is wrong.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        if get("APP_ENV").as_deref() == Some("production") {
            return Err(ConfigError::Production);
        }
        let strangers = match get(STRANGERS).filter(|value| !value.is_empty()) {
            None => Strangers::default(),
            Some(value) => {
                Strangers::parse(&value).ok_or(ConfigError::Invalid(STRANGERS, "must be refuse or allow"))?
            }
        };
        let bank = BankConfig::from_env(&get).map_err(|(name, what)| ConfigError::Invalid(name, what))?;
        let mut missing = Vec::new();
        let mut need = |name: &str| {
            get(name).filter(|value| !value.is_empty()).unwrap_or_else(|| {
                missing.push(name.to_owned());
                String::new()
            })
        };
        let config = Self {
            bind_address: get(BIND_ADDRESS).unwrap_or_else(|| "127.0.0.1:8001".into()),
            api_base: get("PUBLIC_BASE_URL").unwrap_or_else(|| "http://127.0.0.1:8000".into()),
            account_sid: need("TWILIO_ACCOUNT_SID"),
            auth_token: first(&need("TWILIO_AUTH_TOKEN")),
            api_key: get("TWILIO_API_KEY").zip(get("TWILIO_API_KEY_SECRET")),
            verify_service_sid: need("VERIFY_SERVICE_SID"),
            whatsapp_from: need("TWILIO_WHATSAPP_FROM"),
            sms_from: get("TWILIO_SMS_FROM").unwrap_or_else(|| "+14155238887".into()),
            meta: meta(&get),
            telegram: telegram(&get),
            nlu: nlu(&get),
            bank,
            smtp_bind_address: match get(SMTP_BIND_ADDRESS) {
                None => Some(SMTP_ADDRESS.into()),
                given => given.filter(|address| !address.is_empty()),
            },
            strangers,
        };
        if missing.is_empty() { Ok(config) } else { Err(ConfigError::Missing(missing.join(", "))) }
    }
}

fn meta(get: &impl Fn(&str) -> Option<String>) -> Option<MetaConfig> {
    let given = |names: &[&str]| names.iter().find_map(|name| get(name).filter(|value| !value.is_empty()));
    Some(MetaConfig {
        access_token: given(&["WHATSAPP_ACCESS_TOKEN"])?,
        app_secret: first(&given(&["META_APP_SECRET", "WHATSAPP_APP_SECRET"])?),
        phone_number_id: given(&["WHATSAPP_PHONE_NUMBER_ID"])?,
        business_account_id: given(&["WHATSAPP_BUSINESS_ACCOUNT_ID", "WHATSAPP_WABA_ID"])?,
    })
}

fn telegram(get: &impl Fn(&str) -> Option<String>) -> Option<TelegramConfig> {
    let given = |name: &str| get(name).filter(|value| !value.is_empty());
    let polls = given("TELEGRAM_MODE").as_deref() == Some("polling");
    Some(TelegramConfig {
        bot_token: given("BOT_TOKEN")?,
        webhook_secret: given("TELEGRAM_WEBHOOK_SECRET").filter(|_| !polls).map(|secrets| first(&secrets)),
        bot_name: given("TELEGRAM_BOT_NAME").unwrap_or_else(|| "ventanilla_bot".into()),
    })
}

fn nlu(get: &impl Fn(&str) -> Option<String>) -> NluConfig {
    let given = |name: &str| get(name).filter(|value| !value.is_empty());
    NluConfig { openai_key: given("NLU_OPENAI_API_KEY"), rasa_token: given("NLU_RASA_TOKEN") }
}

/// The first of several tokens, which is the one in use during a rotation.
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

    fn of_twilio(name: &str) -> Option<String> {
        ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "VERIFY_SERVICE_SID", "TWILIO_WHATSAPP_FROM"]
            .contains(&name)
            .then(|| "x".to_owned())
    }

    #[test]
    fn whom_it_knows_nothing_of_it_does_not_play() {
        let config = SandboxConfig::from_env(of_twilio).unwrap();
        assert!(config.meta.is_none() && config.telegram.is_none());
        assert_eq!(config.smtp_bind_address.as_deref(), Some(SMTP_ADDRESS));
        let without_mail = |name: &str| match name {
            "SANDBOX_SMTP_ADDRESS" => Some(String::new()),
            name => of_twilio(name),
        };
        assert!(SandboxConfig::from_env(without_mail).unwrap().smtp_bind_address.is_none());
    }

    #[test]
    fn takes_the_older_names_and_the_first_of_two_secrets() {
        let config = SandboxConfig::from_env(|name| match name {
            "WHATSAPP_APP_SECRET" => Some("new, old".into()),
            "WHATSAPP_WABA_ID" => Some("1".into()),
            "WHATSAPP_ACCESS_TOKEN"
            | "WHATSAPP_PHONE_NUMBER_ID"
            | "BOT_TOKEN"
            | "TELEGRAM_WEBHOOK_SECRET" => Some("x".into()),
            name => of_twilio(name),
        });
        let config = config.unwrap();
        let meta = config.meta.unwrap();
        assert_eq!((meta.app_secret.as_str(), meta.business_account_id.as_str()), ("new", "1"));
        assert_eq!(config.telegram.unwrap().bot_name, "ventanilla_bot");
    }

    #[test]
    fn a_bot_that_polls_has_no_webhook() {
        let bot = |mode: &'static str| {
            let config = SandboxConfig::from_env(move |name| match name {
                "BOT_TOKEN" | "TELEGRAM_WEBHOOK_SECRET" => Some("x".into()),
                "TELEGRAM_MODE" => Some(mode.into()),
                name => of_twilio(name),
            });
            config.unwrap().telegram.unwrap().webhook_secret
        };
        assert_eq!((bot("webhook").as_deref(), bot("polling")), (Some("x"), None));
    }

    #[test]
    fn strangers_are_refused_unless_allowed() {
        let strangers = |value: &'static str| {
            SandboxConfig::from_env(move |name| {
                if name == "SANDBOX_STRANGERS" { Some(value.into()) } else { of_twilio(name) }
            })
        };
        assert_eq!(strangers("").unwrap().strangers, Strangers::Refuse);
        assert_eq!(strangers("allow").unwrap().strangers, Strangers::Allow);
        assert!(matches!(strangers("maybe"), Err(ConfigError::Invalid("SANDBOX_STRANGERS", _))));
    }

    #[test]
    fn refuses_production() {
        let production = |name: &str| (name == "APP_ENV").then(|| "production".to_owned());
        assert!(matches!(SandboxConfig::from_env(production), Err(ConfigError::Production)));
    }
}
