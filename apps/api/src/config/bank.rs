//! The outside bank: where its gateway is, how we prove who we are, and when its days end. Its settings are read in its
//! mode only.

use super::{defaults::is_production, reader::Reader, understanding::is_own_server};
use adapter_bank_http::{
    BankConfig, ClientAuthentication, NoticeSecrets, SigningKey, TlsFiles, TlsFilesError,
};
use domain::money::bank::Cutoff;
use secrecy::SecretString;
use std::{path::PathBuf, time::Duration};
use url::Url;

/// Longest time until a connection to the bank is there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest time of a call to the bank, from its start to the last byte of the answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest horizon, in minutes: a week.
const HORIZON_MINUTES_MAX: i64 = 10_080;
/// The longest time between two reconciliations, in minutes: a day.
const RECONCILE_MINUTES_MAX: i64 = 1_440;
/// The longest of our account's names, in characters.
const ACCOUNT_MAX: usize = 34;

/// A bank that pays accounts outside the platform.
#[derive(Clone, Debug)]
pub struct BankSettings {
    /// How it is called.
    pub client: BankConfig,
    /// The secrets that sign its notices, comma-separated while they rotate. None: the webhook is closed.
    pub notice_secrets: Option<SecretString>,
    /// The time of day from which on a payment belongs to the next operating date.
    pub cutoff: Cutoff,
    /// How long a payment that the bank doesn't know may still be on its way there.
    pub in_flight_horizon: chrono::Duration,
    /// How often the day and the day before are reconciled.
    pub reconcile_every: chrono::Duration,
    /// How long the sandbox's bank takes to settle a payment.
    pub sandbox_settles_after: Duration,
}

/// Reads the bank's settings. `None`: payments to accounts outside are simulated, or a setting was refused.
pub(super) fn bank(r: &mut Reader<'_>) -> Option<BankSettings> {
    let mode = r.read("BANK_CLIENT_MODE", "local", "local or http", |mode| {
        ["local", "http"].contains(&mode).then(|| mode.to_owned())
    });
    let times = times(r);
    (mode.as_deref() == Some("http")).then(|| http(r, times)).flatten()
}

/// Settings that are read in every mode.
#[derive(Clone, Copy)]
struct Times {
    cutoff: Option<Cutoff>,
    horizon: chrono::Duration,
    reconcile_every: chrono::Duration,
}

fn times(r: &mut Reader<'_>) -> Times {
    let horizon = r.within("BANK_IN_FLIGHT_HORIZON_MINUTES", 60, 1..=HORIZON_MINUTES_MAX);
    let every = r.within("RECONCILE_EVERY_MINUTES", 60, 1..=RECONCILE_MINUTES_MAX);
    Times {
        cutoff: r.read("BANK_CUTOFF", "18:00", "a time of day such as 18:00", |text| text.parse().ok()),
        horizon: chrono::Duration::minutes(horizon),
        reconcile_every: chrono::Duration::minutes(every),
    }
}

/// Every setting is looked at, also after one that is wrong.
fn http(r: &mut Reader<'_>, times: Times) -> Option<BankSettings> {
    let (base, token_url) = (address(r, "BANK_API_BASE_URL"), address(r, "BANK_API_TOKEN_URL"));
    let client_id = r.required("BANK_API_CLIENT_ID");
    let scope = r.get("BANK_API_SCOPE").map(str::to_owned);
    let method = r.read(
        "BANK_API_AUTH_METHOD",
        "client_secret_basic",
        "client_secret_basic, client_secret_post, tls_client_auth or private_key_jwt",
        Method::parse,
    );
    let tls = tls(r, method == Some(Method::Tls));
    let authentication = method.map(|method| authentication(r, method));
    let account = account(r);
    let notice_secrets = notice_secrets(r);
    let settles_after = r.within("BANK_SANDBOX_SETTLES_AFTER_MS", 0, 0..=600_000);
    Some(BankSettings {
        client: BankConfig {
            base: base?,
            token_url: token_url?,
            client_id,
            authentication: authentication??,
            scope,
            tls,
            account,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: CALL_TIMEOUT,
        },
        notice_secrets,
        cutoff: times.cutoff?,
        in_flight_horizon: times.horizon,
        reconcile_every: times.reconcile_every,
        sandbox_settles_after: Duration::from_millis(settles_after),
    })
}

