//! Measures how long the largest body takes.
//! Usage: `cargo run --release -p adapter-meta-whatsapp --example decode_speed`.
//!
//! Meta puts at most a thousand updates and 3 MB into one POST, and expects the response within 250 ms.

use adapter_meta_whatsapp::{AppSecrets, MetaWebhook, sign_body};
use ports::messaging::inbound_webhook::{InboundWebhook, RawWebhook};
use std::time::{Duration, Instant};

const SECRET: &str = "a secret of this example";
const UPDATES: usize = 1000;
const ROUNDS: u32 = 20;

fn body(words_length: usize) -> String {
    let words = "ñ".repeat(words_length / 2);
    let person = |n: usize| format!("5255{n:08}");
    let contacts: Vec<_> = (0..UPDATES)
        .rev()
        .map(|n| format!(r#"{{"profile":{{"name":"Persona {n}"}},"wa_id":"{}"}}"#, person(n)))
        .collect();
    let message = |n: usize| {
        let head = format!(r#"{{"from":"{}","id":"wamid.{n}","timestamp":"1700000000""#, person(n));
        format!(r#"{head},"type":"text","text":{{"body":"{words}"}}}}"#)
    };
    let messages: Vec<_> = (0..UPDATES).map(message).collect();
    let (contacts, messages) = (contacts.join(","), messages.join(","));
    let value = format!(
        r#"{{"metadata":{{"phone_number_id":"1"}},"contacts":[{contacts}],"messages":[{messages}]}}"#
    );
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{value}}}]}}]}}"#
    )
}

#[allow(clippy::print_stdout, reason = "the example prints its result")]
fn main() {
    let webhook = MetaWebhook {
        secrets: AppSecrets::new(&[SECRET.into()]),
        verify_token: "unused".into(),
        phone_number_ids: vec!["1".into()],
    };
    for words_length in [40, 2_900] {
        let body = body(words_length).into_bytes();
        let raw = RawWebhook {
            method: "POST".into(),
            public_url: "https://example.com/webhooks/meta".into(),
            headers: vec![("x-hub-signature-256".into(), sign_body(SECRET, &body).into_bytes())],
            body,
        };
        let (mut checking, mut decoding, mut events) = (Duration::ZERO, Duration::ZERO, 0);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let is_right = webhook.authenticate(&raw).is_ok();
            let checked = Instant::now();
            events = webhook.decode(&raw).map_or(0, |events| events.len());
            checking += checked - start;
            decoding += checked.elapsed();
            assert!(is_right, "its own signature");
        }
        println!(
            "{} bytes, {events} events: signature {:?}, decoding {:?}",
            raw.body.len(),
            checking / ROUNDS,
            decoding / ROUNDS
        );
    }
}
