//! Reads and checks each setting. Complaints never show a value, because it may be a secret.

use super::{
    AppEnv, DatabaseAddress, LogFormat, MetaSettings, Settings, SettingsFaults, SmtpSettings,
    TelegramSettings, TwilioSettings, VerifyProvider, WhatsappProvider, clients,
    defaults::{SANDBOX_ADDRESS, SANDBOX_SMTP_ADDRESS, VERIFY_PER_MINUTE, database, is_production},
    providers,
    reader::Reader,
};
use application::{messaging::handle_message::ConversationPolicy, money::transfer_rules::TransferRules};
use chrono::Duration;
use chrono_tz::Tz;
use domain::{
    locale::Locale,
    money::{Currency, Money, clabe::ClabePrefix, limits::Limits},
    phone::Region,
    verification::{otp::OtpPolicy, return_to::WebOrigin},
};
use ipnet::IpNet;
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
};

/// The environment, and where the program listens and keeps its data.
struct Place {
    env: AppEnv,
    bind_address: Option<SocketAddr>,
    public_base_url: String,
    trusted_proxies: Option<Vec<IpNet>>,
    database: Option<DatabaseAddress>,
    demo_data: bool,
    sandbox: bool,
}

/// What applies where a person, a number or an amount says nothing else.
struct Home {
    region: Option<Region>,
    locale: Option<Locale>,
    currency: Option<Currency>,
    zone: Option<Tz>,
}

/// The providers, and which of them carries codes and messages.
struct Providers {
    verify_provider: Option<VerifyProvider>,
    whatsapp_code_template: String,
    received_template: Option<String>,
    smtp: Option<SmtpSettings>,
    twilio: TwilioSettings,
    meta: Option<MetaSettings>,
    telegram: Option<TelegramSettings>,
    whatsapp_provider: Option<WhatsappProvider>,
}

/// Reads all settings, and reports every error.
pub(super) fn read(values: &BTreeMap<String, String>) -> Result<Settings, SettingsFaults> {
    let mut reader = Reader { values, faults: SettingsFaults::default() };
    let settings = read_all(&mut reader);
    match settings {
        Some(settings) if reader.faults.0.is_empty() => Ok(settings),
        _ => Err(reader.faults),
    }
}

/// All settings. None if one of them, without which the others make no sense, can't be read.
fn read_all(r: &mut Reader<'_>) -> Option<Settings> {
    let place = place(r);
    let (jwt, hmac, encryption) =
        (r.keyring("JWT_SECRET"), r.keyring("HMAC_SECRET"), r.keyring("ENCRYPTION_KEY"));
    let clients = clients::read(r);
    let require_hmac_verification = r.on_off("REQUIRE_HMAC_VERIFICATION", "false");
    let home = home(r);
    let providers = providers(r);
    let debug_key = debug_key(r, place.env);
    let otp = otp(r);
    let allowed_countries = allowed_countries(r, place.env);
    let return_to_origins = return_to_origins(r, place.env);
    let threshold = threshold(r);
    let limits = home.currency.map(|currency| limits(r, currency));
    let clabe_prefix = clabe_prefix(r);
    let flows_dir = flows_dir(r);
    let (log_level, log_format) = (log_level(r), log_format(r, place.env));
    let conversations = ConversationPolicy::default();
    Some(Settings {
        env: place.env,
        bind_address: place.bind_address?,
        public_base_url: place.public_base_url,
        trusted_proxies: place.trusted_proxies?,
        database: place.database?,
        demo_data: place.demo_data,
        jwt_secret: jwt?,
        hmac_secret: hmac?,
        encryption_key: encryption?,
        clients,
        require_hmac_verification,
        default_region: home.region?,
        default_locale: home.locale?,
        default_currency: home.currency?,
        default_time_zone: home.zone?,
        twilio: providers.twilio,
        meta: providers.meta,
        telegram: providers.telegram,
        whatsapp_provider: providers.whatsapp_provider?,
        debug_key,
        verify_provider: providers.verify_provider?,
        whatsapp_code_template: providers.whatsapp_code_template,
        received_template: providers.received_template,
        smtp: providers.smtp,
        otp,
        allowed_countries,
        return_to_origins,
        chat_session_minutes: r.number("CHAT_SESSION_MINUTES", conversations.session_ttl.num_minutes()),
        handoff_hours: r.number("HANDOFF_HOURS", conversations.handoff_for.num_hours()),
        rate_limit_whatsapp_per_minute: r
            .number("RATE_LIMIT_WHATSAPP_PER_MINUTE", conversations.messages_per_minute),
        rate_limit_verify_per_minute: r.number("RATE_LIMIT_VERIFY_PER_MINUTE", VERIFY_PER_MINUTE),
        transfer_2fa_threshold: threshold?,
        limits: limits?,
        clabe_prefix,
        flows_dir,
        sandbox: place.sandbox,
        sandbox_bind_address: r.get("SANDBOX_BIND_ADDRESS").unwrap_or(SANDBOX_ADDRESS).to_owned(),
        sandbox_smtp_address: r.get("SANDBOX_SMTP_ADDRESS").unwrap_or(SANDBOX_SMTP_ADDRESS).to_owned(),
        log_level: log_level?,
        log_format: log_format?,
    })
}