/// An address of the bank's. In production it is called over the internet only by TLS.
fn address(r: &mut Reader<'_>, name: &str) -> Option<Url> {
    if r.get(name).is_none() {
        r.required(name);
        return None;
    }
    let text = r.base_url(name, "");
    if is_production(r.values) && text.starts_with("http:") && !is_own_server(&text) {
        r.fault(name, "must be https, unless the server is on this machine or in a private network");
    }
    Url::parse(&text).ok()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Basic,
    Post,
    Tls,
    Jwt,
}

impl Method {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "client_secret_basic" => Some(Self::Basic),
            "client_secret_post" => Some(Self::Post),
            "tls_client_auth" => Some(Self::Tls),
            "private_key_jwt" => Some(Self::Jwt),
            _ => None,
        }
    }
}

fn authentication(r: &mut Reader<'_>, method: Method) -> Option<ClientAuthentication> {
    match method {
        Method::Basic => Some(ClientAuthentication::SecretBasic(r.required("BANK_API_CLIENT_SECRET").into())),
        Method::Post => Some(ClientAuthentication::SecretPost(r.required("BANK_API_CLIENT_SECRET").into())),
        Method::Tls => Some(ClientAuthentication::Tls),
        Method::Jwt => {
            const KEY: &str = "BANK_API_SIGNING_KEY";
            let issuer = r.required("BANK_API_ISSUER");
            let pem = r.required(KEY);
            match SigningKey::from_pem(&pem) {
                Ok(key) => Some(ClientAuthentication::PrivateKeyJwt { key, issuer }),
                Err(invalid) => {
                    if !pem.is_empty() {
                        r.fault(KEY, invalid.to_string());
                    }
                    None
                }
            }
        }
    }
}

/// The files of certificates, read once to see that they can be used.
fn tls(r: &mut Reader<'_>, needs_identity: bool) -> TlsFiles {
    const CA: &str = "BANK_API_TLS_CA";
    const CERT: &str = "BANK_API_TLS_CERT";
    const KEY: &str = "BANK_API_TLS_KEY";
    let path = |name: &str| r.get(name).map(PathBuf::from);
    let (roots, certificate, key) = (path(CA), path(CERT), path(KEY));
    let is_asked = needs_identity || certificate.is_some() || key.is_some();
    for (name, other, file) in [(CERT, KEY, &certificate), (KEY, CERT, &key)] {
        if is_asked && file.is_none() {
            let is_set = format!("{other} is set");
            let why = if needs_identity { "BANK_API_AUTH_METHOD is tls_client_auth" } else { &is_set };
            r.fault(name, format!("is missing, but {why}"));
        }
    }
    let files = TlsFiles { roots, identity: certificate.zip(key) };
    if let Err(error) = files.load() {
        let name = match error {
            TlsFilesError::Roots(_) => CA,
            TlsFilesError::Certificate(_) => CERT,
            TlsFilesError::Key(_) => KEY,
        };
        if !files.are_none() {
            r.fault(name, format!("can't be used: {error}"));
        }
    }
    files
}

fn account(r: &mut Reader<'_>) -> String {
    const NAME: &str = "BANK_ACCOUNT";
    let account = r.required(NAME);
    if account.len() > ACCOUNT_MAX || !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        r.fault(NAME, "must be an account number of at most 34 letters and digits");
    }
    account
}

