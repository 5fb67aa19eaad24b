//! The providers' settings: our accounts, their addresses, and the secrets that authenticate webhooks.

use super::{
    MetaSettings, SmtpSettings, TelegramMode, TelegramSettings, TwilioSettings, VerifyProvider,
    WhatsappProvider, defaults::is_production, reader::Reader,
};
use domain::{email::EmailAddress, phone::PhoneNumber};
use secrecy::SecretString;

/// Least length of a signing key in production, in bytes.
const SECRET_LENGTH_MIN: usize = 32;

/// Reads keys, comma-separated during a rotation; the first is the one in use.
fn rotating(r: &mut Reader<'_>, name: &str, value: &str) -> Vec<SecretString> {
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    if !value.is_empty() && parts.iter().any(|part| part.is_empty()) {
        // Anybody could sign with an empty key.
        r.fault(name, "has an empty part between its commas");
    } else if is_production(r.values)
        && !value.is_empty()
        && parts.iter().any(|part| part.len() < SECRET_LENGTH_MIN)
    {
        r.fault(name, "must be at least 32 characters long");
    }
    parts.into_iter().map(SecretString::from).collect()
}

/// Where the Graph API is.
const META: &str = "https://graph.facebook.com";

/// Meta's WhatsApp Cloud API. None if none of its settings is set; if one is set, all must be.
pub(super) fn meta(r: &mut Reader<'_>) -> Option<MetaSettings> {
    const NAMES: [&str; 5] = [
        "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_PHONE_NUMBER_ID",
        "WHATSAPP_BUSINESS_ACCOUNT_ID",
        "WHATSAPP_VERIFY_TOKEN",
        "META_APP_SECRET",
    ];
    const BASE: &str = "META_GRAPH_BASE_URL";
    let version = r.read("WHATSAPP_GRAPH_VERSION", "v25.0", "a version such as v25.0", graph_version);
    let graph_base = r.base_url(BASE, META);
    if NAMES.iter().all(|name| r.get(name).is_none()) {
        return None;
    }
    let secrets = r.required("META_APP_SECRET");
    Some(MetaSettings {
        access_token: r.required("WHATSAPP_ACCESS_TOKEN").into(),
        phone_number_id: r.required("WHATSAPP_PHONE_NUMBER_ID"),
        business_account_id: r.required("WHATSAPP_BUSINESS_ACCOUNT_ID"),
        verify_token: r.required("WHATSAPP_VERIFY_TOKEN").into(),
        app_secrets: rotating(r, "META_APP_SECRET", &secrets),
        graph_version: version.unwrap_or_default(),
        graph_base,
    })
}

fn graph_version(text: &str) -> Option<String> {
    let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_number(major) && is_number(minor)).then(|| text.to_owned())
}

/// The mail server. None if none of its settings is set; if one is set, all must be.
pub(super) fn smtp(r: &mut Reader<'_>) -> Option<SmtpSettings> {
    if r.get("SMTP_URL").is_none() && r.get("MAIL_FROM").is_none() {
        return None;
    }
    let (url, from) = (r.required("SMTP_URL"), r.required("MAIL_FROM"));
    if !url.is_empty() && !adapter_smtp::is_address(&url) {
        r.fault("SMTP_URL", "must be smtp:// or smtps:// and a server, with ?tls=required for STARTTLS");
    } else if !url.is_empty() && is_production(r.values) && !adapter_smtp::is_safe(&url) {
        r.fault("SMTP_URL", "must be smtps://, or have ?tls=required, because mail contains codes");
    }
    let address = EmailAddress::parse(&from).ok();
    if !from.is_empty() && address.is_none() {
        r.fault("MAIL_FROM", "must be an e-mail address");
    }
    Some(SmtpSettings { url: url.into(), from: address? })
}

/// The Telegram bot. None if none of its settings is set; if one is set, all must be.
pub(super) fn telegram(r: &mut Reader<'_>) -> Option<TelegramSettings> {
    const NAMES: [&str; 3] = ["BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_BOT_NAME"];
    let mode = r.read("TELEGRAM_MODE", "webhook", "webhook or polling", TelegramMode::parse);
    let mode = mode.unwrap_or(TelegramMode::Webhook);
    let api_base = r.base_url("TELEGRAM_API_BASE_URL", "https://api.telegram.org");
    if NAMES.iter().all(|name| r.get(name).is_none()) {
        return None;
    }
    let token = r.required("BOT_TOKEN");
    let is_token = token.split_once(':').is_some_and(|(bot, secret)| {
        !bot.is_empty() && bot.bytes().all(|b| b.is_ascii_digit()) && !secret.is_empty()
    });
    if !token.is_empty() && !is_token {
        r.fault("BOT_TOKEN", "must be the bot's number, a colon and its secret");
    }
    let secrets = match mode {
        TelegramMode::Webhook => r.required("TELEGRAM_WEBHOOK_SECRET"),
        TelegramMode::Polling => r.get("TELEGRAM_WEBHOOK_SECRET").unwrap_or_default().to_owned(),
    };
    Some(TelegramSettings {
        bot_token: token.into(),
        mode,
        webhook_secrets: rotating(r, "TELEGRAM_WEBHOOK_SECRET", &secrets),
        bot_name: bot_name(r),
        api_base,
    })
}

