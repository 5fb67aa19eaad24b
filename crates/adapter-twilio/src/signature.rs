//! X-Twilio-Signature (twilio.com/docs/usage/security): HMAC-SHA1 over the public URL and the form.
//!
//! The URL is the *configured* one. A signature is accepted for the URL as it stands, without its port, and
//! with the default port of the scheme, because Twilio signs either form. The signature contains no time: a
//! replay verifies, and is recognised by its message id.

use base64::{Engine, engine::general_purpose::STANDARD};
use ports::messaging::inbound_webhook::{RawWebhook, SignatureInvalid};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use url::Url;

/// Auth tokens that verify signatures; two during a rotation.
#[derive(Clone)]
pub struct SignatureKeys(Vec<SecretString>);

impl SignatureKeys {
    /// Takes one or more auth tokens. Without any, every signature is refused.
    #[must_use]
    pub fn new(tokens: Vec<SecretString>) -> Self {
        // Anybody can sign with an empty key.
        Self(tokens.into_iter().filter(|token| !token.expose_secret().is_empty()).collect())
    }

    /// Checks that Twilio signed the request.
    pub(crate) fn verify(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        let header = webhook.header("x-twilio-signature").ok_or(SignatureInvalid)?;
        let signature = STANDARD.decode(header).map_err(|_malformed| SignatureInvalid)?;
        let form = if is_form(webhook) {
            form_text(&webhook.body)
        } else {
            body_hash_holds(webhook).then(String::new).ok_or(SignatureInvalid)?
        };
        let addresses = spellings(&webhook.public_url);
        let is_right = self.0.iter().any(|token| {
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.expose_secret().as_bytes());
            addresses.iter().any(|address| {
                // The comparison takes constant time.
                hmac::verify(&key, format!("{address}{form}").as_bytes(), &signature).is_ok()
            })
        });
        if is_right { Ok(()) } else { Err(SignatureInvalid) }
    }
}

/// Signs a form as Twilio does, for tests and tools that simulate Twilio. Returns the header's value.
#[must_use]
pub fn sign_form(token: &str, address: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{address}{}", form_text(body)).as_bytes()))
}