fn notice_secrets(r: &mut Reader<'_>) -> Option<SecretString> {
    const NAME: &str = "BANK_WEBHOOK_SECRET";
    let secrets = SecretString::from(r.get(NAME)?);
    if let Err(invalid) = NoticeSecrets::parse(&secrets) {
        r.fault(NAME, invalid.to_string());
    }
    Some(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SettingsFaults;
    use std::collections::BTreeMap;

    const WHOLE: [(&str, &str); 7] = [
        ("APP_ENV", "production"),
        ("BANK_CLIENT_MODE", "http"),
        ("BANK_API_BASE_URL", "https://gateway.bank.example/v1/"),
        ("BANK_API_TOKEN_URL", "https://login.bank.example/token"),
        ("BANK_API_CLIENT_ID", "ventanilla"),
        ("BANK_API_CLIENT_SECRET", "a secret"),
        ("BANK_ACCOUNT", "646180000100000007"),
    ];

    /// The settings; the names of those that are wrong. `None` takes a setting away.
    fn read(changes: &[(&str, Option<&str>)]) -> Result<Option<BankSettings>, Vec<String>> {
        let mut values: BTreeMap<String, String> =
            WHOLE.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        for (name, value) in changes {
            match value {
                Some(value) => drop(values.insert((*name).into(), (*value).into())),
                None => drop(values.remove(*name)),
            }
        }
        let mut reader = Reader::new(&values, SettingsFaults::default());
        let read = bank(&mut reader);
        let faults: Vec<String> = reader.faults.0.into_iter().map(|(name, _)| name).collect();
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    #[test]
    fn without_a_bank_its_address_is_not_looked_at_but_times_are() {
        let local = read(&[("BANK_CLIENT_MODE", None), ("BANK_API_BASE_URL", Some("nowhere"))]);
        assert!(matches!(local, Ok(None)));
        let wrong = [
            ("BANK_CUTOFF", "25:61"),
            ("BANK_IN_FLIGHT_HORIZON_MINUTES", "long"),
            ("RECONCILE_EVERY_MINUTES", "often"),
        ];
        for (name, value) in wrong {
            assert_eq!(read(&[("BANK_CLIENT_MODE", None), (name, Some(value))]).unwrap_err(), [name]);
        }
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let bank = read(&[]).unwrap().unwrap();
        assert_eq!((bank.cutoff.to_string().as_str(), bank.in_flight_horizon.num_minutes()), ("18:00", 60));
        assert!(bank.notice_secrets.is_none() && bank.sandbox_settles_after.is_zero());
        assert!(matches!(bank.client.authentication, ClientAuthentication::SecretBasic(_)));
        let shown = format!("{bank:?}");
        assert!(!shown.contains("a secret") && !shown.contains("646180000100000007"), "{shown}");
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let nothing: Vec<_> = WHOLE.iter().skip(2).map(|(name, _)| (*name, None)).collect();
        let names = [
            "BANK_API_BASE_URL",
            "BANK_API_TOKEN_URL",
            "BANK_API_CLIENT_ID",
            "BANK_API_CLIENT_SECRET",
            "BANK_ACCOUNT",
        ];
        assert_eq!(read(&nothing).unwrap_err(), names);
    }

    #[test]
    fn each_way_to_authenticate_asks_for_what_it_needs() {
        let by = |method| ("BANK_API_AUTH_METHOD", Some(method));
        let no_secret = ("BANK_API_CLIENT_SECRET", None);
        assert_eq!(
            read(&[by("private_key_jwt"), no_secret]).unwrap_err(),
            ["BANK_API_ISSUER", "BANK_API_SIGNING_KEY"]
        );
        assert_eq!(
            read(&[by("tls_client_auth"), no_secret]).unwrap_err(),
            ["BANK_API_TLS_CERT", "BANK_API_TLS_KEY"]
        );
        assert_eq!(read(&[by("client_secret_post"), no_secret]).unwrap_err(), ["BANK_API_CLIENT_SECRET"]);
        assert_eq!(
            read(&[("BANK_CUTOFF", Some("six")), by("none")]).unwrap_err(),
            ["BANK_CUTOFF", "BANK_API_AUTH_METHOD"]
        );
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (name, value) in [
            ("BANK_CLIENT_MODE", "https"),
            ("BANK_API_BASE_URL", "gateway"),
            ("BANK_API_BASE_URL", "http://gateway.bank.example"),
            ("BANK_API_TOKEN_URL", "https://u:p@login.bank.example"),
            ("BANK_API_AUTH_METHOD", "basic"),
            ("BANK_API_TLS_CA", "/nonexistent/ca.pem"),
            ("BANK_ACCOUNT", "6461 8000"),
            ("BANK_CUTOFF", "25:00"),
            ("BANK_IN_FLIGHT_HORIZON_MINUTES", "soon"),
            ("BANK_IN_FLIGHT_HORIZON_MINUTES", "0"),
            ("BANK_SANDBOX_SETTLES_AFTER_MS", "-1"),
            ("BANK_WEBHOOK_SECRET", "secret"),
        ] {
            assert_eq!(read(&[(name, Some(value))]).unwrap_err(), [name], "{value}");
        }
    }

    #[test]
    fn a_certificate_and_its_key_go_together() {
        let faults = read(&[("BANK_API_TLS_CERT", Some("/nonexistent/own.pem"))]).unwrap_err();
        assert_eq!(faults, ["BANK_API_TLS_KEY"]);
        let faults = read(&[("BANK_API_TLS_KEY", Some("/nonexistent/own.key"))]).unwrap_err();
        assert_eq!(faults, ["BANK_API_TLS_CERT"]);
        let both = [
            ("BANK_API_TLS_CERT", Some("/nonexistent/own.pem")),
            ("BANK_API_TLS_KEY", Some("/nonexistent/own.key")),
        ];
        assert_eq!(read(&both).unwrap_err(), ["BANK_API_TLS_CERT"]);
    }
}
