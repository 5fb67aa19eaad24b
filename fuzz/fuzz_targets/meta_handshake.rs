//! Meta's handshake query: without the token it is refused, and with the token it returns the challenge.
#![no_main]

use adapter_meta_whatsapp::{AppSecrets, MetaWebhook};
use libfuzzer_sys::fuzz_target;
use url::form_urlencoded::{Serializer, parse};

const TOKEN: &str = "verify-me";

fn query(token: &str, challenge: &str) -> String {
    let pairs = [("hub.mode", "subscribe"), ("hub.verify_token", token), ("hub.challenge", challenge)];
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fuzz_target!(|text: &str| {
    let webhook = MetaWebhook {
        secrets: AppSecrets::new(&[]),
        verify_token: TOKEN.into(),
        phone_number_ids: Vec::new(),
    };
    if let Ok(challenge) = webhook.handshake(text) {
        let bears = |name: &str, value: &str| parse(text.as_bytes()).any(|(n, v)| n == name && v == value);
        assert!(bears("hub.mode", "subscribe") && bears("hub.verify_token", TOKEN));
        assert!(bears("hub.challenge", &challenge));
    }
    assert_eq!(webhook.handshake(&query(TOKEN, text)).as_deref(), Ok(text));
    assert_eq!(webhook.handshake(&query(text, "1")).is_ok(), text == TOKEN);
});
