//! The names of all settings, and what this build does with each. A name that is not here but looks like one is
//! refused, because a misspelt limit would otherwise be no limit.

use super::SettingsFaults;
use std::collections::BTreeMap;

/// Settings that are read and honoured.
pub(super) const READ: &[&str] = &[
    "ALLOWED_COUNTRIES",
    "APP_ENV",
    "BANK_ACCOUNT",
    "BANK_API_AUTH_METHOD",
    "BANK_API_BASE_URL",
    "BANK_API_CLIENT_ID",
    "BANK_API_CLIENT_SECRET",
    "BANK_API_ISSUER",
    "BANK_API_SCOPE",
    "BANK_API_SIGNING_KEY",
    "BANK_API_TLS_CA",
    "BANK_API_TLS_CERT",
    "BANK_API_TLS_KEY",
    "BANK_API_TOKEN_URL",
    "BANK_CLIENT_MODE",
    "BANK_CUTOFF",
    "BANK_IN_FLIGHT_HORIZON_MINUTES",
    "BANK_SANDBOX_SETTLES_AFTER_MS",
    "BANK_WEBHOOK_SECRET",
    "BIND_ADDRESS",
    "BOT_TOKEN",
    "CHAT_SESSION_MINUTES",
    "CLABE_PREFIX",
    "CLIENTS_FILE",
    "CORS_ORIGINS",
    "DATABASE_POOL_SIZE",
    "DATABASE_STATEMENT_CACHE",
    "DATABASE_URL",
    "DEBUG_KEY",
    "DEFAULT_CURRENCY",
    "DEFAULT_FLOW",
    "DEFAULT_LOCALE",
    "DEFAULT_REGION",
    "DEFAULT_TIME_ZONE",
    "DEMO_DATA",
    "ENCRYPTION_KEY",
    "FLOWS_DIR",
    "HANDOFF_HOURS",
    "HMAC_SECRET",
    "JWT_SECRET",
    "LIMIT_PER_DAY",
    "LIMIT_PER_DEPOSIT",
    "LIMIT_PER_MONTH",
    "LIMIT_PER_TRANSFER",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MAIL_FROM",
    "MAX_ACCOUNTS_PER_IP_PER_HOUR",
    "MAX_CONNECTIONS",
    "MAX_OTP_PER_COUNTRY_PER_HOUR",
    "MAX_OTP_PER_HOUR",
    "MAX_OTP_PER_IP_PER_HOUR",
    "MAX_OTP_PER_PHONE_PER_DAY",
    "MAX_OTP_PER_PREFIX_PER_HOUR",
    "MAX_WALLETS_PER_PERSON",
    "META_APP_SECRET",
    "META_GRAPH_BASE_URL",
    "METRICS_BIND_ADDRESS",
    "NEW_PAYEE_COOLOFF_MINUTES",
    "NLU_OPENAI_API_BASE",
    "NLU_OPENAI_API_KEY",
    "NLU_OPENAI_MODEL",
    "NLU_OPENAI_TOKENS_FIELD",
    "NLU_PROVIDER",
    "NLU_RASA_MIN_CONFIDENCE",
    "NLU_RASA_MIN_GAP",
    "NLU_RASA_TOKEN",
    "NLU_RASA_URL",
    "NLU_TIMEOUT_MS",
    "OTP_EXPIRATION_MINUTES",
    "OTP_LOCK_AFTER_FAILURES",
    "OTP_LOCK_MINUTES",
    "OTP_MAX_ATTEMPTS",
    "OTP_RESEND_COOLDOWN_SECONDS",
    "PUBLIC_BASE_URL",
    "RATE_LIMIT_VERIFY_PER_MINUTE",
    "RATE_LIMIT_WHATSAPP_PER_MINUTE",
    "RECONCILE_EVERY_MINUTES",
    "RECEIVED_TEMPLATE",
    "RELAY_WORKERS",
    "REQUIRE_HMAC_VERIFICATION",
    "RETENTION_CODES_DAYS",
    "RETENTION_DELIVERIES_DAYS",
    "RETENTION_FLOWS_DAYS",
    "RETENTION_TEXTS_DAYS",
    "RETENTION_WEBHOOKS_DAYS",
    "RETURN_TO_ORIGINS",
    "SANDBOX",
    "SANDBOX_BIND_ADDRESS",
    "SANDBOX_SMTP_ADDRESS",
    "SANDBOX_STRANGERS",
    "SHUTDOWN_DRAIN_SECONDS",
    "SMTP_URL",
    "TELEGRAM_API_BASE_URL",
    "TELEGRAM_BOT_NAME",
    "TELEGRAM_MODE",
    "TELEGRAM_WEBHOOK_SECRET",
    "TRANSFER_2FA_THRESHOLD",
    "TRANSFER_APPROVAL_THRESHOLD",
    "TRUSTED_PROXIES",
    "TURN_WORKERS",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_BASE_URL",
    "TWILIO_API_KEY",
    "TWILIO_API_KEY_SECRET",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_LOOKUPS_BASE_URL",
    "TWILIO_SMS_FROM",
    "TWILIO_VERIFY_BASE_URL",
    "TWILIO_WHATSAPP_FROM",
    "VERIFY_PROVIDER",
    "VERIFY_SERVICE_SID",
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_BUSINESS_ACCOUNT_ID",
    "WHATSAPP_CODE_TEMPLATE",
    "WHATSAPP_GRAPH_VERSION",
    "WHATSAPP_PHONE_NUMBER_ID",
    "WHATSAPP_PROVIDER",
    "WHATSAPP_VERIFY_TOKEN",
];

