//! X-Telegram-Bot-Api-Secret-Token: only the secret is accepted.
#![no_main]

use adapter_telegram::{TelegramWebhook, WebhookSecrets};
use libfuzzer_sys::fuzz_target;
use ports::messaging::inbound_webhook::InboundWebhook;
use ventanilla_fuzz::{one_bit_off, post};

const SECRETS: [&str; 2] = ["new-Secret_of-the-fuzzer", "old"];

fuzz_target!(|header: &[u8]| {
    let webhook = TelegramWebhook {
        secrets: WebhookSecrets::new(&SECRETS.map(Into::into)),
        channel_account: "telegram:telegram:123456".parse().unwrap(),
    };
    let is_taken = |header: &[u8]| {
        let headers = [("x-telegram-bot-api-secret-token", header)];
        webhook.authenticate(&post("https://example.com/webhooks/telegram", &headers, b"{}")).is_ok()
    };
    let is_right = |header: &[u8]| SECRETS.iter().any(|secret| secret.as_bytes() == header);
    assert_eq!(is_taken(header), is_right(header));
    if let Some(changed) = one_bit_off(header) {
        assert_eq!(is_taken(&changed), is_right(&changed));
    }
});
