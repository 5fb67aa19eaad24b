//! Reads and checks each setting. Complaints never show a value, because it may be a secret.

use super::{
    AppEnv, LogFormat, Settings, SettingsFaults, VerifyProvider, WhatsappProvider, clients,
    defaults::{SANDBOX_ADDRESS, SANDBOX_SMTP_ADDRESS, database, is_production},
    providers,
    reader::Reader,
};
use chrono::Duration;
use chrono_tz::Tz;
use domain::{
    locale::Locale,
    money::{Currency, Money, limits::Limits},
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

/// Reads all settings, and reports every error.
pub(super) fn read(values: &BTreeMap<String, String>) -> Result<Settings, SettingsFaults> {
    let mut reader = Reader { values, faults: SettingsFaults::default() };
    let r = &mut reader;
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
    let demo_data = r.on_off("DEMO_DATA", if env == AppEnv::Development { "on" } else { "off" });
    let sandbox = r.on_off("SANDBOX", if env == AppEnv::Development { "on" } else { "off" });
    for (name, is_on) in [("DEMO_DATA", demo_data), ("SANDBOX", sandbox)] {
        if env == AppEnv::Production && is_on {
            r.fault(name, "must be off in production");
        }
    }
    let (jwt, hmac, encryption) =
        (r.keyring("JWT_SECRET"), r.keyring("HMAC_SECRET"), r.keyring("ENCRYPTION_KEY"));
    let clients = clients::read(r);
    let require_hmac_verification = r.on_off("REQUIRE_HMAC_VERIFICATION", "false");
    let region = r.read("DEFAULT_REGION", "MX", "a country code such as MX", Region::parse);
    let locale = r.read("DEFAULT_LOCALE", "es", "es, en or pt", Locale::parse);
    let currency =
        r.read("DEFAULT_CURRENCY", "MXN", "a currency code such as MXN", |t| Currency::parse(t).ok());
    let zone =
        r.read("DEFAULT_TIME_ZONE", "America/Mexico_City", "an IANA time zone", |t| t.parse::<Tz>().ok());
    let verify_provider = r.read("VERIFY_PROVIDER", "twilio", "twilio or self", VerifyProvider::parse);
    let whatsapp_code_template =
        r.get("WHATSAPP_CODE_TEMPLATE").unwrap_or("codigo_de_verificacion").to_owned();
    let smtp = providers::smtp(r);
    let twilio = providers::twilio(r, verify_provider);
    let meta = providers::meta(r);
    let telegram = providers::telegram(r);
    let whatsapp_provider = r.read("WHATSAPP_PROVIDER", "twilio", "twilio or meta", WhatsappProvider::parse);
    if whatsapp_provider == Some(WhatsappProvider::Meta) && meta.is_none() {
        r.fault("WHATSAPP_PROVIDER", "is meta, but Meta's settings are missing");
    }
    let debug_key = r.get("DEBUG_KEY").map(SecretString::from);
    let is_weak = debug_key.as_ref().is_some_and(|key| key.expose_secret().chars().count() < 32);
    if env == AppEnv::Production && is_weak {
        r.fault("DEBUG_KEY", "must be at least 32 characters long");
    }
    let otp = otp(r);
    let allowed_countries = r
        .read("ALLOWED_COUNTRIES", "MX", "country codes, comma-separated", |text| {
            text.split(',').map(Region::parse).collect::<Option<Vec<_>>>()
        })
        .unwrap_or_default();
    let return_to_origins = return_to_origins(r, env);
    let threshold = r.read("TRANSFER_2FA_THRESHOLD", "1000", "an amount", |t| Decimal::from_str(t).ok());
    let limits = currency.map(|currency| limits(r, currency));
    let flows_dir = r.get("FLOWS_DIR").map(PathBuf::from);
    if flows_dir.as_deref().is_some_and(|folder| !Path::is_dir(folder)) {
        r.fault("FLOWS_DIR", "must be a folder that exists");
    }
    let log_level = r.read("LOG_LEVEL", "info", "error, warn, info, debug or trace", |text| {
        let level = text.to_ascii_lowercase();
        ["error", "warn", "info", "debug", "trace"].contains(&level.as_str()).then_some(level)
    });
    let default_format = if env == AppEnv::Development { "pretty" } else { "json" };
    let log_format = r.read("LOG_FORMAT", default_format, "pretty or json", |text| match text {
        "pretty" => Some(LogFormat::Pretty),
        "json" => Some(LogFormat::Json),
        _ => None,
    });
    let whole = (|| {
        Some(Settings {
            env,
            bind_address: bind_address?,
            public_base_url,
            trusted_proxies: trusted_proxies?,
            database: database?,
            demo_data,
            jwt_secret: jwt?,
            hmac_secret: hmac?,
            encryption_key: encryption?,
            clients,
            require_hmac_verification,
            default_region: region?,
            default_locale: locale?,
            default_currency: currency?,
            default_time_zone: zone?,
            twilio,
            meta,
            telegram,
            whatsapp_provider: whatsapp_provider?,
            debug_key,
            verify_provider: verify_provider?,
            whatsapp_code_template,
            smtp,
            otp,
            allowed_countries,
            return_to_origins,
            chat_session_minutes: r.number("CHAT_SESSION_MINUTES", "720"),
            handoff_hours: r.number("HANDOFF_HOURS", "4"),
            rate_limit_whatsapp_per_minute: r.number("RATE_LIMIT_WHATSAPP_PER_MINUTE", "30"),
            rate_limit_verify_per_minute: r.number("RATE_LIMIT_VERIFY_PER_MINUTE", "10"),
            transfer_2fa_threshold: threshold?,
            limits: limits?,
            flows_dir,
            sandbox,
            sandbox_bind_address: r.get("SANDBOX_BIND_ADDRESS").unwrap_or(SANDBOX_ADDRESS).to_owned(),
            sandbox_smtp_address: r.get("SANDBOX_SMTP_ADDRESS").unwrap_or(SANDBOX_SMTP_ADDRESS).to_owned(),
            log_level: log_level?,
            log_format: log_format?,
        })
    })();
    match whole {
        Some(settings) if reader.faults.0.is_empty() => Ok(settings),
        _ => Err(reader.faults),
    }
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
    let ttl_minutes: i64 = r.number("OTP_EXPIRATION_MINUTES", "10");
    if ttl_minutes > 10 || ttl_minutes == 0 {
        r.fault("OTP_EXPIRATION_MINUTES", "must be 1 to 10");
    }
    OtpPolicy {
        ttl: Duration::minutes(ttl_minutes.clamp(1, 10)),
        attempts_max: r.number::<u32>("OTP_MAX_ATTEMPTS", "3").max(1),
        resend_cooldown: Duration::seconds(r.number::<i64>("OTP_RESEND_COOLDOWN_SECONDS", "60").min(86_400)),
        sends_per_destination_per_day: r.number("MAX_OTP_PER_PHONE_PER_DAY", "5"),
        sends_per_ip_per_hour: r.number("MAX_OTP_PER_IP_PER_HOUR", "10"),
        sends_per_prefix_per_hour: r.number("MAX_OTP_PER_PREFIX_PER_HOUR", "30"),
        lock_after_failures: r.number::<u32>("OTP_LOCK_AFTER_FAILURES", "5").max(1),
        lock_for: Duration::minutes(r.number::<i64>("OTP_LOCK_MINUTES", "5").min(100_000)),
    }
}

fn limits(r: &mut Reader<'_>, currency: Currency) -> Limits {
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
        new_payee_cooloff: Duration::minutes(r.number::<i64>("NEW_PAYEE_COOLOFF_MINUTES", "0").min(525_600)),
    }
}
