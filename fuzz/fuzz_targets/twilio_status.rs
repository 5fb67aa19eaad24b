//! Twilio's status callback: the first line is the query of the URL, the rest is the form.
#![no_main]

use adapter_twilio::{SignatureKeys, TwilioStatusWebhook};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::{InboundEvent, InboundWebhook};
use ventanilla_fuzz::{first_line, post};

fuzz_target!(|data: &[u8]| {
    let (query, body) = first_line(data);
    let address = format!("https://example.com/webhooks/twilio/status?{}", String::from_utf8_lossy(query));
    let webhook = TwilioStatusWebhook { keys: SignatureKeys::new(Vec::new()) };
    let Ok(events) = webhook.decode(&post(&address, &[], body)) else {
        // A form that names a status is decoded, whatever the value of the status.
        assert!(!body.starts_with(b"MessageStatus="));
        return;
    };
    match events.as_slice() {
        [] => {}
        [InboundEvent::Status(report)] => {
            assert!(report.message.is_none() || address.contains("m="), "an id from nowhere");
            assert!(report.error.as_deref() != Some(""));
        }
        _ => panic!("something else than one status"),
    }
});
