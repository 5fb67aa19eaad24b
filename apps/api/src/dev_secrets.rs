//! Development makes missing secrets once and keeps them beside the SQLite file. So the first `cargo run`
//! needs no settings, and the next one can open what the first one sealed.

use crate::config::Purpose;
use adapter_crypto::RingRandom;
use ports::ids_and_random::Random;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

const FILE: &str = "development-secrets.env";

/// The secrets that are made: name, and prefix of the value.
const SECRETS: [(&str, &str); 13] = [
    ("JWT_SECRET", ""),
    ("HMAC_SECRET", ""),
    ("ENCRYPTION_KEY", ""),
    ("TWILIO_ACCOUNT_SID", "AC"),
    ("TWILIO_AUTH_TOKEN", ""),
    ("VERIFY_SERVICE_SID", "VA"),
    ("WHATSAPP_ACCESS_TOKEN", "EAA"),
    ("WHATSAPP_VERIFY_TOKEN", ""),
    ("META_APP_SECRET", ""),
    ("BOT_TOKEN", "100001:"),
    ("TELEGRAM_WEBHOOK_SECRET", ""),
    ("BANK_API_CLIENT_SECRET", ""),
    ("BANK_WEBHOOK_SECRET", "whsec_"),
];

/// Sets the secrets that are missing, from the file, and makes those that the file lacks. A command that only looks
/// keeps none of those that it makes: they open nothing.
///
/// # Errors
/// The file can't be read or written.
pub(crate) fn fill(folder: &Path, values: &mut BTreeMap<String, String>, purpose: Purpose) -> io::Result<()> {
    if SECRETS.iter().all(|(name, _)| values.contains_key(*name)) {
        return Ok(());
    }
    let path = folder.join(FILE);
    let mut kept: BTreeMap<String, String> = match fs::read_to_string(&path) {
        Ok(text) => text.lines().filter_map(|line| line.split_once('=')).map(own).collect(),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(fault) => return Err(fault),
    };
    let before = kept.len();
    for (name, prefix) in SECRETS {
        let made = kept.entry(name.to_owned()).or_insert_with(|| new_secret(prefix));
        values.entry(name.to_owned()).or_insert_with(|| made.clone());
    }
    if kept.len() > before && purpose == Purpose::Run {
        fs::create_dir_all(folder)?;
        write_private(&path, &kept)?;
    }
    Ok(())
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// A random secret in hex: 128 bits after a prefix, 192 bits without one.
fn new_secret(prefix: &str) -> String {
    let mut bytes = [0; 24];
    RingRandom::default().fill(&mut bytes);
    let mut hex = String::new();
    for byte in bytes {
        // Writing into a String can't fail.
        let _written = std::fmt::Write::write_fmt(&mut hex, format_args!("{byte:02x}"));
    }
    let length = if prefix.is_empty() { 48 } else { 32 };
    format!("{prefix}{}", hex.chars().take(length).collect::<String>())
}

/// Writes the file; only its owner can read it.
fn write_private(path: &Path, kept: &BTreeMap<String, String>) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    for (name, value) in kept {
        writeln!(file, "{name}={value}")?;
    }
    file.sync_all()
}
