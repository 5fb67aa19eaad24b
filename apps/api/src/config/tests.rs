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

fn faults(values: &BTreeMap<String, String>) -> Vec<String> {
    read::read(values)
        .err()
        .map(|faults| faults.0.into_iter().map(|(name, _)| name).collect())
        .unwrap_or_default()
}

#[test]
fn production_starts_with_its_required_settings_alone() {
    let settings = read::read(&production()).unwrap();
    assert_eq!(settings.public_base_url, "https://ventanilla.example.com");
    assert_eq!(settings.twilio.api_base, "https://api.twilio.com");
    assert!(!settings.demo_data && !settings.sandbox);
    assert_eq!(settings.log_format, LogFormat::Json);
}

#[test]
fn development_sends_codes_to_more_countries_than_production() {
    let allowed = |values: &BTreeMap<String, String>| {
        read::read(values).unwrap().allowed_countries.into_iter().map(Region::code).collect::<Vec<_>>()
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
        ("PUBLIC_BASE_URL", "https://user:password@example.com"),
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
    let complaint = read::read(&values).unwrap_err().to_string();
    assert!(complaint.contains("JWT_SECRET") && !complaint.contains("hunter2"), "{complaint}");
    let shown = format!("{:?}", read::read(&production()).unwrap());
    assert!(!shown.contains("an-access-token-secret") && !shown.contains("an-auth-token"), "{shown}");
}

#[test]
fn a_prefix_of_clabes_is_ten_to_thirteen_digits() {
    assert_eq!(read::read(&production()).unwrap().clabe_prefix, None, "in production there is no default");
    let prefix = read::read(&with("CLABE_PREFIX", "64618000023")).unwrap().clabe_prefix.unwrap();
    assert_eq!(prefix.as_str(), "64618000023");
    for wrong in ["646180000", "64618000023456", "6461800002x"] {
        assert_eq!(faults(&with("CLABE_PREFIX", wrong)), ["CLABE_PREFIX"], "{wrong}");
    }
}

#[test]
fn people_go_back_only_to_named_origins() {
    assert!(read::read(&production()).unwrap().return_to_origins.is_empty());
    let named = with("RETURN_TO_ORIGINS", "https://app.example.com, https://other.example:8443");
    assert_eq!(read::read(&named).unwrap().return_to_origins.len(), 2);
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
    let settings = read::read(&named).unwrap();
    assert_eq!(settings.clients.first().unwrap().id, "treasury");
    assert!(!settings.require_hmac_verification && !format!("{settings:?}").contains("long enough"));
    std::fs::write(&file, of("treasury", "hunter2") + &of("a:b", "hunter2")).unwrap();
    let complaint = read::read(&named).unwrap_err();
    assert!(
        complaint.0.len() == 4 && complaint.0.iter().all(|(name, _)| name == "CLIENTS_FILE"),
        "{complaint}"
    );
    assert!(
        complaint.to_string().contains("CLIENTS_FILE line 4: a secret must be at least 32 characters long")
    );
    assert!(!complaint.to_string().contains("hunter2"));
}