fn content_type(webhook: &RawWebhook) -> String {
    let value = webhook.header("content-type").unwrap_or_default();
    String::from_utf8_lossy(value).split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_form(webhook: &RawWebhook) -> bool {
    let kind = content_type(webhook);
    kind == "application/x-www-form-urlencoded" || (kind.is_empty() && webhook.body.is_empty())
}

/// Signed text of a form: its unique keys in byte order, and for each key its unique values in byte order;
/// key and value are decoded, not trimmed, and concatenated. Empty values are included.
fn form_text(body: &[u8]) -> String {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in url::form_urlencoded::parse(body) {
        values.entry(key.into_owned()).or_default().push(value.into_owned());
    }
    let mut text = String::new();
    for (key, mut list) in values {
        list.sort_unstable();
        list.dedup();
        for value in list {
            text.push_str(&key);
            text.push_str(&value);
        }
    }
    text
}

/// Checks a body that is not a form: its hash is in the query, which is signed as part of the URL.
fn body_hash_holds(webhook: &RawWebhook) -> bool {
    let Ok(address) = Url::parse(&webhook.public_url) else { return false };
    let Some((_, claimed)) = address.query_pairs().find(|(name, _)| name == "bodySHA256") else {
        return false;
    };
    let actual = hex::encode(digest::digest(&digest::SHA256, &webhook.body));
    claimed == actual
}

/// The URL as it stands, and its other spelling: without its port, or with the default port of its scheme.
fn spellings(address: &str) -> Vec<String> {
    let mut all = vec![address.to_owned()];
    let Some((scheme, rest)) = address.split_once("://") else { return all };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some((authority, path)) = rest.split_at_checked(end) else { return all };
    let standard = if scheme == "https" { "443" } else { "80" };
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            all.push(format!("{scheme}://{host}{path}"));
        }
        _ => all.push(format!("{scheme}://{authority}:{standard}{path}")),
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKEN: &str = "an auth token of the tests";
    const ADDRESS: &str = "https://example.com/hook?foo=1&bar=2";

    fn keys(tokens: &[&str]) -> SignatureKeys {
        SignatureKeys::new(tokens.iter().map(|token| SecretString::from(*token)).collect())
    }

    fn webhook(address: &str, kind: &str, body: &[u8], signature: &str) -> RawWebhook {
        RawWebhook {
            method: "POST".into(),
            public_url: address.into(),
            headers: vec![
                ("content-type".into(), kind.into()),
                ("x-twilio-signature".into(), signature.as_bytes().to_vec()),
            ],
            body: body.to_vec(),
        }
    }

    fn form(address: &str, body: &[u8], signature: &str) -> RawWebhook {
        webhook(address, "application/x-www-form-urlencoded", body, signature)
    }

    #[test]
    fn the_documented_example_holds() {
        // The example on Twilio's security page.
        let address = "https://example.com/myapp.php?foo=1&bar=2";
        let body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
        let text = "https://example.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212";
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"12345");
        let by_hand = STANDARD.encode(hmac::sign(&key, text.as_bytes()));
        assert_eq!(sign_form("12345", address, body), by_hand);
        assert!(keys(&["12345"]).verify(&form(address, body, &by_hand)).is_ok());
    }

    #[test]
    fn repeated_values_count_once_and_empty_ones_count() {
        assert_eq!(form_text(b"b=2&b=1&b=2&a=&c=+x%20"), "ab1b2c x ");
    }

    #[test]
    fn either_token_of_a_rotation_is_accepted() {
        let signature = sign_form("old", ADDRESS, b"Body=hola");
        assert!(keys(&["new", "old"]).verify(&form(ADDRESS, b"Body=hola", &signature)).is_ok());
        assert!(keys(&["new"]).verify(&form(ADDRESS, b"Body=hola", &signature)).is_err());
        let unkeyed = sign_form("", ADDRESS, b"Body=hola");
        assert!(
            keys(&["new", ""]).verify(&form(ADDRESS, b"Body=hola", &unkeyed)).is_err(),
            "an empty key is ignored"
        );
        assert!(keys(&[]).verify(&form(ADDRESS, b"Body=hola", &signature)).is_err());
    }

    #[test]
    fn the_port_may_be_written_or_not() {
        let (with, without) = ("https://example.com:443/hook", "https://example.com/hook");
        for (ours, theirs) in
            [(with, without), (without, with), ("http://example.com/h", "http://example.com:80/h")]
        {
            let signature = sign_form(TOKEN, theirs, b"a=1");
            assert!(keys(&[TOKEN]).verify(&form(ours, b"a=1", &signature)).is_ok(), "{ours} {theirs}");
        }
        let other = sign_form(TOKEN, "https://example.com:8443/hook", b"a=1");
        assert!(keys(&[TOKEN]).verify(&form(without, b"a=1", &other)).is_err());
    }

    #[test]
    fn a_json_body_is_bound_by_its_hash() {
        let body = br#"{"a":1}"#;
        let hash = hex::encode(digest::digest(&digest::SHA256, body));
        let address = format!("https://example.com/hook?bodySHA256={hash}");
        let signature = sign_form(TOKEN, &address, b"");
        assert!(keys(&[TOKEN]).verify(&webhook(&address, "application/json", body, &signature)).is_ok());
        assert!(keys(&[TOKEN]).verify(&webhook(&address, "application/json", b"{}", &signature)).is_err());
        let bare = "https://example.com/hook";
        let signature = sign_form(TOKEN, bare, b"");
        assert!(keys(&[TOKEN]).verify(&webhook(bare, "application/json", body, &signature)).is_err());
    }

    proptest! {
        #[test]
        fn no_header_passes_by_chance_or_panics(header in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut raw = form(ADDRESS, b"Body=hola", "");
            raw.headers[1].1 = header;
            prop_assert!(keys(&[TOKEN]).verify(&raw).is_err());
        }

        #[test]
        fn any_body_signed_by_the_token_passes(body in prop::collection::vec(any::<u8>(), 0..80)) {
            let signature = sign_form(TOKEN, ADDRESS, &body);
            prop_assert!(keys(&[TOKEN]).verify(&form(ADDRESS, &body, &signature)).is_ok());
        }
    }
}
