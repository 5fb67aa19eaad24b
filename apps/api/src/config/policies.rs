//! Policies: codes, limits of money, countries, conversations.

use super::{AppEnv, defaults::WALLETS_PER_PERSON, reader::Reader};
use application::{messaging::handle_message::ConversationPolicy, money::transfer_rules::TransferRules};
use chrono::Duration;
use domain::{
    money::{Currency, Money as Amount, clabe::ClabePrefix, limits::Limits},
    operations::retention::RetentionPolicy,
    phone::Region,
    verification::otp::OtpPolicy,
};
use rust_decimal::Decimal;
use std::str::FromStr;

/// The longest term of a category: a hundred years.
const RETENTION_DAYS_MAX: i64 = 36_500;

/// Times and rates of conversations.
pub(super) struct Conversations {
    pub(super) session_minutes: i64,
    pub(super) handoff_hours: i64,
    pub(super) messages_per_minute: u32,
}

/// Limits and thresholds of money.
pub(super) struct Money {
    pub(super) threshold: Option<Decimal>,
    pub(super) limits: Limits,
    pub(super) deposit_limits: Limits,
    pub(super) clabe_prefix: Option<ClabePrefix>,
    pub(super) wallets_max: u32,
}

pub(super) fn conversations(r: &mut Reader<'_>) -> Conversations {
    let usual = ConversationPolicy::default();
    let (minutes, hours) = (usual.session_ttl.num_minutes(), usual.handoff_for.num_hours());
    Conversations {
        session_minutes: r.within("CHAT_SESSION_MINUTES", minutes, 0..=1_000_000),
        handoff_hours: r.within("HANDOFF_HOURS", hours, 0..=10_000),
        messages_per_minute: r.number("RATE_LIMIT_WHATSAPP_PER_MINUTE", usual.messages_per_minute),
    }
}

/// In development codes go to every country that the pages and examples speak to.
pub(super) fn allowed_countries(r: &mut Reader<'_>, env: AppEnv) -> Vec<Region> {
    let default = if env == AppEnv::Development { "MX,US,BR" } else { "MX" };
    let read = |text: &str| text.split(',').map(Region::parse).collect::<Option<Vec<_>>>();
    r.read("ALLOWED_COUNTRIES", default, "country codes, comma-separated", read).unwrap_or_default()
}

/// `currency` is None if it was refused; then the limits are read as amounts of the usual one, and nobody uses them.
pub(super) fn money(r: &mut Reader<'_>, currency: Option<Currency>) -> Money {
    let currency = currency.unwrap_or(ConversationPolicy::default().default_currency);
    // Approvals are asked for in families. There are none yet, so no payment needs one, whatever this says.
    let _approval_from = amount(r, "TRANSFER_APPROVAL_THRESHOLD", "500");
    Money {
        threshold: amount(r, "TRANSFER_2FA_THRESHOLD", &TransferRules::default().step_up_from.to_string()),
        limits: limits(r, currency),
        deposit_limits: Limits {
            per_transfer: limit(r, currency, "LIMIT_PER_DEPOSIT"),
            ..Limits::none(currency)
        },
        clabe_prefix: clabe_prefix(r),
        wallets_max: r.number("MAX_WALLETS_PER_PERSON", WALLETS_PER_PERSON),
    }
}

fn amount(r: &mut Reader<'_>, name: &str, default: &str) -> Option<Decimal> {
    let parse = |text: &str| Decimal::from_str(text).ok().filter(|amount| !amount.is_sign_negative());
    r.read(name, default, "an amount, 0 or more", parse)
}

fn clabe_prefix(r: &mut Reader<'_>) -> Option<ClabePrefix> {
    r.optional("CLABE_PREFIX", "10 to 13 digits", |text| ClabePrefix::parse(text).ok())
}

pub(super) fn otp(r: &mut Reader<'_>) -> OtpPolicy {
    let usual = OtpPolicy::default();
    let cooldown = usual.resend_cooldown.num_seconds();
    let lock = usual.lock_for.num_minutes();
    OtpPolicy {
        ttl: Duration::minutes(r.within("OTP_EXPIRATION_MINUTES", usual.ttl.num_minutes(), 1..=10)),
        attempts_max: r.within("OTP_MAX_ATTEMPTS", usual.attempts_max, 1..=100),
        resend_cooldown: Duration::seconds(r.within("OTP_RESEND_COOLDOWN_SECONDS", cooldown, 0..=86_400)),
        sends_per_destination_per_day: r
            .number("MAX_OTP_PER_PHONE_PER_DAY", usual.sends_per_destination_per_day),
        sends_per_ip_per_hour: r.number("MAX_OTP_PER_IP_PER_HOUR", usual.sends_per_ip_per_hour),
        sends_per_prefix_per_hour: r.number("MAX_OTP_PER_PREFIX_PER_HOUR", usual.sends_per_prefix_per_hour),
        sends_per_country_per_hour: r
            .number("MAX_OTP_PER_COUNTRY_PER_HOUR", usual.sends_per_country_per_hour),
        sends_per_hour: r.number("MAX_OTP_PER_HOUR", usual.sends_per_hour),
        lock_after_failures: r.within("OTP_LOCK_AFTER_FAILURES", usual.lock_after_failures, 1..=10_000),
        lock_for: Duration::minutes(r.within("OTP_LOCK_MINUTES", lock, 0..=100_000)),
    }
}

/// How long each category of data is kept. What a provider sends again must be known until it stops.
pub(super) fn retention(r: &mut Reader<'_>) -> RetentionPolicy {
    let usual = RetentionPolicy::default();
    let retried = RetentionPolicy::PROVIDERS_RETRY.num_days();
    let mut days = |name, usual: Duration, least| {
        Duration::days(r.within(name, usual.num_days(), least..=RETENTION_DAYS_MAX))
    };
    RetentionPolicy {
        texts: days("RETENTION_TEXTS_DAYS", usual.texts, retried),
        webhooks: days("RETENTION_WEBHOOKS_DAYS", usual.webhooks, retried),
        codes: days("RETENTION_CODES_DAYS", usual.codes, 1),
        flows: days("RETENTION_FLOWS_DAYS", usual.flows, 1),
        deliveries: days("RETENTION_DELIVERIES_DAYS", usual.deliveries, 1),
    }
}

fn limits(r: &mut Reader<'_>, currency: Currency) -> Limits {
    let usual = Limits::none(currency);
    let cooloff = usual.new_payee_cooloff.num_minutes();
    let cooloff = r.within("NEW_PAYEE_COOLOFF_MINUTES", cooloff, 0..=525_600);
    Limits {
        currency,
        per_transfer: limit(r, currency, "LIMIT_PER_TRANSFER"),
        per_day: limit(r, currency, "LIMIT_PER_DAY"),
        per_month: limit(r, currency, "LIMIT_PER_MONTH"),
        new_payee_cooloff: Duration::minutes(cooloff),
    }
}

/// A limit in minor units; 0 = none.
fn limit(r: &mut Reader<'_>, currency: Currency, name: &str) -> i64 {
    let read = |text: &str| match text {
        "0" => Some(0),
        _ => Amount::parse_positive(text, currency).ok().map(|money| money.minor),
    };
    r.read(name, "0", "an amount, or 0 for none", read).unwrap_or_default()
}