fn place(r: &mut Reader<'_>) -> Place {
    let env = app_env(r);
    let bind_address =
        r.read("BIND_ADDRESS", "127.0.0.1:8000", "an address and port", |t| t.parse::<SocketAddr>().ok());
    if env == AppEnv::Development && bind_address.is_some_and(|address| !address.ip().is_loopback()) {
        r.fault("BIND_ADDRESS", "must be a loopback address in development");
    }
    let default_public = bind_address.map_or_else(String::new, |address| format!("http://{address}"));
    let public_base_url = r.base_url("PUBLIC_BASE_URL", &default_public);
    let trusted_proxies = r.read("TRUSTED_PROXIES", "", "addresses or networks, comma-separated", networks);
    let database = database(r.get("DATABASE_URL"));
    if database.is_none() {
        r.fault("DATABASE_URL", "must be sqlite://<path> or postgres://<user>@<host>/<database>");
    }
    let in_development = if env == AppEnv::Development { "on" } else { "off" };
    let demo_data = r.on_off("DEMO_DATA", in_development);
    let sandbox = r.on_off("SANDBOX", in_development);
    for (name, is_on) in [("DEMO_DATA", demo_data), ("SANDBOX", sandbox)] {
        if env == AppEnv::Production && is_on {
            r.fault(name, "must be off in production");
        }
    }
    Place { env, bind_address, public_base_url, trusted_proxies, database, demo_data, sandbox }
}

fn home(r: &mut Reader<'_>) -> Home {
    let usual = ConversationPolicy::default();
    let (region, currency) = (usual.home.code(), usual.default_currency.code());
    let (locale, zone) = (usual.default_locale.tag(), usual.zone.name());
    Home {
        region: r.read("DEFAULT_REGION", &region, "a country code such as MX", Region::parse),
        locale: r.read("DEFAULT_LOCALE", locale, "es, en or pt", Locale::parse),
        currency: r
            .read("DEFAULT_CURRENCY", currency, "a currency code such as MXN", |t| Currency::parse(t).ok()),
        zone: r.read("DEFAULT_TIME_ZONE", zone, "an IANA time zone", |t| t.parse::<Tz>().ok()),
    }
}

fn providers(r: &mut Reader<'_>) -> Providers {
    let verify_provider = r.read("VERIFY_PROVIDER", "twilio", "twilio or self", VerifyProvider::parse);
    let whatsapp_code_template =
        r.get("WHATSAPP_CODE_TEMPLATE").unwrap_or("codigo_de_verificacion").to_owned();
    let received_template = r.get("RECEIVED_TEMPLATE").map(str::to_owned);
    let smtp = providers::smtp(r);
    let twilio = providers::twilio(r, verify_provider);
    let meta = providers::meta(r);
    let telegram = providers::telegram(r);
    let whatsapp_provider = r.read("WHATSAPP_PROVIDER", "twilio", "twilio or meta", WhatsappProvider::parse);
    if whatsapp_provider == Some(WhatsappProvider::Meta) && meta.is_none() {
        r.fault("WHATSAPP_PROVIDER", "is meta, but Meta's settings are missing");
    }
    Providers {
        verify_provider,
        whatsapp_code_template,
        received_template,
        smtp,
        twilio,
        meta,
        telegram,
        whatsapp_provider,
    }
}

fn debug_key(r: &mut Reader<'_>, env: AppEnv) -> Option<SecretString> {
    let key = r.get("DEBUG_KEY").map(SecretString::from);
    let is_weak = key.as_ref().is_some_and(|key| key.expose_secret().chars().count() < 32);
    if env == AppEnv::Production && is_weak {
        r.fault("DEBUG_KEY", "must be at least 32 characters long");
    }
    key
}

/// In development codes go to every country that the pages and examples speak to.
fn allowed_countries(r: &mut Reader<'_>, env: AppEnv) -> Vec<Region> {
    let default = if env == AppEnv::Development { "MX,US,BR" } else { "MX" };
    let read = |text: &str| text.split(',').map(Region::parse).collect::<Option<Vec<_>>>();
    r.read("ALLOWED_COUNTRIES", default, "country codes, comma-separated", read).unwrap_or_default()
}

fn threshold(r: &mut Reader<'_>) -> Option<Decimal> {
    let default = TransferRules::default().step_up_from.to_string();
    r.read("TRANSFER_2FA_THRESHOLD", &default, "an amount", |t| Decimal::from_str(t).ok())
}

fn clabe_prefix(r: &mut Reader<'_>) -> Option<ClabePrefix> {
    let text = r.get("CLABE_PREFIX")?.to_owned();
    let prefix = ClabePrefix::parse(&text).ok();
    if prefix.is_none() {
        r.fault("CLABE_PREFIX", "must be 10 to 13 digits");
    }
    prefix
}

