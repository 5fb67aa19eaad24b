//! Telegram's updates: each is one event, and the key of the event is the update id.
#![no_main]

use adapter_telegram::{TelegramWebhook, Update, WebhookSecrets};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::{InboundEvent, InboundWebhook};
use ventanilla_fuzz::post;

const ACCOUNT: &str = "telegram:telegram:123456";

fuzz_target!(|body: &[u8]| {
    let webhook = TelegramWebhook { secrets: WebhookSecrets::new(&[]), channel_account: ACCOUNT.parse().unwrap() };
    let events = webhook.decode(&post("https://example.com/webhooks/telegram", &[], body));
    let update = Update::parse(body);
    assert_eq!(events.is_ok(), update.is_ok());
    let (Ok(events), Ok(update)) = (events, update) else { return };
    assert_eq!(events.len(), 1);
    let is_private = update.chat.is_none_or(|chat| chat.is_private);
    for event in events {
        match event {
            InboundEvent::Message(message) => {
                assert_eq!(message.provider_event_id, update.id.to_string());
                assert!(message.sender.parse::<i64>().is_ok() && message.channel_account.key() == ACCOUNT);
                assert!(is_private, "a group was acted on");
            }
            InboundEvent::Consent(word) => assert!(is_private && word.sender.parse::<i64>().is_ok()),
            InboundEvent::Notice(notice) => {
                assert!(notice.key == update.id.to_string() && !notice.kind.is_empty());
            }
            InboundEvent::Status(_) => panic!("Telegram reports no statuses"),
        }
    }
});
