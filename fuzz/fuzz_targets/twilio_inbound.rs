//! Twilio's form of an inbound message: it is one message if it has an id, a sender and a recipient.
#![no_main]

use adapter_twilio::{InboundParameters, SignatureKeys, TwilioAddresses, TwilioWebhook};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::{InboundEvent, InboundWebhook};
use ventanilla_fuzz::post;

fuzz_target!(|body: &[u8]| {
    let webhook = TwilioWebhook {
        keys: SignatureKeys::new(Vec::new()),
        addresses: TwilioAddresses {
            account_sid: "AC1".into(),
            whatsapp_from: "whatsapp:+14155238886".into(),
            sms_from: Some("+14155238887".into()),
        },
    };
    let given = InboundParameters::parse(body);
    let is_there = |value: &Option<String>| value.as_ref().is_some_and(|text| !text.is_empty());
    let is_whole = given.id().is_some() && is_there(&given.from) && is_there(&given.to);
    let events = webhook.decode(&post("https://example.com/webhooks/twilio", &[], body));
    assert_eq!(events.is_ok(), is_whole);
    let Ok(events) = events else { return };
    let [InboundEvent::Message(message)] = events.as_slice() else { panic!("not one message") };
    assert_eq!(Some(message.provider_event_id.as_str()), given.id());
    assert_eq!(Some(&message.sender), given.from.as_ref());
    assert!(message.channel_account.starts_with("twilio:") && message.raw == body);
});
