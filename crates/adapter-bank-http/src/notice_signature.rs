//! The signature of a notice, by Standard Webhooks (<https://www.standardwebhooks.com>).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Duration, Utc};
use ports::raw_webhook::{RawWebhook, SignatureInvalid};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes a secret has.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// How far a notice's time may be from ours, before and after.
const TOLERANCE: Duration = Duration::seconds(300);
/// The most signatures of a header that are looked at.
const SIGNATURES_MAX: usize = 16;
/// The longest id of a notice, in bytes.
const ID_MAX: usize = 256;

/// The secrets that verify notices; two while they rotate.
pub struct NoticeSecrets(Vec<hmac::Key>);

/// The text is no secret of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be whsec_ and 24 to 64 bytes in base64; two, comma-separated, while they rotate")]
pub struct InvalidNoticeSecret;

impl NoticeSecrets {
    /// Reads one secret, or several with commas between them.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn parse(secrets: &SecretString) -> Result<Self, InvalidNoticeSecret> {
        secrets
            .expose_secret()
            .split(',')
            .map(|secret| key(secret.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Checks that the bank signed the request within the last minutes.
    pub(crate) fn verify(&self, webhook: &RawWebhook, now: DateTime<Utc>) -> Result<(), SignatureInvalid> {
        let header = |name| webhook.header(name).and_then(|value| std::str::from_utf8(value).ok());
        let id = header("webhook-id").ok_or(SignatureInvalid)?;
        let timestamp = header("webhook-timestamp").ok_or(SignatureInvalid)?;
        let signatures = header("webhook-signature").ok_or(SignatureInvalid)?;
        let is_id = (1..=ID_MAX).contains(&id.len());
        if !is_id || !is_recent(timestamp, now) {
            return Err(SignatureInvalid);
        }
        let content = content(id, timestamp, &webhook.body);
        let tags = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).take(SIGNATURES_MAX);
        let mut tags = tags.filter_map(|tag| STANDARD.decode(tag).ok());
        // The comparison takes constant time.
        let is_right = tags.any(|tag| self.0.iter().any(|key| hmac::verify(key, &content, &tag).is_ok()));
        if is_right { Ok(()) } else { Err(SignatureInvalid) }
    }
}

fn is_recent(timestamp: &str, now: DateTime<Utc>) -> bool {
    let seconds = timestamp.bytes().all(|b| b.is_ascii_digit()).then(|| timestamp.parse().ok()).flatten();
    let sent = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    sent.is_some_and(|sent| now.signed_duration_since(sent).abs() <= TOLERANCE)
}

fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

fn key(secret: &str) -> Result<hmac::Key, InvalidNoticeSecret> {
    let bytes = secret.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.filter(|bytes| SECRET_BYTES.contains(&bytes.len())).ok_or(InvalidNoticeSecret)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// Signs a notice as a bank does, for tests and tools that play a bank. Returns the value of `webhook-signature`.
///
/// # Errors
/// When the secret is none.
pub fn sign_notice(
    secret: &str,
    id: &str,
    timestamp: &str,
    body: &[u8],
) -> Result<String, InvalidNoticeSecret> {
    let tag = hmac::sign(&key(secret)?, &content(id, timestamp, body));
    Ok(format!("v1,{}", STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // The example of the Standard Webhooks libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const SENT: i64 = 1_614_265_330;

    fn webhook(headers: &[(&str, &str)], body: &[u8]) -> RawWebhook {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        RawWebhook {
            method: "POST".into(),
            public_url: "https://example.com/webhooks/bank".into(),
            headers: headers.collect(),
            body: body.to_vec(),
        }
    }

    fn verify(secrets: &str, headers: &[(&str, &str)], body: &[u8], seconds_later: i64) -> bool {
        let now = DateTime::from_timestamp(SENT + seconds_later, 0).unwrap();
        NoticeSecrets::parse(&secrets.into()).unwrap().verify(&webhook(headers, body), now).is_ok()
    }

    fn signed(signature: &str) -> [(&str, &str); 3] {
        [("webhook-id", ID), ("webhook-timestamp", "1614265330"), ("webhook-signature", signature)]
    }

    #[test]
    fn the_published_vector_holds() {
        assert_eq!(sign_notice(SECRET, ID, "1614265330", BODY).unwrap(), SIGNATURE);
        assert!(verify(SECRET, &signed(SIGNATURE), BODY, 0));
    }

    #[test]
    fn five_minutes_before_and_after_are_near_enough() {
        for (later, is_near) in [(300, true), (301, false), (-300, true), (-301, false), (315_360_000, false)]
        {
            assert_eq!(verify(SECRET, &signed(SIGNATURE), BODY, later), is_near, "{later}");
        }
    }

    #[test]
    fn either_secret_of_a_rotation_is_accepted() {
        assert!(verify(&format!("{OTHER},{SECRET}"), &signed(SIGNATURE), BODY, 0));
        assert!(!verify(OTHER, &signed(SIGNATURE), BODY, 0));
    }

    #[test]
    fn one_right_signature_among_others_is_enough() {
        assert!(verify(SECRET, &signed(&format!("v1,AAAA v1a,BBBB {SIGNATURE}")), BODY, 0));
        for wrong in
            ["", "v1,", "v1,AAAA", &SIGNATURE.replace("v1,", "v1a,"), SIGNATURE.trim_start_matches("v1,")]
        {
            assert!(!verify(SECRET, &signed(wrong), BODY, 0), "{wrong}");
        }
    }

    #[test]
    fn id_time_and_body_are_signed_and_needed() {
        assert!(!verify(SECRET, &signed(SIGNATURE), br#"{"test": 2432232315}"#, 0));
        let all = signed(SIGNATURE);
        for at in 0..3 {
            let without: Vec<_> =
                all.into_iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| one).collect();
            assert!(!verify(SECRET, &without, BODY, 0), "without {}", all[at].0);
        }
        for (at, other) in [(0, "msg_other"), (1, "1614265331"), (1, "+1614265330"), (1, "now")] {
            let mut changed = all;
            changed[at].1 = other;
            assert!(!verify(SECRET, &changed, BODY, 0), "{other}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        let short = format!("whsec_{}", STANDARD.encode([7; 23]));
        for text in [
            "",
            "secret",
            "whsec_",
            "whsec_***",
            &short,
            SECRET.trim_start_matches("whsec_"),
            &format!("{SECRET},"),
        ] {
            assert!(NoticeSecrets::parse(&text.into()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_header_passes_by_chance_or_panics(signature in "\\PC{0,90}", time in "\\PC{0,12}") {
            let headers = [("webhook-id", ID), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
            prop_assert!(!verify(SECRET, &headers, BODY, 0));
        }
    }
}
