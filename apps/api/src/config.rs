//! Settings: flat environment variables, one typed struct, all faults named at once.

mod clients;
mod defaults;
mod providers;
mod read;
mod reader;
mod sources;

pub(crate) use sources::gather;

use adapter_crypto::Keyring;
use chrono_tz::Tz;
use domain::{
    accounts::EmailAddress,
    locale::Locale,
    money::{Currency, limits::Limits},
    phone::Region,
    verification::{otp::OtpPolicy, return_to::WebOrigin},
};
use ipnet::IpNet;
use rust_decimal::Decimal;
use secrecy::SecretString;
use std::{fmt, net::SocketAddr, path::PathBuf};

/// Where this runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEnv {
    /// On somebody's machine: makes its secrets, plays the world, listens on loopback only.
    Development,
    /// For real: refuses what is missing or weak.
    Production,
}

impl AppEnv {
    /// The word of the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For eyes.
    Pretty,
    /// For machines.
    Json,
}

/// Where the data is.
#[derive(Clone, Debug)]
pub enum DatabaseAddress {
    /// In a file, embedded.
    Sqlite(String),
    /// On a PostgreSQL server; the address may bear a password.
    Postgres(SecretString),
}

/// How to reach Twilio, and who we are there.
#[derive(Clone, Debug)]
pub struct TwilioSettings {
    /// `AC…`
    pub account_sid: String,
    /// Auth tokens, two while they rotate; the first authenticates.
    pub auth_tokens: Vec<SecretString>,
    /// An API key and its secret, preferred over the token.
    pub api_key: Option<(String, SecretString)>,
    /// `VA…`
    pub verify_service_sid: String,
    /// `whatsapp:+…`
    pub whatsapp_from: String,
    /// `+…`
    pub sms_from: Option<String>,
    /// Where Messages is.
    pub api_base: String,
    /// Where Verify is.
    pub verify_base: String,
    /// Where Lookup is.
    pub lookups_base: String,
}

/// How to reach Meta's WhatsApp Cloud API, and who we are there.
#[derive(Clone, Debug)]
pub struct MetaSettings {
    /// Authenticates our calls.
    pub access_token: SecretString,
    /// The number that we write from.
    pub phone_number_id: String,
    /// The account that it belongs to (WABA).
    pub business_account_id: String,
    /// What Meta shows when it verifies the webhook's address.
    pub verify_token: SecretString,
    /// What signs webhooks, two while they rotate.
    pub app_secrets: Vec<SecretString>,
    /// `v25.0`
    pub graph_version: String,
    /// Where Graph is.
    pub graph_base: String,
}

/// How to reach Telegram, and who we are there.
#[derive(Clone, Debug)]
pub struct TelegramSettings {
    /// `123456:…`
    pub bot_token: SecretString,
    /// What webhooks bear, two while they rotate.
    pub webhook_secrets: Vec<SecretString>,
    /// The bot's name, for links to it.
    pub bot_name: String,
    /// Where the Bot API is.
    pub api_base: String,
}

/// Whom a WhatsApp message that answers no talk goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatsappProvider {
    /// Twilio.
    Twilio,
    /// Meta.
    Meta,
}

impl WhatsappProvider {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "twilio" => Some(Self::Twilio),
            "meta" => Some(Self::Meta),
            _ => None,
        }
    }
}

/// Who makes the codes that prove numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyProvider {
    /// Twilio Verify.
    Twilio,
    /// We ourselves.
    Own,
}

impl VerifyProvider {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "twilio" => Some(Self::Twilio),
            "self" => Some(Self::Own),
            _ => None,
        }
    }
}

/// How mail goes out.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// `smtp://…`, with credentials where the server wants them.
    pub url: SecretString,
    /// Whom it is from.
    pub from: EmailAddress,
}

/// An internal client that signs its requests.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Its id, as in `X-Client-Id` and in tokens.
    pub id: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// What it signs with, two while they rotate.
    pub secrets: Vec<SecretString>,
}

/// Everything that can be set, read and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where this runs.
    pub env: AppEnv,
    /// Where to listen.
    pub bind_address: SocketAddr,
    /// Where we are reached from outside, without a slash at the end.
    pub public_base_url: String,
    /// Proxies of ours: whom they forward for is whom they say.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the data is.
    pub database: DatabaseAddress,
    /// Whether to make the demo person.
    pub demo_data: bool,
    /// Signs tokens.
    pub jwt_secret: Keyring,
    /// Hashes codes.
    pub hmac_secret: Keyring,
    /// Seals at rest.
    pub encryption_key: Keyring,
    /// Internal clients that sign their requests.
    pub clients: Vec<ClientSettings>,
    /// Whether calls about money must be signed.
    pub require_hmac_verification: bool,
    /// Where national numbers are read.
    pub default_region: Region,
    /// The language of those who have set none.
    pub default_locale: Locale,
    /// The currency of amounts that name none.
    pub default_currency: Currency,
    /// In which days and months are counted.
    pub default_time_zone: Tz,
    /// Twilio.
    pub twilio: TwilioSettings,
    /// Meta's WhatsApp, where it is set up.
    pub meta: Option<MetaSettings>,
    /// Telegram, where it is set up.
    pub telegram: Option<TelegramSettings>,
    /// Whom a WhatsApp message that answers no talk goes through.
    pub whatsapp_provider: WhatsappProvider,
    /// Opens the older debug routes; none: they stay closed.
    pub debug_key: Option<SecretString>,
    /// Who makes the codes that prove numbers.
    pub verify_provider: VerifyProvider,
    /// The name under which Meta approved the text that bears a code.
    pub whatsapp_code_template: String,
    /// How mail goes out; none does without.
    pub smtp: Option<SmtpSettings>,
    /// Codes.
    pub otp: OtpPolicy,
    /// Countries to which codes go.
    pub allowed_countries: Vec<Region>,
    /// Where people may be sent back to from a page of ours.
    pub return_to_origins: Vec<WebOrigin>,
    /// How long a proved number stays proved, in minutes.
    pub chat_session_minutes: i64,
    /// How long people keep a talk, in hours.
    pub handoff_hours: i64,
    /// Messages a sender may write in a minute.
    pub rate_limit_whatsapp_per_minute: u32,
    /// Checks a caller may make in a minute.
    pub rate_limit_verify_per_minute: u32,
    /// At or above this a transfer needs a second step.
    pub transfer_2fa_threshold: Decimal,
    /// Limits of a person.
    pub limits: Limits,
    /// Where more flows are than those that are built in.
    pub flows_dir: Option<PathBuf>,
    /// Whether to play the world in this process.
    pub sandbox: bool,
    /// Where it listens.
    pub sandbox_bind_address: String,
    /// Where it takes mail.
    pub sandbox_smtp_address: String,
    /// `error`, `warn`, `info`, `debug`, `trace`.
    pub log_level: String,
    /// How logs are written.
    pub log_format: LogFormat,
}

/// All that is wrong with the settings: name and complaint. Values are never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFaults(pub Vec<(String, String)>);

impl fmt::Display for SettingsFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "these settings are wrong:")?;
        for (name, complaint) in &self.0 {
            writeln!(f, "  {name} {complaint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsFaults {}

impl Settings {
    /// From the environment: files named by `*_FILE` are read, aliases taken, development's gaps filled.
    ///
    /// # Errors
    /// Naming everything that is wrong.
    pub fn load() -> Result<Self, SettingsFaults> {
        let values = gather(std::env::vars().collect())?;
        read::read(&values)
    }
}

#[cfg(test)]
mod tests;
