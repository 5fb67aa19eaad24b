//! Settings: flat environment variables, read into one typed struct. All errors are reported at once.

mod bank;
mod clients;
mod database;
mod defaults;
mod names;
mod place;
mod policies;
mod providers;
mod read;
mod reader;
mod secrets;
mod sources;
mod understanding;

pub(crate) use self::{bank::BankSettings, understanding::NluSettings};

use self::reader::Reader;
use adapter_crypto::Keyring;
use chrono_tz::Tz;
use domain::{
    email::EmailAddress,
    locale::Locale,
    messaging::flow::DefaultFlows,
    money::{Currency, clabe::ClabePrefix, limits::Limits},
    operations::retention::RetentionPolicy,
    phone::Region,
    verification::{otp::OtpPolicy, return_to::WebOrigin},
};
use ipnet::IpNet;
use rust_decimal::Decimal;
use secrecy::SecretString;
use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// The environment that the program runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEnv {
    /// A developer's machine: makes its own secrets, runs the sandbox, listens on loopback only.
    Development,
    /// Real use: refuses settings that are missing or weak.
    Production,
}

impl AppEnv {
    /// The name in `APP_ENV` and in health answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// What a command reads the settings for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To work. In development the secrets that are missing are made, and kept beside the database.
    Run,
    /// Only to look: nothing is made.
    Look,
}

/// How much the process does at once, and how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Connections that are open at once; more wait.
    pub connections_max: usize,
    /// The time between «not ready» and the end of listening.
    pub shutdown_drain: Duration,
    /// Connections to a PostgreSQL server for requests and workers.
    pub pool_size: usize,
    /// False: no statement is prepared ahead, for a pooler that gives each transaction another connection.
    pub statement_cache: bool,
    /// Turns of conversations that run at once.
    pub turn_workers: usize,
    /// Sends that run at once.
    pub relay_workers: usize,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people to read.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Where the database is.
#[derive(Clone, Debug)]
pub enum DatabaseAddress {
    /// A SQLite file, by its path.
    Sqlite(String),
    /// A PostgreSQL server, by its URL, which may contain a password.
    Postgres(SecretString),
}

/// Twilio: its addresses, our account and its credentials.
#[derive(Clone, Debug)]
pub struct TwilioSettings {
    /// The account's id, `AC…`.
    pub account_sid: String,
    /// Auth tokens, two during a rotation; the first authenticates our calls.
    pub auth_tokens: Vec<SecretString>,
    /// An API key and its secret, used for our calls instead of the token.
    pub api_key: Option<(String, SecretString)>,
    /// The id of the Verify service, `VA…`; empty if only we make codes.
    pub verify_service_sid: String,
    /// Our WhatsApp number, `whatsapp:+…`. None: WhatsApp goes through Meta.
    pub whatsapp_from: Option<String>,
    /// Our SMS number, `+…`. None: we send no SMS of our own.
    pub sms_from: Option<String>,
    /// Base URL of the Messages API.
    pub api_base: String,
    /// Base URL of the Verify API.
    pub verify_base: String,
    /// Base URL of the Lookup API.
    pub lookups_base: String,
}

/// Meta's WhatsApp Cloud API: its address, our account and its credentials.
#[derive(Clone, Debug)]
pub struct MetaSettings {
    /// The token that authenticates our calls.
    pub access_token: SecretString,
    /// The id of the number that we write from.
    pub phone_number_id: String,
    /// The WhatsApp business account (WABA) that the number belongs to.
    pub business_account_id: String,
    /// The token that Meta sends when it verifies the webhook's address.
    pub verify_token: SecretString,
    /// Secrets that sign webhooks, two during a rotation.
    pub app_secrets: Vec<SecretString>,
    /// Version of the Graph API, such as `v25.0`.
    pub graph_version: String,
    /// Base URL of the Graph API.
    pub graph_base: String,
}