/// The bot's name without its `@`. It becomes part of links.
fn bot_name(r: &mut Reader<'_>) -> String {
    let name = r.required("TELEGRAM_BOT_NAME").trim_start_matches('@').to_owned();
    let is_name = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !is_name {
        r.fault("TELEGRAM_BOT_NAME", "must be the bot's name: at most 64 letters, digits and underscores");
    }
    name
}

const TWILIO: [&str; 7] = [
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY",
    "TWILIO_API_KEY_SECRET",
    "VERIFY_SERVICE_SID",
    "TWILIO_WHATSAPP_FROM",
    "TWILIO_SMS_FROM",
];

/// Whom WhatsApp goes through: Twilio, unless the settings say Meta or have nothing but Meta.
pub(super) fn whatsapp_provider(r: &mut Reader<'_>, has_meta: bool) -> Option<WhatsappProvider> {
    const NAME: &str = "WHATSAPP_PROVIDER";
    let has_twilio = TWILIO.iter().any(|name| r.get(name).is_some());
    let default = if has_meta && !has_twilio { "meta" } else { "twilio" };
    let provider = r.read(NAME, default, "twilio or meta", WhatsappProvider::parse);
    if provider == Some(WhatsappProvider::Meta) && !has_meta {
        r.fault(NAME, "is meta, but Meta's settings are missing");
    }
    provider
}

/// Twilio. None if none of its settings is set and others do its work: Meta or Telegram (`other_channels`) carry
/// the messages, and the codes are ours. If one is set, all that its work needs must be.
pub(super) fn twilio(
    r: &mut Reader<'_>,
    verify: Option<VerifyProvider>,
    whatsapp: Option<WhatsappProvider>,
    other_channels: bool,
) -> Option<TwilioSettings> {
    let is_named = r.get("WHATSAPP_PROVIDER") == Some("twilio");
    let is_needed = verify == Some(VerifyProvider::Twilio) || is_named || !other_channels;
    let mut base = |name: &str, default: &str| r.base_url(name, default);
    let api_base = base("TWILIO_API_BASE_URL", "https://api.twilio.com");
    let verify_base = base("TWILIO_VERIFY_BASE_URL", "https://verify.twilio.com");
    let lookups_base = base("TWILIO_LOOKUPS_BASE_URL", "https://lookups.twilio.com");
    if !is_needed && TWILIO.iter().all(|name| r.get(name).is_none()) {
        return None;
    }
    let tokens = r.required("TWILIO_AUTH_TOKEN");
    let sms_from = r.get("TWILIO_SMS_FROM").map(str::to_owned);
    if sms_from.as_deref().is_some_and(|number| PhoneNumber::parse_international(number).is_err()) {
        r.fault("TWILIO_SMS_FROM", "must be a number with + and country code");
    }
    Some(TwilioSettings {
        account_sid: r.required("TWILIO_ACCOUNT_SID"),
        auth_tokens: rotating(r, "TWILIO_AUTH_TOKEN", &tokens),
        api_key: twilio_api_key(r),
        verify_service_sid: match verify {
            Some(VerifyProvider::Own) => r.get("VERIFY_SERVICE_SID").unwrap_or_default().to_owned(),
            Some(VerifyProvider::Twilio) | None => r.required("VERIFY_SERVICE_SID"),
        },
        whatsapp_from: twilio_whatsapp_from(r, whatsapp),
        sms_from,
        api_base,
        verify_base,
        lookups_base,
    })
}

/// A key and its secret, both or neither.
fn twilio_api_key(r: &mut Reader<'_>) -> Option<(String, SecretString)> {
    let key = r.get("TWILIO_API_KEY").map(str::to_owned);
    let secret = r.get("TWILIO_API_KEY_SECRET").map(SecretString::from);
    match (key, secret) {
        (Some(key), Some(secret)) => Some((key, secret)),
        (None, None) => None,
        (Some(_), None) => {
            r.fault("TWILIO_API_KEY_SECRET", "is missing, but TWILIO_API_KEY is set");
            None
        }
        (None, Some(_)) => {
            r.fault("TWILIO_API_KEY", "is missing, but TWILIO_API_KEY_SECRET is set");
            None
        }
    }
}

/// The number that WhatsApp messages come from. It may be missing only if Meta carries WhatsApp.
fn twilio_whatsapp_from(r: &mut Reader<'_>, whatsapp: Option<WhatsappProvider>) -> Option<String> {
    const NAME: &str = "TWILIO_WHATSAPP_FROM";
    if whatsapp == Some(WhatsappProvider::Meta) {
        r.get(NAME)?;
    }
    let from = r.required(NAME);
    let number = from.strip_prefix("whatsapp:");
    let is_address = number.is_some_and(|number| PhoneNumber::parse_international(number).is_ok());
    if !from.is_empty() && !is_address {
        r.fault(NAME, "must be whatsapp: and a number with + and country code");
    }
    Some(from)
}
