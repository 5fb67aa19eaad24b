//! X-Hub-Signature-256: the first line is the header, the rest is the body. Only one header is accepted.
#![no_main]

use adapter_meta_whatsapp::{AppSecrets, MetaWebhook, sign_body};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::InboundWebhook;
use ventanilla_fuzz::{first_line, one_bit_off, post};

const SECRET: &str = "an app secret of the fuzzer";
const NAME: &str = "x-hub-signature-256";

fuzz_target!(|data: &[u8]| {
    let webhook = MetaWebhook {
        secrets: AppSecrets::new(&[SECRET.into()]),
        verify_token: "unused".into(),
        phone_number_ids: Vec::new(),
    };
    let is_taken = |headers: &[(&str, &[u8])], body: &[u8]| {
        webhook.authenticate(&post("https://example.com/webhooks/meta", headers, body)).is_ok()
    };
    let (header, body) = first_line(data);
    let right = sign_body(SECRET, body);
    let is_right = header.starts_with(b"sha256=") && header.eq_ignore_ascii_case(right.as_bytes());
    assert_eq!(is_taken(&[(NAME, header)], body), is_right);
    assert!(is_taken(&[(NAME, right.as_bytes())], body));
    assert!(!is_taken(&[], body));
    assert!(!is_taken(&[(NAME, sign_body("another", body).as_bytes())], body));
    if let Some(changed) = one_bit_off(body) {
        assert!(!is_taken(&[(NAME, right.as_bytes())], &changed));
    }
});
