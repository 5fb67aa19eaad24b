//! Where settings come from: the environment, files that it names, legacy names, and in development the
//! secrets that were made earlier.

use super::{
    DatabaseAddress, SettingsFaults,
    defaults::{SANDBOX_ADDRESS, SANDBOX_SMTP_ADDRESS, database, is_production},
};
use crate::dev_secrets;
use config::{Config, Environment};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Legacy names of settings, with the names that they have here.
const ALIASES: [(&str, &str); 4] = [
    ("JWT_SECRET_KEY", "JWT_SECRET"),
    ("HMAC_SECRET_KEY", "HMAC_SECRET"),
    ("WHATSAPP_APP_SECRET", "META_APP_SECRET"),
    ("WHATSAPP_WABA_ID", "WHATSAPP_BUSINESS_ACCOUNT_ID"),
];

/// Secrets that may be read from a file named by `<NAME>_FILE`.
const FROM_FILES: [&str; 13] = [
    "JWT_SECRET",
    "HMAC_SECRET",
    "ENCRYPTION_KEY",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY_SECRET",
    "DATABASE_URL",
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_VERIFY_TOKEN",
    "META_APP_SECRET",
    "BOT_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET",
    "DEBUG_KEY",
    "SMTP_URL",
];

/// Collects the settings as texts, by name.
pub(crate) fn gather(env: Vec<(String, String)>) -> Result<BTreeMap<String, String>, SettingsFaults> {
    let source = Environment::default().ignore_empty(true).source(Some(env.into_iter().collect()));
    // Names come back in lower case. Values stay texts, because parsing would change «00123».
    let all: BTreeMap<String, String> = Config::builder()
        .add_source(source)
        .build()
        .and_then(Config::try_deserialize)
        .map_err(|fault| SettingsFaults(vec![("environment".into(), fault.to_string())]))?;
    let mut values: BTreeMap<String, String> =
        all.into_iter().map(|(name, value)| (name.to_ascii_uppercase(), value)).collect();
    let mut faults = SettingsFaults::default();
    read_files(&mut values, &mut faults);
    for (old, new) in ALIASES {
        if let Some(value) = values.get(old).cloned() {
            values.entry(new.to_owned()).or_insert(value);
        }
    }
    fill_development(&mut values, &mut faults);
    if faults.0.is_empty() { Ok(values) } else { Err(faults) }
}

fn read_files(values: &mut BTreeMap<String, String>, faults: &mut SettingsFaults) {
    for name in FROM_FILES {
        let Some(path) = values.get(&format!("{name}_FILE")).cloned() else { continue };
        match fs::read_to_string(&path) {
            Ok(text) => {
                values.insert(name.to_owned(), text.trim_end_matches(['\n', '\r']).to_owned());
            }
            Err(fault) => faults.0.push((format!("{name}_FILE"), format!("can't be read: {}", fault.kind()))),
        }
    }
}

fn fill_development(values: &mut BTreeMap<String, String>, faults: &mut SettingsFaults) {
    if is_production(values) {
        return;
    }
    let folder = match database(values.get("DATABASE_URL").map(String::as_str)) {
        Some(DatabaseAddress::Sqlite(path)) => Path::new(&path).parent().unwrap_or(Path::new(".")).to_owned(),
        _ => PathBuf::from("data"),
    };
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    if let Err(fault) = dev_secrets::fill(&folder, values) {
        faults
            .0
            .push(("DATABASE_URL".into(), format!("names a folder that can't be written: {}", fault.kind())));
    }
    for (name, value) in [
        ("TWILIO_WHATSAPP_FROM", "whatsapp:+14155238886"),
        ("TWILIO_SMS_FROM", "+14155238887"),
        ("WHATSAPP_PHONE_NUMBER_ID", "100000000000001"),
        ("WHATSAPP_BUSINESS_ACCOUNT_ID", "100000000000002"),
        ("TELEGRAM_BOT_NAME", "ventanilla_bot"),
        ("MAIL_FROM", "ventanilla@example.com"),
        ("CLABE_PREFIX", "6461800001"),
    ] {
        values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    // Base URLs that are not set lead to the sandbox: development never calls a provider by accident.
    let sandbox = values.get("SANDBOX_BIND_ADDRESS").cloned().unwrap_or_else(|| SANDBOX_ADDRESS.into());
    let mail = values.get("SANDBOX_SMTP_ADDRESS").map_or(SANDBOX_SMTP_ADDRESS, String::as_str);
    let mail = format!("smtp://{mail}");
    values.entry("SMTP_URL".to_owned()).or_insert(mail);
    for (name, provider) in [
        ("TWILIO_API_BASE_URL", "twilio"),
        ("TWILIO_VERIFY_BASE_URL", "twilio"),
        ("TWILIO_LOOKUPS_BASE_URL", "twilio"),
        ("META_GRAPH_BASE_URL", "meta"),
        ("TELEGRAM_API_BASE_URL", "telegram"),
    ] {
        values.entry(name.to_owned()).or_insert_with(|| format!("http://{sandbox}/{provider}"));
    }
}
