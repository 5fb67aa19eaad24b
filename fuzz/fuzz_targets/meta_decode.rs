//! Meta's webhook bodies: every JSON object is decoded, and every event has the parts of its key.
#![no_main]

use adapter_meta_whatsapp::{AppSecrets, MetaWebhook, items};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::{InboundEvent, InboundWebhook};
use serde_json::Value;
use ventanilla_fuzz::post;

fuzz_target!(|body: &[u8]| {
    let webhook = MetaWebhook {
        secrets: AppSecrets::new(&[]),
        verify_token: "unused".into(),
        phone_number_ids: vec!["106540352242922".into()],
    };
    let events = webhook.decode(&post("https://example.com/webhooks/meta", &[], body));
    let Ok(events) = events else {
        assert!(
            !serde_json::from_slice::<Value>(body).is_ok_and(|value| value.is_object()),
            "an object was refused"
        );
        return;
    };
    let count = items(body).map(|items| items.len()).unwrap_or_default();
    assert!(count > 0 && events.len() >= count, "{} events of {count} items", events.len());
    for event in events {
        match event {
            InboundEvent::Message(message) => {
                assert!(!message.provider_event_id.is_empty() && !message.sender.is_empty());
                assert!(!message.raw.is_empty());
            }
            InboundEvent::Status(status) => {
                assert!(status.message.is_some() || status.provider_id.is_some_and(|id| !id.is_empty()));
            }
            InboundEvent::Consent(word) => assert!(!word.sender.is_empty()),
            InboundEvent::Notice(notice) => assert!(!notice.kind.is_empty() && !notice.key.is_empty()),
        }
    }
});
