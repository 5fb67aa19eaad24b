//! Where settings come from: the environment, in development a `.env`, files that they name, legacy names, and in
//! development the secrets that were made earlier.

use super::{
    DatabaseAddress, Purpose, SettingsFaults, database,
    defaults::{SANDBOX_ADDRESS, SANDBOX_SMTP_ADDRESS, is_production},
    names::{self, ALIASES, FROM_FILES},
};
use crate::dev_secrets;
use config::{Config, Environment};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// The settings as texts, and what is wrong with them so far.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) values: BTreeMap<String, String>,
    pub(super) faults: SettingsFaults,
    /// What the operator should know though it stops nothing.
    pub(super) notes: Vec<String>,
}

/// Collects the settings as texts, by name. `dotenv` is the path of the `.env`, which need not be there.
pub(super) fn gather(env: Vec<(OsString, OsString)>, dotenv: &Path, purpose: Purpose) -> Gathered {
    let mut gathered = Gathered::default();
    let texts = gathered.texts(env);
    let source = Environment::default().ignore_empty(true).source(Some(texts.into_iter().collect()));
    // Names come back in lower case. Values stay texts, because parsing would change «00123».
    let all: Result<BTreeMap<String, String>, _> =
        Config::builder().add_source(source).build().and_then(Config::try_deserialize);
    match all {
        Ok(all) => {
            gathered.values =
                all.into_iter().map(|(name, value)| (name.to_ascii_uppercase(), value)).collect();
        }
        Err(fault) => gathered.fault("environment", fault.to_string()),
    }
    gathered.add_dotenv(dotenv);
    names::check(&gathered.values, &mut gathered.faults);
    gathered.read_files();
    gathered.take_aliases();
    if !is_production(&gathered.values) {
        gathered.fill_development(purpose);
    }
    gathered
}

impl Gathered {
    fn fault(&mut self, name: &str, complaint: impl Into<String>) {
        self.faults.0.push((name.to_owned(), complaint.into()));
    }