/// Settings that later versions honour. Setting one stops the start: nothing here would obey it.
pub(super) const LATER: &[&str] = &[
    "ACCESS_LOG_DAYS",
    "APPROVAL_HOURS",
    "APPROVAL_TEMPLATE",
    "INVITATION_TEMPLATE",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_SAMPLER_ARG",
    "WEBHOOKS_ALLOW_PRIVATE",
];

/// Settings of an older system, which had another database.
const OLDER_DATABASE: [&str; 2] = ["MONGO_URL", "DB_NAME"];

/// Legacy names of settings, with the names that they have here.
pub(super) const ALIASES: [(&str, &str); 4] = [
    ("JWT_SECRET_KEY", "JWT_SECRET"),
    ("HMAC_SECRET_KEY", "HMAC_SECRET"),
    ("WHATSAPP_APP_SECRET", "META_APP_SECRET"),
    ("WHATSAPP_WABA_ID", "WHATSAPP_BUSINESS_ACCOUNT_ID"),
];

/// Secrets that may be read from a file named by `<NAME>_FILE`.
pub(super) const FROM_FILES: &[&str] = &[
    "JWT_SECRET",
    "JWT_SECRET_KEY",
    "HMAC_SECRET",
    "HMAC_SECRET_KEY",
    "ENCRYPTION_KEY",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY_SECRET",
    "DATABASE_URL",
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_VERIFY_TOKEN",
    "META_APP_SECRET",
    "WHATSAPP_APP_SECRET",
    "BOT_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET",
    "DEBUG_KEY",
    "SMTP_URL",
    "NLU_OPENAI_API_KEY",
    "NLU_RASA_TOKEN",
    "BANK_API_CLIENT_SECRET",
    "BANK_API_SIGNING_KEY",
    "BANK_WEBHOOK_SECRET",
];

/// Most letters in which a misspelt name differs from the right one.
const DISTANCE_MAX: usize = 2;

/// Complains about every name that this build can't honour or that looks misspelt.
pub(super) fn check(values: &BTreeMap<String, String>, faults: &mut SettingsFaults) {
    for (name, value) in values {
        if let Some(complaint) = complaint(name, value) {
            faults.0.push((name.clone(), complaint));
        }
    }
}

fn complaint(name: &str, value: &str) -> Option<String> {
    if LATER.contains(&name) {
        return Some("can't be honoured by this version: remove it".into());
    }
    if OLDER_DATABASE.contains(&name) {
        return Some("belongs to an older system: name the database in DATABASE_URL".into());
    }
    let from_file = name.strip_suffix("_FILE").filter(|base| *base != "CLIENTS" && is_known(base));
    if let Some(base) = from_file {
        let is_secret = FROM_FILES.contains(&base);
        return (!is_secret).then(|| format!("is not read: {base} is no secret, so set it directly"));
    }
    if is_known(name) || is_of_kubernetes(name, value) {
        return None;
    }
    let near = all().find(|known| distance(name, known) <= DISTANCE_MAX)?;
    Some(format!("is no setting; did you mean {near}?"))
}