fn flows_dir(r: &mut Reader<'_>) -> Option<PathBuf> {
    let folder = r.get("FLOWS_DIR").map(PathBuf::from);
    if folder.as_deref().is_some_and(|folder| !Path::is_dir(folder)) {
        r.fault("FLOWS_DIR", "must be a folder that exists");
    }
    folder
}

fn log_level(r: &mut Reader<'_>) -> Option<String> {
    r.read("LOG_LEVEL", "info", "error, warn, info, debug or trace", |text| {
        let level = text.to_ascii_lowercase();
        ["error", "warn", "info", "debug", "trace"].contains(&level.as_str()).then_some(level)
    })
}

fn log_format(r: &mut Reader<'_>, env: AppEnv) -> Option<LogFormat> {
    let default = if env == AppEnv::Development { "pretty" } else { "json" };
    r.read("LOG_FORMAT", default, "pretty or json", |text| match text {
        "pretty" => Some(LogFormat::Pretty),
        "json" => Some(LogFormat::Json),
        _ => None,
    })
}

/// Addresses or networks, comma-separated; empty for an empty text. None if one is malformed.
fn networks(text: &str) -> Option<Vec<IpNet>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let network =
        |part: &str| part.parse::<IpNet>().ok().or_else(|| Some(part.parse::<IpAddr>().ok()?.into()));
    parts.map(network).collect()
}

fn app_env(r: &mut Reader<'_>) -> AppEnv {
    if r.get("APP_ENV").is_some_and(|env| env != "production" && env != "development") {
        r.fault("APP_ENV", "must be production or development");
    }
    if is_production(r.values) { AppEnv::Production } else { AppEnv::Development }
}

/// Origins that people may be sent back to. In production only encrypted ones (https) are accepted.
fn return_to_origins(r: &mut Reader<'_>, env: AppEnv) -> Vec<WebOrigin> {
    let Some(text) = r.get("RETURN_TO_ORIGINS").map(str::to_owned) else { return Vec::new() };
    let mut origins = Vec::new();
    for part in text.split(',').map(str::trim) {
        match WebOrigin::parse(part) {
            Some(origin) if origin.is_encrypted() || env == AppEnv::Development => origins.push(origin),
            _ => {
                r.fault(
                    "RETURN_TO_ORIGINS",
                    "must be origins such as https://app.example.com, comma-separated",
                );
                return Vec::new();
            }
        }
    }
    origins
}

fn otp(r: &mut Reader<'_>) -> OtpPolicy {
    let usual = OtpPolicy::default();
    let ttl_minutes = r.number("OTP_EXPIRATION_MINUTES", usual.ttl.num_minutes());
    if ttl_minutes > 10 || ttl_minutes == 0 {
        r.fault("OTP_EXPIRATION_MINUTES", "must be 1 to 10");
    }
    let cooldown = r.number("OTP_RESEND_COOLDOWN_SECONDS", usual.resend_cooldown.num_seconds());
    OtpPolicy {
        ttl: Duration::minutes(ttl_minutes.clamp(1, 10)),
        attempts_max: r.number("OTP_MAX_ATTEMPTS", usual.attempts_max).max(1),
        resend_cooldown: Duration::seconds(cooldown.min(86_400)),
        sends_per_destination_per_day: r
            .number("MAX_OTP_PER_PHONE_PER_DAY", usual.sends_per_destination_per_day),
        sends_per_ip_per_hour: r.number("MAX_OTP_PER_IP_PER_HOUR", usual.sends_per_ip_per_hour),
        sends_per_prefix_per_hour: r.number("MAX_OTP_PER_PREFIX_PER_HOUR", usual.sends_per_prefix_per_hour),
        lock_after_failures: r.number("OTP_LOCK_AFTER_FAILURES", usual.lock_after_failures).max(1),
        lock_for: Duration::minutes(r.number("OTP_LOCK_MINUTES", usual.lock_for.num_minutes()).min(100_000)),
    }
}

fn limits(r: &mut Reader<'_>, currency: Currency) -> Limits {
    let usual = Limits::none(currency);
    let cooloff = r.number("NEW_PAYEE_COOLOFF_MINUTES", usual.new_payee_cooloff.num_minutes());
    let mut limit = |name: &str| {
        let read = |text: &str| match text {
            "0" => Some(0),
            _ => Money::parse_positive(text, currency).ok().map(|money| money.minor),
        };
        r.read(name, "0", "an amount, or 0 for none", read).unwrap_or_default()
    };
    Limits {
        currency,
        per_transfer: limit("LIMIT_PER_TRANSFER"),
        per_day: limit("LIMIT_PER_DAY"),
        per_month: limit("LIMIT_PER_MONTH"),
        new_payee_cooloff: Duration::minutes(cooloff.min(525_600)),
    }
}
