//! Twilio's form of an inbound message: it is one message if it has an id, a sender, and a recipient on a known
//! channel.
#![no_main]

use adapter_twilio::{InboundParameters, SignatureKeys, TwilioAddresses, TwilioWebhook};
use domain::{channel_account::Provider, message::Channel};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::{InboundEvent, InboundWebhook};
use ventanilla_fuzz::post;

fuzz_target!(|body: &[u8]| {
    let webhook = TwilioWebhook {
        keys: SignatureKeys::new(Vec::new()),
        addresses: TwilioAddresses {
            account_sid: "AC1".into(),
            whatsapp_from: Some("whatsapp:+14155238886".into()),
            sms_from: Some("+14155238887".into()),
        },
    };
    let given = InboundParameters::parse(body);
    let is_there = |value: &Option<String>| value.as_ref().is_some_and(|text| !text.is_empty());
    let is_whole = given.id().is_some() && is_there(&given.from) && given.to.as_deref().is_some_and(is_known);
    let events = webhook.decode(&post("https://example.com/webhooks/twilio", &[], body));
    assert_eq!(events.is_ok(), is_whole);
    let Ok(events) = events else { return };
    let [InboundEvent::Message(message)] = events.as_slice() else { panic!("not one message") };
    assert_eq!(Some(message.provider_event_id.as_str()), given.id());
    assert_eq!(Some(&message.sender), given.from.as_ref());
    assert!(message.channel_account.provider() == Provider::Twilio && message.raw == body);
});

/// Whether a recipient is not empty and on a known channel. A bare number is one for SMS.
fn is_known(to: &str) -> bool {
    let (channel, address) = to.split_once(':').unwrap_or(("sms", to));
    !address.is_empty() && Channel::parse(channel).is_some_and(|known| known.name() == channel)
}