/// The Telegram bot: its address and its credentials.
#[derive(Clone, Debug)]
pub struct TelegramSettings {
    /// The bot's token, `123456:…`.
    pub bot_token: SecretString,
    /// How updates come.
    pub mode: TelegramMode,
    /// Secrets that webhooks carry, two during a rotation. None are needed for polling.
    pub webhook_secrets: Vec<SecretString>,
    /// The bot's name without `@`, for links to it.
    pub bot_name: String,
    /// Base URL of the Bot API.
    pub api_base: String,
}

/// How updates of the Telegram bot come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TelegramMode {
    /// Telegram posts them to our public address.
    Webhook,
    /// We ask for them. It needs no public address.
    Polling,
}

impl TelegramMode {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "webhook" => Some(Self::Webhook),
            "polling" => Some(Self::Polling),
            _ => None,
        }
    }
}

/// What the sandbox does with free text to a person who never wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxStrangers {
    /// It refuses it, as the providers do.
    Refuse,
    /// It delivers it.
    Allow,
}

impl SandboxStrangers {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "refuse" => Some(Self::Refuse),
            "allow" => Some(Self::Allow),
            _ => None,
        }
    }
}

/// The provider of WhatsApp codes, and of messages to people without a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatsappProvider {
    /// Twilio's WhatsApp API.
    Twilio,
    /// Meta's WhatsApp Cloud API.
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

/// Who makes the one-time codes for phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyProvider {
    /// Twilio Verify makes them.
    Twilio,
    /// Ventanilla makes them itself.
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

/// The mail server and our address.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// `smtp://…` or `smtps://…`, with credentials if the server needs them.
    pub url: SecretString,
    /// The address that mail is sent from.
    pub from: EmailAddress,
}

/// An internal client that signs its requests.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The client's id, as in `X-Client-Id` and in tokens.
    pub id: String,
    /// The scopes that the client has.
    pub scopes: Vec<String>,
    /// Secrets that sign its requests, two during a rotation.
    pub secrets: Vec<SecretString>,
}

