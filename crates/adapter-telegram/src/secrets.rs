//! X-Telegram-Bot-Api-Secret-Token: the secret that `setWebhook` was given, in every request. It is the only
//! proof of the sender and of the bot; there is no signature over the body.

use ports::messaging::inbound_webhook::{RawWebhook, SignatureInvalid};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// Secrets of the webhook; two during a rotation.
#[derive(Clone)]
pub struct WebhookSecrets(Vec<Expected>);

/// MAC of a secret under a key made of the secret. A given value is the secret when its MAC is the same, and
/// MACs are compared in constant time, whatever the length of the value.
#[derive(Clone)]
struct Expected {
    key: hmac::Key,
    tag: hmac::Tag,
}

impl WebhookSecrets {
    /// Takes one or more secrets. Without any, every request is refused.
    #[must_use]
    pub fn new(secrets: &[SecretString]) -> Self {
        let words = secrets.iter().map(|secret| secret.expose_secret().as_bytes());
        // Anybody can send an empty secret.
        Self(words.filter(|word| !word.is_empty()).map(Expected::of).collect())
    }

    pub(crate) fn verify(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        let given = webhook.header("x-telegram-bot-api-secret-token").ok_or(SignatureInvalid)?;
        if self.0.iter().any(|expected| expected.is(given)) { Ok(()) } else { Err(SignatureInvalid) }
    }
}

impl Expected {
    fn of(word: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, word);
        let tag = hmac::sign(&key, word);
        Self { key, tag }
    }

    fn is(&self, given: &[u8]) -> bool {
        hmac::verify(&self.key, given, self.tag.as_ref()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "kX2-a_Secret-Of_The-Webhook-0001";

    fn secrets(words: &[&str]) -> WebhookSecrets {
        let words: Vec<SecretString> = words.iter().map(|word| SecretString::from(*word)).collect();
        WebhookSecrets::new(&words)
    }

    fn bearing(word: &[u8]) -> RawWebhook {
        RawWebhook {
            method: "POST".into(),
            public_url: "https://example.com/webhooks/telegram".into(),
            headers: vec![("x-telegram-bot-api-secret-token".into(), word.to_vec())],
            body: Vec::new(),
        }
    }

    #[test]
    fn either_secret_of_a_rotation_is_accepted() {
        let both = secrets(&["new", "old"]);
        assert!(both.verify(&bearing(b"new")).is_ok());
        assert!(both.verify(&bearing(b"old")).is_ok());
        assert!(secrets(&["new"]).verify(&bearing(b"old")).is_err());
    }

    #[test]
    fn without_a_secret_every_request_is_refused() {
        let mut silent = bearing(b"");
        assert!(secrets(&[""]).verify(&silent).is_err(), "an empty secret is ignored");
        assert!(secrets(&[]).verify(&bearing(SECRET.as_bytes())).is_err());
        silent.headers.clear();
        assert!(secrets(&[SECRET]).verify(&silent).is_err());
    }

    #[test]
    fn a_part_of_the_secret_or_more_than_it_is_not_the_secret() {
        let known = secrets(&[SECRET]);
        assert!(known.verify(&bearing(SECRET.as_bytes())).is_ok());
        let bytes = SECRET.as_bytes();
        for word in [&bytes[1..], &bytes[..31], &[bytes, b" "].concat(), &[bytes, b"\0"].concat(), b""] {
            assert!(known.verify(&bearing(word)).is_err(), "{word:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_passes_by_chance_or_panics(word in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(secrets(&[SECRET]).verify(&bearing(&word)).is_err());
        }
    }
}
