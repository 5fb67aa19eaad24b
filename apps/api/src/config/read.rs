//! Reads and checks each setting. Complaints never show a value, because it may be a secret.

use super::{
    AppEnv, BankSettings, Capacity, ClientSettings, LogFormat, MetaSettings, Settings, SettingsFaults,
    SmtpSettings, TelegramSettings, TwilioSettings, VerifyProvider, WhatsappProvider, bank, clients,
    defaults::{ACCOUNTS_PER_ADDRESS_IN_DEVELOPMENT, ACCOUNTS_PER_ADDRESS_PER_HOUR, VERIFY_PER_MINUTE},
    place::{self, Place, SandboxPlace},
    policies::{self, Conversations, Money},
    providers,
    reader::Reader,
    secrets,
    understanding::{self, NluSettings},
};
use adapter_crypto::Keyring;
use application::messaging::handle_message::ConversationPolicy;
use chrono_tz::Tz;
use domain::{
    locale::Locale,
    messaging::flow::DefaultFlows,
    money::Currency,
    operations::retention::RetentionPolicy,
    phone::Region,
    verification::{otp::OtpPolicy, return_to::WebOrigin},
};
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};

/// Our own secrets.
struct Keys {
    jwt: Option<Keyring>,
    hmac: Option<Keyring>,
    encryption: Option<Keyring>,
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
    twilio: Option<TwilioSettings>,
    meta: Option<MetaSettings>,
    telegram: Option<TelegramSettings>,
    whatsapp_provider: Option<WhatsappProvider>,
}

/// Who may call, from where, and how often.
struct Callers {
    clients: Vec<ClientSettings>,
    require_hmac_verification: bool,
    debug_key: Option<SecretString>,
    cors_origins: Vec<WebOrigin>,
    return_to_origins: Vec<WebOrigin>,
    checks_per_minute: u32,
    accounts_per_hour: u32,
}

/// Everything that was read. What is None was refused with a complaint.
pub(super) struct Found {
    place: Place,
    sandbox: SandboxPlace,
    capacity: Capacity,
    keys: Keys,
    callers: Callers,
    home: Home,
    providers: Providers,
    otp: OtpPolicy,
    allowed_countries: Vec<Region>,
    conversations: Conversations,
    money: Money,
    bank: Option<BankSettings>,
    nlu: NluSettings,
    retention: RetentionPolicy,
    flows_dir: Option<PathBuf>,
    default_flows: DefaultFlows,
    log_level: Option<String>,
    log_format: Option<LogFormat>,
}

/// Reads all settings, and reports every error. `notes` are what the operator should know besides.
pub(super) fn read(mut reader: Reader<'_>, notes: Vec<String>) -> Result<Settings, SettingsFaults> {
    match found(&mut reader).settings() {
        Some(settings) if reader.faults.0.is_empty() => Ok(Settings { notes, ..settings }),
        _ => Err(SettingsFaults(reader.faults.0).with_notes(notes)),
    }
}

/// Every setting is looked at, also after one that is wrong.
pub(super) fn found(r: &mut Reader<'_>) -> Found {
    let place = place::place(r);
    let env = place.env;
    let home = home(r);
    let bank = bank::bank(r);
    let capacity = place::capacity(r, env);
    let nlu_calls_max = understanding::calls_beside(capacity.turn_workers);
    Found {
        place,
        sandbox: place::sandbox(r, env),
        capacity,
        keys: keys(r, env),
        callers: callers(r, env),
        providers: providers(r),
        otp: policies::otp(r),
        allowed_countries: policies::allowed_countries(r, env),
        conversations: policies::conversations(r),
        money: policies::money(r, home.currency),
        retention: policies::retention(r),
        home,
        bank,
        nlu: understanding::nlu(r, nlu_calls_max),
        flows_dir: flows_dir(r),
        default_flows: default_flows(r),
        log_level: log_level(r),
        log_format: log_format(r, env),
    }
}