/// All settings, read and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The environment, development or production.
    pub env: AppEnv,
    /// What the operator should know though it stops nothing.
    pub notes: Vec<String>,
    /// Address and port to listen on.
    pub bind_address: SocketAddr,
    /// Address and port at which metrics need no token. None: only `/metrics` with one.
    pub metrics_bind_address: Option<SocketAddr>,
    /// Our address as seen from outside, without a slash at the end.
    pub public_base_url: String,
    /// Our own proxies; only they are believed in `X-Forwarded-For`.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the database is.
    pub database: DatabaseAddress,
    /// True: create the demo person at start.
    pub demo_data: bool,
    /// How much the process does at once, and how it ends.
    pub capacity: Capacity,
    /// Keys that sign tokens.
    pub jwt_secret: Keyring,
    /// Keys that hash codes and link secrets.
    pub hmac_secret: Keyring,
    /// Keys that seal data in the database, and the audit log.
    pub encryption_key: Keyring,
    /// Internal clients that sign their requests.
    pub clients: Vec<ClientSettings>,
    /// True: calls about money must be signed.
    pub require_hmac_verification: bool,
    /// The country that national numbers belong to.
    pub default_region: Region,
    /// The language of people who have chosen none.
    pub default_locale: Locale,
    /// The currency of amounts that name none.
    pub default_currency: Currency,
    /// The time zone in which days and months are counted.
    pub default_time_zone: Tz,
    /// Twilio; None where others do its work.
    pub twilio: Option<TwilioSettings>,
    /// Meta's WhatsApp; None if it is not set up.
    pub meta: Option<MetaSettings>,
    /// The Telegram bot; None if it is not set up.
    pub telegram: Option<TelegramSettings>,
    /// The provider of WhatsApp codes, and of messages to people without a conversation.
    pub whatsapp_provider: WhatsappProvider,
    /// Opens the legacy debug routes that ask Meta. None: they stay closed.
    pub debug_key: Option<SecretString>,
    /// Who makes the one-time codes for phones.
    pub verify_provider: VerifyProvider,
    /// The name under which Meta approved the template for codes.
    pub whatsapp_code_template: String,
    /// The template that tells a person outside the 24-hour window that they were paid. None: they are not told.
    pub received_template: Option<String>,
    /// The mail server. None: no mail is sent.
    pub smtp: Option<SmtpSettings>,
    /// Lifetimes and limits of codes.
    pub otp: OtpPolicy,
    /// The countries that codes are sent to.
    pub allowed_countries: Vec<Region>,
    /// Origins whose pages may call the API from a browser.
    pub cors_origins: Vec<WebOrigin>,
    /// Origins that people may be sent back to from a hosted page.
    pub return_to_origins: Vec<WebOrigin>,
    /// How long a proved number stays proved in a chat, in minutes.
    pub chat_session_minutes: i64,
    /// How long an agent handoff lasts at most, in hours.
    pub handoff_hours: i64,
    /// Messages that a sender may write in a minute.
    pub rate_limit_whatsapp_per_minute: u32,
    /// Checks that a caller may make in a minute.
    pub rate_limit_verify_per_minute: u32,
    /// Accounts that one network address may create in an hour.
    pub accounts_per_address_per_hour: u32,
    /// From this amount on, a transfer needs a step-up code.
    pub transfer_2fa_threshold: Decimal,
    /// Transfer limits of a person.
    pub limits: Limits,
    /// The limit for one deposit, in `per_transfer`.
    pub deposit_limits: Limits,
    /// The prefix of the CLABEs of our wallets. None: wallets get none.
    pub clabe_prefix: Option<ClabePrefix>,
    /// Wallets that a person may have.
    pub wallets_per_person: u32,
    /// The bank that pays accounts outside the platform. None: that is simulated.
    pub bank: Option<BankSettings>,
    /// Who is asked about texts that the rules don't understand.
    pub nlu: NluSettings,
    /// How long each category of data is kept.
    pub retention: RetentionPolicy,
    /// A folder with more flows than the built-in ones.
    pub flows_dir: Option<PathBuf>,
    /// The flows that a greeting or a first message begins.
    pub default_flows: DefaultFlows,
    /// True: run the sandbox in this process.
    pub sandbox: bool,
    /// Address and port of the sandbox.
    pub sandbox_bind_address: SocketAddr,
    /// Address and port at which the sandbox receives mail.
    pub sandbox_smtp_address: SocketAddr,
    /// Whether people who never wrote can be written to in the sandbox.
    pub sandbox_strangers: SandboxStrangers,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub log_level: String,
    /// How logs are written.
    pub log_format: LogFormat,
}

/// Everything that is wrong with the settings: name and complaint. Values are never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFaults(pub Vec<(String, String)>);

impl SettingsFaults {
    /// The same faults, with notes that may explain them.
    fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.0.extend(notes.into_iter().map(|note| ("note:".to_owned(), note)));
        self
    }
}

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
    /// Reads the environment, in development a `.env` in the current folder, files named by `*_FILE`, legacy
    /// names, and in development the defaults.
    ///
    /// # Errors
    /// Everything that is wrong with the settings.
    pub fn load(purpose: Purpose) -> Result<Self, SettingsFaults> {
        let gathered = sources::gather(std::env::vars_os().collect(), Path::new(".env"), purpose);
        read::read(Reader::new(&gathered.values, gathered.faults), gathered.notes)
    }

    /// Reads only the settings of the understanding service `provider`, for a command that needs nothing else.
    ///
    /// # Errors
    /// Everything that is wrong with these settings.
    pub(crate) fn load_nlu(provider: &str) -> Result<NluSettings, SettingsFaults> {
        let gathered = sources::gather(std::env::vars_os().collect(), Path::new(".env"), Purpose::Look);
        let mut values = gathered.values;
        values.insert("NLU_PROVIDER".into(), provider.to_owned());
        let mut faults = gathered.faults;
        faults.0.retain(|(name, _)| name.starts_with("NLU_"));
        let mut reader = Reader::new(&values, faults);
        let nlu = understanding::nlu(&mut reader, understanding::CALLS_MAX);
        if reader.faults.0.is_empty() { Ok(nlu) } else { Err(reader.faults) }
    }
}

#[cfg(test)]
mod tests;
