//! X-Twilio-Signature: the first three lines are header, content type and query; the rest is the body.
#![no_main]

use adapter_twilio::{SignatureKeys, TwilioAddresses, TwilioWebhook, sign_form};
use base64::{Engine, engine::general_purpose::STANDARD};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::InboundWebhook;
use ventanilla_fuzz::{first_line, one_bit_off, post};

const TOKEN: &str = "an auth token of the fuzzer";
const FORM: &[u8] = b"application/x-www-form-urlencoded";
/// Length of an HMAC-SHA1, in bytes.
const TAG_LENGTH: usize = 20;

fuzz_target!(|data: &[u8]| {
    let webhook = TwilioWebhook {
        keys: SignatureKeys::new(vec![TOKEN.into()]),
        addresses: TwilioAddresses {
            account_sid: "AC1".into(),
            whatsapp_from: Some("whatsapp:+14155238886".into()),
            sms_from: None,
        },
    };
    let is_taken = |address: &str, kind: &[u8], signature: &[u8], body: &[u8]| {
        let headers = [("content-type", kind), ("x-twilio-signature", signature)];
        webhook.authenticate(&post(address, &headers, body)).is_ok()
    };
    let (header, rest) = first_line(data);
    let (kind, rest) = first_line(rest);
    let (query, body) = first_line(rest);
    // The caller controls the query; the URL before it is ours.
    let address = format!("https://example.com/webhooks/twilio?{}", String::from_utf8_lossy(query));

    if is_taken(&address, kind, header, body) {
        assert_eq!(STANDARD.decode(header).map(|tag| tag.len()), Ok(TAG_LENGTH));
    }
    let right = sign_form(TOKEN, &address, body);
    assert!(is_taken(&address, FORM, right.as_bytes(), body));
    assert!(!is_taken(&address, FORM, sign_form("another", &address, body).as_bytes(), body));
    assert!(!is_taken(&format!("{address}x"), FORM, right.as_bytes(), body), "another address");
    let mut more = body.to_vec();
    more.extend_from_slice(b"&a parameter that nobody signed=1");
    let is_new = sign_form(TOKEN, &address, &more) != right;
    assert_eq!(is_taken(&address, FORM, right.as_bytes(), &more), !is_new);
    if let Some(changed) = STANDARD.decode(&right).ok().as_deref().and_then(one_bit_off) {
        assert!(!is_taken(&address, FORM, STANDARD.encode(changed).as_bytes(), body));
    }
});