fn is_known(name: &str) -> bool {
    READ.contains(&name) || ALIASES.iter().any(|(old, _)| *old == name)
}

/// Every name that is accepted or refused by itself, files included.
fn all() -> impl Iterator<Item = String> {
    let plain = [READ, LATER].into_iter().flatten().map(|name| (*name).to_owned());
    let older = ALIASES.iter().map(|(old, _)| (*old).to_owned());
    let files = FROM_FILES.iter().map(|name| format!("{name}_FILE"));
    plain.chain(older).chain(files)
}

/// Variables that Kubernetes sets for each service of a namespace. A service may well be called `sandbox`.
fn is_of_kubernetes(name: &str, value: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.contains("_PORT") && value.starts_with("tcp://"))
}

/// The Levenshtein distance: letters to add, remove or replace.
fn distance(one: &str, other: &str) -> usize {
    if one.len().abs_diff(other.len()) > DISTANCE_MAX {
        return usize::MAX;
    }
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.bytes().enumerate() {
        let mut diagonal = row;
        let mut left = row + 1;
        for (cost, b) in costs.iter_mut().skip(1).zip(other.bytes()) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cost;
            left = replaced.min(*cost + 1).min(left + 1);
            *cost = left;
        }
        if let Some(first) = costs.first_mut() {
            *first = row + 1;
        }
    }
    costs.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &str) -> Option<String> {
        complaint(name, value)
    }

    #[test]
    fn the_distance_counts_letters() {
        for (one, other, expected) in [
            ("SMTP_URL", "SMTP_URL", 0),
            ("SMTP_URI", "SMTP_URL", 1),
            ("SMTP_ULR", "SMTP_URL", 2),
            ("", "AB", 2),
            ("LIMIT_PER_TRANFER", "LIMIT_PER_TRANSFER", 1),
        ] {
            assert_eq!(distance(one, other), expected, "{one}");
        }
    }

    #[test]
    fn a_misspelt_name_is_refused_with_the_right_one() {
        for (name, right) in [
            ("LIMIT_PER_TRANFER", "LIMIT_PER_TRANSFER"),
            ("ENCRIPTION_KEY", "ENCRYPTION_KEY"),
            ("JWT_SECRET_FLIE", "JWT_SECRET_FILE"),
            ("HMAC_SECERT", "HMAC_SECRET"),
            ("NLU_OPENAI_API_KEI", "NLU_OPENAI_API_KEY"),
            ("RETENTION_TEXT_DAYS", "RETENTION_TEXTS_DAYS"),
        ] {
            let complaint = refused(name, "5").unwrap();
            assert!(complaint.contains(right), "{name}: {complaint}");
        }
    }

    #[test]
    fn what_any_machine_has_in_its_environment_is_ignored() {
        for (name, value) in [
            ("HOSTNAME", "pod"),
            ("SANDBOX_PORT", "tcp://10.0.0.3:8001"),
            ("SANDBOX_SERVICE_HOST", "10.0.0.3"),
            ("SANDBOX_SERVICE_PORT_HTTP", "8001"),
            ("BANK_SERVICE_HOST", "10.0.0.3"),
            ("PGHOST", "db"),
            ("NODE_ENV", "production"),
            ("RUST_LOG", "info"),
        ] {
            assert_eq!(refused(name, value), None, "{name}");
        }
    }

    #[test]
    fn what_this_version_cannot_honour_is_refused_and_an_older_database_too() {
        assert!(refused("OTEL_TRACES_SAMPLER_ARG", "1").is_some());
        assert!(refused("MONGO_URL", "mongodb://x").unwrap().contains("DATABASE_URL"));
        assert!(refused("LOG_LEVEL_FILE", "/run/level").is_some(), "it is no secret");
        assert_eq!(refused("BANK_API_BASE_URL", "http://127.0.0.1"), None, "read in its mode only");
    }
}
