//! Which settings are accepted and refused, and that all errors are reported at once.

use super::*;
use std::collections::BTreeMap;

fn production() -> BTreeMap<String, String> {
    [
        ("APP_ENV", "production"),
        ("PUBLIC_BASE_URL", "https://ventanilla.example.com/"),
        ("JWT_SECRET", "an-access-token-secret-of-some-length"),
        ("HMAC_SECRET", "a-code-hash-secret-of-enough-length!!"),
        ("ENCRYPTION_KEY", "a:a-sealing-secret-of-enough-length-1,b:a-sealing-secret-of-enough-length-2"),
        ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
        ("TWILIO_AUTH_TOKEN", "an-auth-token-of-enough-length-xx"),
        ("VERIFY_SERVICE_SID", "VA00000000000000000000000000000001"),
        ("TWILIO_WHATSAPP_FROM", "whatsapp:+14155238886"),
        ("DATABASE_URL", "sqlite:///var/lib/ventanilla/v.db"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn with(name: &str, value: &str) -> BTreeMap<String, String> {
    let mut values = production();
    values.insert(name.to_owned(), value.to_owned());
    values
}

fn read_them(values: &BTreeMap<String, String>) -> Result<Settings, SettingsFaults> {
    read::read(Reader::new(values, SettingsFaults::default()), Vec::new())
}

fn faults(values: &BTreeMap<String, String>) -> Vec<String> {
    read_them(values)
        .err()
        .map(|faults| faults.0.into_iter().map(|(name, _)| name).collect())
        .unwrap_or_default()
}

#[test]
fn production_starts_with_its_required_settings_alone() {
    let settings = read_them(&production()).unwrap();
    assert_eq!(settings.public_base_url, "https://ventanilla.example.com");
    assert_eq!(settings.twilio.unwrap().api_base, "https://api.twilio.com");
    assert!(!settings.demo_data && !settings.sandbox);
    assert_eq!(settings.log_format, LogFormat::Json);
}

#[test]
fn development_sends_codes_to_more_countries_than_production() {
    let allowed = |values: &BTreeMap<String, String>| {
        read_them(values).unwrap().allowed_countries.into_iter().map(Region::code).collect::<Vec<_>>()
    };
    assert_eq!(allowed(&production()), ["MX"]);
    assert_eq!(allowed(&with("APP_ENV", "development")), ["MX", "US", "BR"]);
    let mut values = with("APP_ENV", "development");
    values.insert("ALLOWED_COUNTRIES".into(), "MX".into());
    assert_eq!(allowed(&values), ["MX"]);
}

#[test]
fn all_errors_are_reported_at_once() {
    let nothing = BTreeMap::from([("APP_ENV".to_owned(), "production".to_owned())]);
    let mut named = faults(&nothing);
    named.sort();
    let expected = [
        "ENCRYPTION_KEY",
        "HMAC_SECRET",
        "JWT_SECRET",
        "PUBLIC_BASE_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM",
        "VERIFY_SERVICE_SID",
    ];
    assert_eq!(named, expected);
}

#[test]
fn production_refuses_weak_secrets_demo_data_and_the_sandbox() {
    for (name, value) in [
        ("JWT_SECRET", "short"),
        ("TWILIO_AUTH_TOKEN", "short"),
        ("TWILIO_AUTH_TOKEN", "an-auth-token-of-enough-length-xx,"),
        ("JWT_SECRET", "k2:000000000000000000000000000000000000000000000000"),
        ("HMAC_SECRET", "an-access-token-secret-of-some-length"),
        ("DEBUG_KEY", "an-access-token-secret-of-some-length"),
        ("PUBLIC_BASE_URL", "https://user:password@example.com"),
        ("PUBLIC_BASE_URL", "http://ventanilla.example.com"),
        ("PUBLIC_BASE_URL", "https://127.0.0.1"),
        ("PUBLIC_BASE_URL", "https://localhost:8443"),
        ("DATABASE_URL", "postgres://v@db.example.com/v"),
        ("BANK_CLIENT_MODE", "https"),
        ("NLU_PROVIDER", "gpt"),
        ("TELEGRAM_MODE", "pigeon"),
        ("CORS_ORIGINS", "*"),
        ("MAX_CONNECTIONS", "0"),
        ("OTP_MAX_ATTEMPTS", "0"),
        ("WHATSAPP_GRAPH_VERSION", "25"),
        ("DEMO_DATA", "on"),
        ("SANDBOX", "on"),
        ("DATABASE_URL", "mysql://x"),
        ("OTP_EXPIRATION_MINUTES", "60"),
        ("ALLOWED_COUNTRIES", "MX,ZZ"),
        ("RETURN_TO_ORIGINS", "https://app.example.com,"),
        ("RETURN_TO_ORIGINS", "https://app.example.com/path"),
        ("RETURN_TO_ORIGINS", "*"),
        ("RETURN_TO_ORIGINS", "http://app.example.com"),
        ("RETURN_TO_ORIGINS", "http://localhost:3000"),
        ("LIMIT_PER_DAY", "-5"),
        ("BIND_ADDRESS", "nowhere"),
        ("TRANSFER_2FA_THRESHOLD", "mil"),
        ("TRANSFER_2FA_THRESHOLD", "-1"),
        ("TRANSFER_APPROVAL_THRESHOLD", "mil"),
        ("REQUIRE_HMAC_VERIFICATION", "sometimes"),
        ("CLIENTS_FILE", "/nonexistent/clients.toml"),
    ] {
        assert_eq!(faults(&with(name, value)), [name], "{value}");
    }
}

#[test]
fn in_production_mail_is_encrypted_or_stays_on_the_machine() {
    let by = |url: &str| {
        let mut values = with("SMTP_URL", url);
        values.insert("MAIL_FROM".into(), "mail@example.com".into());
        faults(&values)
    };
    for url in [
        "smtp://u:p@mail.example.com",
        "smtp://mail.example.com:587?tls=opportunistic",
        "smtp://10.0.0.1",
        "smtp://mail.example.com?tls=opportunistic&tls=required",
    ] {
        assert_eq!(by(url), ["SMTP_URL"], "{url}");
    }
    for url in ["smtps://mail.example.com", "smtp://mail.example.com?tls=required", "smtp://127.0.0.1:25"] {
        assert!(by(url).is_empty(), "{url}");
    }
}

#[test]
fn development_listens_on_loopback_only() {
    let mut values = with("APP_ENV", "development");
    values.insert("BIND_ADDRESS".into(), "0.0.0.0:8000".into());
    assert_eq!(faults(&values), ["BIND_ADDRESS"]);
}

#[test]
fn complaints_and_debug_show_no_secret() {
    let values = with("JWT_SECRET", "hunter2-is-too-short");
    let complaint = read_them(&values).unwrap_err().to_string();
    assert!(complaint.contains("JWT_SECRET") && !complaint.contains("hunter2"), "{complaint}");
    let shown = format!("{:?}", read_them(&production()).unwrap());
    assert!(!shown.contains("an-access-token-secret") && !shown.contains("an-auth-token"), "{shown}");
}

#[test]
fn a_prefix_of_clabes_is_ten_to_thirteen_digits() {
    assert_eq!(read_them(&production()).unwrap().clabe_prefix, None, "in production there is no default");
    let prefix = read_them(&with("CLABE_PREFIX", "64618000023")).unwrap().clabe_prefix.unwrap();
    assert_eq!(prefix.as_str(), "64618000023");
    for wrong in ["646180000", "64618000023456", "6461800002x"] {
        assert_eq!(faults(&with("CLABE_PREFIX", wrong)), ["CLABE_PREFIX"], "{wrong}");
    }
}

#[test]
fn people_go_back_only_to_named_origins() {
    assert!(read_them(&production()).unwrap().return_to_origins.is_empty());
    let named = with("RETURN_TO_ORIGINS", "https://app.example.com, https://other.example:8443");
    assert_eq!(read_them(&named).unwrap().return_to_origins.len(), 2);
}

#[test]
fn a_file_of_clients_is_read_and_each_of_its_errors_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.toml");
    let named = with("CLIENTS_FILE", file.to_str().unwrap());
    let of = |id: &str, secret: &str| {
        format!("[[clients]]\nid = \"{id}\"\nscopes = []\nsecrets = [\"{secret}\"]\n")
    };
    std::fs::write(&file, of("treasury", "a secret of the treasury, long enough")).unwrap();
    let settings = read_them(&named).unwrap();
    assert_eq!(settings.clients.first().unwrap().id, "treasury");
    assert!(!settings.require_hmac_verification && !format!("{settings:?}").contains("long enough"));
    std::fs::write(&file, of("treasury", "hunter2") + &of("a:b", "hunter2")).unwrap();
    let complaint = read_them(&named).unwrap_err();
    assert!(
        complaint.0.len() == 4 && complaint.0.iter().all(|(name, _)| name == "CLIENTS_FILE"),
        "{complaint}"
    );
    assert!(
        complaint.to_string().contains("CLIENTS_FILE line 4: a secret must be at least 32 characters long")
    );
    assert!(!complaint.to_string().contains("hunter2"));
}

fn without_twilio(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut values = production();
    values.retain(|name, _| !name.starts_with("TWILIO_") && name != "VERIFY_SERVICE_SID");
    values.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    values
}

const META: [(&str, &str); 5] = [
    ("WHATSAPP_ACCESS_TOKEN", "EAAsomething"),
    ("WHATSAPP_PHONE_NUMBER_ID", "106540352242922"),
    ("WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398"),
    ("WHATSAPP_VERIFY_TOKEN", "a-verify-token-of-ours"),
    ("META_APP_SECRET", "a-secret-of-metas-app-long-enough"),
];
const TELEGRAM: [(&str, &str); 3] = [
    ("BOT_TOKEN", "100001:secret"),
    ("TELEGRAM_WEBHOOK_SECRET", "a-webhook-secret-of-telegram-long-enough"),
    ("TELEGRAM_BOT_NAME", "ventanilla_bot"),
];

#[test]
fn twilio_may_be_missing_where_others_do_its_work() {
    let own = ("VERIFY_PROVIDER", "self");
    for others in [META.as_slice(), TELEGRAM.as_slice()] {
        let values = without_twilio(&[others, &[own]].concat());
        assert!(read_them(&values).unwrap().twilio.is_none());
    }
    let meta = read_them(&without_twilio(&[META.as_slice(), &[own]].concat())).unwrap();
    assert_eq!(meta.whatsapp_provider, WhatsappProvider::Meta, "there is no other");
}

#[test]
fn twilio_is_asked_for_where_it_has_work_and_never_by_halves() {
    let account = ["TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"];
    assert_eq!(faults(&without_twilio(&META)), [account.as_slice(), &["VERIFY_SERVICE_SID"]].concat());
    let alone = without_twilio(&[("VERIFY_PROVIDER", "self")]);
    assert_eq!(faults(&alone), [account.as_slice(), &["TWILIO_WHATSAPP_FROM"]].concat());
    let half = [META.as_slice(), &[("VERIFY_PROVIDER", "self"), ("TWILIO_API_KEY", "SK1")]].concat();
    let missing =
        ["TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY_SECRET", "TWILIO_WHATSAPP_FROM"];
    assert_eq!(faults(&without_twilio(&half)), missing);
}

/// The list of names, what is read, and `.env.example` are the same.
#[test]
fn every_published_setting_is_read_or_refused_and_has_its_line_in_the_example() {
    let mut asked = std::collections::BTreeSet::new();
    let everything = [production(), META.map(own).into(), TELEGRAM.map(own).into()];
    let everything: BTreeMap<_, _> = everything.into_iter().flatten().collect();
    let of_service = |name: &str| BTreeMap::from([own(("NLU_PROVIDER", name))]);
    let of_bank = |method: &str| {
        BTreeMap::from([own(("BANK_CLIENT_MODE", "http")), own(("BANK_API_AUTH_METHOD", method))])
    };
    let banks = [of_bank("client_secret_basic"), of_bank("private_key_jwt")];
    let services = [of_service("openai"), of_service("rasa")];
    for values in [everything, BTreeMap::new()].into_iter().chain(services).chain(banks) {
        let mut reader = Reader::new(&values, SettingsFaults::default());
        read::found(&mut reader);
        asked.extend(reader.asked());
    }
    let read: std::collections::BTreeSet<_> = names::READ.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(asked, read, "names::READ lists exactly what is read");
    let example = include_str!("../../../../.env.example");
    let line = |name: &str| {
        example.lines().any(|line| {
            line.trim_start_matches('#').strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
        })
    };
    let published = [names::READ, names::LATER].concat();
    let missing: Vec<_> = published.iter().filter(|name| !line(name)).collect();
    assert!(missing.is_empty(), "without a line in .env.example: {missing:?}");
    for name in example.lines().filter_map(|line| line.trim_start_matches('#').split_once('=')) {
        let is_name = name.0.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        assert!(!is_name || published.contains(&name.0), "{} is no setting", name.0);
    }
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_bot_that_polls_needs_no_webhook_secret() {
    let own = ("VERIFY_PROVIDER", "self");
    let [token, _secret, name] = TELEGRAM;
    let polling = without_twilio(&[token, name, own, ("TELEGRAM_MODE", "polling")]);
    assert_eq!(read_them(&polling).unwrap().telegram.unwrap().mode, TelegramMode::Polling);
    assert_eq!(faults(&without_twilio(&[token, name, own])), ["TELEGRAM_WEBHOOK_SECRET"]);
    assert_eq!(
        faults(&without_twilio(&[&TELEGRAM, [own].as_slice(), &[("TELEGRAM_MODE", "pull")]].concat())),
        ["TELEGRAM_MODE"]
    );
}

#[test]
fn default_flows_are_told_by_name_or_by_account() {
    let with = |flows| {
        let own = ("VERIFY_PROVIDER", "self");
        without_twilio(&[TELEGRAM.as_slice(), &[own, ("DEFAULT_FLOW", flows)]].concat())
    };
    let settings = read_them(&with("telegram:telegram:100001=oncology-intake")).unwrap();
    assert_eq!(settings.default_flows.accounts().count(), 1);
    for wrong in ["No Flow", "telegram=oncology-intake", "a,b"] {
        assert_eq!(faults(&with(wrong)), ["DEFAULT_FLOW"], "{wrong}");
    }
}