impl Found {
    /// The settings. None if one of them, without which the others make no sense, was refused.
    fn settings(self) -> Option<Settings> {
        let Self { place, sandbox, capacity, keys, callers, home, providers, conversations, money, .. } =
            self;
        Some(Settings {
            env: place.env,
            notes: Vec::new(),
            bind_address: place.bind_address?,
            metrics_bind_address: place.metrics_bind_address,
            public_base_url: place.public_base_url,
            trusted_proxies: place.trusted_proxies?,
            database: place.database?,
            demo_data: place.demo_data,
            capacity,
            jwt_secret: keys.jwt?,
            hmac_secret: keys.hmac?,
            encryption_key: keys.encryption?,
            clients: callers.clients,
            require_hmac_verification: callers.require_hmac_verification,
            debug_key: callers.debug_key,
            cors_origins: callers.cors_origins,
            return_to_origins: callers.return_to_origins,
            rate_limit_verify_per_minute: callers.checks_per_minute,
            accounts_per_address_per_hour: callers.accounts_per_hour,
            default_region: home.region?,
            default_locale: home.locale?,
            default_currency: home.currency?,
            default_time_zone: home.zone?,
            twilio: providers.twilio,
            meta: providers.meta,
            telegram: providers.telegram,
            whatsapp_provider: providers.whatsapp_provider?,
            verify_provider: providers.verify_provider?,
            whatsapp_code_template: providers.whatsapp_code_template,
            received_template: providers.received_template,
            smtp: providers.smtp,
            otp: self.otp,
            allowed_countries: self.allowed_countries,
            chat_session_minutes: conversations.session_minutes,
            handoff_hours: conversations.handoff_hours,
            rate_limit_whatsapp_per_minute: conversations.messages_per_minute,
            transfer_2fa_threshold: money.threshold?,
            limits: money.limits,
            deposit_limits: money.deposit_limits,
            clabe_prefix: money.clabe_prefix,
            wallets_per_person: money.wallets_max,
            bank: self.bank,
            nlu: self.nlu,
            retention: self.retention,
            flows_dir: self.flows_dir,
            default_flows: self.default_flows,
            sandbox: sandbox.is_on,
            sandbox_bind_address: sandbox.bind_address?,
            sandbox_smtp_address: sandbox.smtp_address?,
            sandbox_strangers: sandbox.strangers,
            log_level: self.log_level?,
            log_format: self.log_format?,
        })
    }
}

fn keys(r: &mut Reader<'_>, env: AppEnv) -> Keys {
    if env == AppEnv::Production {
        secrets::check(r);
    }
    Keys {
        jwt: r.keyring("JWT_SECRET"),
        hmac: r.keyring("HMAC_SECRET"),
        encryption: r.keyring("ENCRYPTION_KEY"),
    }
}

fn callers(r: &mut Reader<'_>, env: AppEnv) -> Callers {
    let accounts_per_hour = if env == AppEnv::Development {
        ACCOUNTS_PER_ADDRESS_IN_DEVELOPMENT
    } else {
        ACCOUNTS_PER_ADDRESS_PER_HOUR
    };
    Callers {
        clients: clients::read(r),
        require_hmac_verification: r.on_off("REQUIRE_HMAC_VERIFICATION", "false"),
        debug_key: debug_key(r, env),
        cors_origins: place::origins(r, "CORS_ORIGINS", env),
        return_to_origins: place::origins(r, "RETURN_TO_ORIGINS", env),
        checks_per_minute: r.number("RATE_LIMIT_VERIFY_PER_MINUTE", VERIFY_PER_MINUTE),
        accounts_per_hour: r.number("MAX_ACCOUNTS_PER_IP_PER_HOUR", accounts_per_hour),
    }
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
    let meta = providers::meta(r);
    let telegram = providers::telegram(r);
    let whatsapp_provider = providers::whatsapp_provider(r, meta.is_some());
    let other_channels = meta.is_some() || telegram.is_some();
    let twilio = providers::twilio(r, verify_provider, whatsapp_provider, other_channels);
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

fn flows_dir(r: &mut Reader<'_>) -> Option<PathBuf> {
    let folder = r.get("FLOWS_DIR").map(PathBuf::from);
    if folder.as_deref().is_some_and(|folder| !Path::is_dir(folder)) {
        r.fault("FLOWS_DIR", "must be a folder that exists");
    }
    folder
}

/// Whether the flows are there is known once they are loaded.
fn default_flows(r: &mut Reader<'_>) -> DefaultFlows {
    let Some(text) = r.get("DEFAULT_FLOW").filter(|text| !text.is_empty()) else {
        return DefaultFlows::default();
    };
    DefaultFlows::parse(text).unwrap_or_else(|invalid| {
        r.fault("DEFAULT_FLOW", invalid.to_string());
        DefaultFlows::default()
    })
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
