//! `X-Hub-Signature-256`: HMAC-SHA256 over the received bytes, which Meta signs in their `\uXXXX` form.

use ports::messaging::inbound_webhook::{RawWebhook, SignatureInvalid};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// The length of a SHA-256 in bytes.
const TAG_LENGTH: usize = 32;

/// App secrets that verify signatures; two during a rotation.
pub struct AppSecrets(Vec<hmac::Key>);

impl AppSecrets {
    /// Takes one or more secrets. Without any, every signature is refused.
    #[must_use]
    pub fn new(secrets: &[SecretString]) -> Self {
        // Anybody can sign with an empty key.
        let usable = secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
        Self(usable.map(key).collect())
    }

    /// Checks that Meta signed the request.
    pub(crate) fn verify(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        let header = webhook.header("x-hub-signature-256").ok_or(SignatureInvalid)?;
        let digits = header.strip_prefix(b"sha256=").ok_or(SignatureInvalid)?;
        let mut tag = [0; TAG_LENGTH];
        hex::decode_to_slice(digits, &mut tag).map_err(|_malformed| SignatureInvalid)?;
        // The comparison takes constant time.
        let is_right = self.0.iter().any(|key| hmac::verify(key, &webhook.body, &tag).is_ok());
        if is_right { Ok(()) } else { Err(SignatureInvalid) }
    }
}

/// Signs a body as Meta does, for tests and tools that simulate Meta. Returns the header's value.
#[must_use]
pub fn sign_body(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(hmac::sign(&key(secret), body)))
}

/// Compares two secrets in constant time. False when `ours` is empty.
pub(crate) fn is_same_secret(ours: &SecretString, given: &str) -> bool {
    let ours = ours.expose_secret();
    let key = key(ours);
    !ours.is_empty()
        && hmac::verify(&key, ours.as_bytes(), hmac::sign(&key, given.as_bytes()).as_ref()).is_ok()
}

fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "an app secret of the tests";
    const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[]}"#;

    fn verify(secrets: &[&str], header: Option<&[u8]>, body: &[u8]) -> bool {
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        let headers = header.map(|value| ("x-hub-signature-256".to_owned(), value.to_vec()));
        let webhook = RawWebhook {
            method: "POST".into(),
            public_url: "https://example.com/webhooks/meta".into(),
            headers: headers.into_iter().collect(),
            body: body.to_vec(),
        };
        AppSecrets::new(&secrets).verify(&webhook).is_ok()
    }

    #[test]
    fn the_published_vector_holds() {
        // GitHub's documented example of the same header.
        let signed = sign_body("It's a Secret to Everybody", b"Hello, World!");
        assert_eq!(signed, "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
        assert!(verify(&["It's a Secret to Everybody"], Some(signed.as_bytes()), b"Hello, World!"));
    }

    #[test]
    fn the_bytes_received_are_what_is_signed() {
        let escaped = br#"{"name":"\u00c1na"}"#;
        let signature = sign_body(SECRET, escaped);
        assert!(verify(&[SECRET], Some(signature.as_bytes()), escaped));
        assert!(!verify(&[SECRET], Some(signature.as_bytes()), r#"{"name":"Ána"}"#.as_bytes()));
    }

    #[test]
    fn either_secret_of_a_rotation_is_accepted_and_an_empty_one_is_not() {
        let signature = sign_body("old", BODY);
        assert!(verify(&["new", "old"], Some(signature.as_bytes()), BODY));
        assert!(!verify(&["new"], Some(signature.as_bytes()), BODY));
        assert!(!verify(&["new", ""], Some(sign_body("", BODY).as_bytes()), BODY));
        assert!(!verify(&[], Some(sign_body("", BODY).as_bytes()), BODY));
    }

    #[test]
    fn a_header_that_is_missing_or_malformed_is_refused() {
        let good = sign_body(SECRET, BODY);
        let bare = good.trim_start_matches("sha256=");
        assert!(!verify(&[SECRET], None, BODY));
        for header in ["", "sha256=", "sha256=invalid", bare, &format!("sha1={bare}"), &format!("{good}00")] {
            assert!(!verify(&[SECRET], Some(header.as_bytes()), BODY), "{header}");
        }
        let accents = format!("sha256={}", "é".repeat(64));
        assert!(!verify(&[SECRET], Some(accents.as_bytes()), BODY));
    }

    #[test]
    fn secrets_are_compared_whole() {
        let ours = SecretString::from("token");
        assert!(is_same_secret(&ours, "token"));
        for other in ["", "toke", "token\0", "Token", "tokens"] {
            assert!(!is_same_secret(&ours, other), "{other:?}");
        }
        assert!(!is_same_secret(&SecretString::from(""), ""), "an empty secret matches nothing");
    }

    proptest! {
        #[test]
        fn no_header_passes_by_chance_or_panics(header in prop::collection::vec(any::<u8>(), 0..90)) {
            prop_assert!(!verify(&[SECRET], Some(&header), BODY));
        }

        #[test]
        fn any_body_signed_by_the_secret_passes(body in prop::collection::vec(any::<u8>(), 0..90)) {
            prop_assert!(verify(&[SECRET], Some(sign_body(SECRET, &body).as_bytes()), &body));
            prop_assert!(!verify(&["another"], Some(sign_body(SECRET, &body).as_bytes()), &body));
        }
    }
}