    /// The environment as texts. What is no UTF-8 is left out; it matters only under one of our names.
    fn texts(&mut self, env: Vec<(OsString, OsString)>) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (name, value) in env {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => texts.push((name, value)),
                (Ok(name), Err(_)) if names::READ.contains(&name.as_str()) => {
                    self.fault(&name, "is not UTF-8 text");
                }
                _ => {}
            }
        }
        texts
    }

    /// Adds the settings of the `.env` that the environment does not have.
    fn add_dotenv(&mut self, path: &Path) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return,
            Err(fault) => {
                if !is_production(&self.values) {
                    self.fault(".env", format!("can't be read: {}", fault.kind()));
                }
                return;
            }
        };
        if is_production(&self.values) {
            self.notes.push("there is a .env here; it is not read, because APP_ENV is production".into());
            return;
        }
        let text = text.trim_start_matches('\u{feff}');
        for item in dotenvy::from_read_iter(text.as_bytes()) {
            match item {
                // The environment decides which file is read at all.
                Ok((name, _)) if name.eq_ignore_ascii_case("APP_ENV") => {
                    self.fault("APP_ENV", "can't be set in .env: set it in the environment");
                }
                Ok((_, value)) if value.is_empty() => {}
                Ok((name, value)) => {
                    self.values.entry(name.to_ascii_uppercase()).or_insert(value);
                }
                // The error would quote the line, which may hold a secret.
                Err(_malformed) => self.fault(".env", "has a line that is not NAME=value"),
            }
        }
    }

    fn read_files(&mut self) {
        for name in FROM_FILES {
            let file = format!("{name}_FILE");
            let Some(path) = self.values.get(&file).cloned() else { continue };
            if self.values.contains_key(*name) {
                self.fault(&file, format!("is set, and {name} too: set one of them"));
                continue;
            }
            match fs::read_to_string(&path) {
                Ok(text) => {
                    self.values.insert((*name).to_owned(), text.trim_end_matches(['\n', '\r']).to_owned());
                }
                Err(fault) => self.fault(&file, format!("can't be read: {}", fault.kind())),
            }
        }
    }

    fn take_aliases(&mut self) {
        for (old, new) in ALIASES {
            let Some(value) = self.values.get(old).cloned() else { continue };
            match self.values.get(new) {
                Some(other) if *other != value => {
                    self.fault(old, format!("differs from {new}, which means the same: set one of them"));
                }
                Some(_) => {}
                None => {
                    self.values.insert(new.to_owned(), value);
                }
            }
        }
    }

    fn fill_development(&mut self, purpose: Purpose) {
        let named = database::read(self.values.get("DATABASE_URL").map(String::as_str));
        let folder = match named.map(|named| named.address) {
            Some(DatabaseAddress::Sqlite(path)) => {
                Path::new(&path).parent().unwrap_or(Path::new(".")).to_owned()
            }
            _ => PathBuf::from("data"),
        };
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        if let Err(fault) = dev_secrets::fill(&folder, &mut self.values, purpose) {
            let complaint = format!("names a folder that can't be written: {}", fault.kind());
            self.fault("DATABASE_URL", complaint);
        }
        let mut unless_set = |name: &str, value: &str| {
            self.values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        };
        for (name, value) in [
            ("TWILIO_WHATSAPP_FROM", "whatsapp:+14155238886"),
            ("TWILIO_SMS_FROM", "+14155238887"),
            ("WHATSAPP_PHONE_NUMBER_ID", "100000000000001"),
            ("WHATSAPP_BUSINESS_ACCOUNT_ID", "100000000000002"),
            ("TELEGRAM_BOT_NAME", "ventanilla_bot"),
            ("MAIL_FROM", "ventanilla@example.com"),
            ("CLABE_PREFIX", "6461800001"),
            ("NLU_OPENAI_MODEL", "sandbox"),
            ("BANK_ACCOUNT", "646180000100000007"),
        ] {
            unless_set(name, value);
        }
        // Who forgets their name at another bank learns it in development too.
        if !self.values.contains_key("BANK_API_BASE_URL") {
            self.values.entry("BANK_API_CLIENT_ID".to_owned()).or_insert_with(|| "ventanilla".to_owned());
        }
        self.point_at_sandbox();
    }

    /// Base URLs that are not set lead to the sandbox: development never calls a provider by accident.
    fn point_at_sandbox(&mut self) {
        let sandbox =
            self.values.get("SANDBOX_BIND_ADDRESS").cloned().unwrap_or_else(|| SANDBOX_ADDRESS.into());
        let mail = self.values.get("SANDBOX_SMTP_ADDRESS").map_or(SANDBOX_SMTP_ADDRESS, String::as_str);
        let mail = format!("smtp://{mail}");
        self.values.entry("SMTP_URL".to_owned()).or_insert(mail);
        for (name, provider) in [
            ("TWILIO_API_BASE_URL", "twilio"),
            ("TWILIO_VERIFY_BASE_URL", "twilio"),
            ("TWILIO_LOOKUPS_BASE_URL", "twilio"),
            ("META_GRAPH_BASE_URL", "meta"),
            ("TELEGRAM_API_BASE_URL", "telegram"),
            ("NLU_OPENAI_API_BASE", "nlu/openai"),
            ("NLU_RASA_URL", "nlu/rasa"),
            ("BANK_API_BASE_URL", "bank"),
            ("BANK_API_TOKEN_URL", "bank/oauth/token"),
        ] {
            // Who forgets the key of a service learns it in development too. A server that asks for none has its own address.
            if name == "NLU_OPENAI_API_BASE" && !self.values.contains_key("NLU_OPENAI_API_KEY") {
                continue;
            }
            self.values.entry(name.to_owned()).or_insert_with(|| format!("http://{sandbox}/{provider}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(env: &[(&str, &str)], dotenv: &str) -> Gathered {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        fs::write(&file, dotenv).unwrap();
        let database = format!("sqlite://{}/none/v.db", folder.path().display());
        let env = env.iter().copied().chain([("DATABASE_URL", database.as_str())]);
        let env = env.map(|(name, value)| (name.into(), value.into())).collect();
        gather(env, &file, Purpose::Look)
    }

    fn value<'a>(gathered: &'a Gathered, name: &str) -> Option<&'a str> {
        gathered.values.get(name).map(String::as_str)
    }

    fn named(gathered: &Gathered) -> Vec<&str> {
        gathered.faults.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    const DEVELOPMENT: (&str, &str) = ("APP_ENV", "development");

    #[test]
    fn development_reads_a_dotenv_with_quotes_and_comments_and_the_environment_wins() {
        let text = "\u{feff}# a comment\r\nexport LOG_LEVEL='warn'\nDEFAULT_LOCALE=pt  # of the people\n\
                    LOG_FORMAT=\"json\"\nSMTP_URL=\n";
        let found = gathered(&[DEVELOPMENT, ("LOG_FORMAT", "pretty")], text);
        assert!(named(&found).is_empty(), "{}", found.faults);
        assert_eq!(value(&found, "LOG_LEVEL"), Some("warn"));
        assert_eq!(value(&found, "DEFAULT_LOCALE"), Some("pt"));
        assert_eq!(value(&found, "LOG_FORMAT"), Some("pretty"));
        assert_eq!(value(&found, "SMTP_URL"), Some("smtp://127.0.0.1:8025"), "empty is not set");
    }

    #[test]
    fn production_does_not_read_it_and_says_so() {
        let found = gathered(&[("APP_ENV", "production")], "JWT_SECRET=secret\n");
        assert_eq!(value(&found, "JWT_SECRET"), None);
        assert!(found.notes.iter().any(|note| note.contains(".env")), "{:?}", found.notes);
    }

    #[test]
    fn a_dotenv_can_name_neither_the_environment_nor_an_unknown_setting() {
        let found = gathered(&[DEVELOPMENT], "APP_ENV=production\nLIMIT_PER_TRANFER=5\nno line\n");
        assert_eq!(named(&found), ["APP_ENV", ".env", "LIMIT_PER_TRANFER"]);
        assert!(!found.faults.to_string().contains("no line"), "a line may hold a secret");
    }

    #[test]
    fn what_is_set_twice_is_refused_unless_both_say_the_same() {
        let twice = [DEVELOPMENT, ("JWT_SECRET", "one"), ("JWT_SECRET_KEY", "two")];
        assert_eq!(named(&gathered(&twice, "")), ["JWT_SECRET_KEY"]);
        let same = [DEVELOPMENT, ("JWT_SECRET", "one"), ("JWT_SECRET_KEY", "one")];
        assert!(named(&gathered(&same, "")).is_empty());
        let file = [DEVELOPMENT, ("JWT_SECRET", "one"), ("JWT_SECRET_FILE", "/no/such/file")];
        assert_eq!(named(&gathered(&file, "")), ["JWT_SECRET_FILE"]);
    }

    #[test]
    fn a_command_that_only_looks_makes_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("sub");
        let database = format!("sqlite://{}/v.db", inner.display());
        let env = [DEVELOPMENT, ("DATABASE_URL", database.as_str())];
        let env: Vec<_> = env.map(|(name, value)| (name.into(), value.into())).into();
        let nowhere = folder.path().join("none");
        assert!(value(&gather(env.clone(), &nowhere, Purpose::Look), "JWT_SECRET").is_some());
        assert!(!inner.exists());
        gather(env, &nowhere, Purpose::Run);
        assert!(inner.exists());
    }
}
