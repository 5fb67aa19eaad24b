//! Meta's webhooks: the envelope, its signature, and the statuses of our messages.

use crate::{
    clock::now,
    config::MetaConfig,
    json::merge,
    memory::{Failure, MetaMessage},
    webhooks::{self, Webhook, WebhookAnswer},
    world::{Shared, World},
};
use actix_web::http::header;
use ring::hmac;
use serde_json::{Value, json};
use std::{fmt::Write, time::Duration};

/// The sandbox's own number in the notation of webhooks.
pub(super) const DISPLAY_NUMBER: &str = "15550783881";
const PAUSE: Duration = Duration::from_millis(20);

/// Wraps a `value` in the envelope of the account and number.
pub(super) fn envelope(config: &MetaConfig, mut value: Value) -> Value {
    let metadata = json!({"display_phone_number": DISPLAY_NUMBER, "phone_number_id": config.phone_number_id});
    merge(&mut value, Some(&json!({"messaging_product": "whatsapp", "metadata": metadata})));
    let entry = json!({"id": config.business_account_id, "changes": [{"value": value, "field": "messages"}]});
    json!({"object": "whatsapp_business_account", "entry": [entry]})
}

/// Signs, posts and records a webhook.
pub(super) async fn post(
    world: &World,
    config: &MetaConfig,
    operation: &str,
    webhook: Value,
) -> Result<WebhookAnswer, String> {
    let address = format!("{}/webhooks/meta", world.config.api_base);
    let body = escaped(&webhook.to_string());
    let key = hmac::Key::new(hmac::HMAC_SHA256, config.app_secret.as_bytes());
    let signature = format!("sha256={}", hex::encode(hmac::sign(&key, body.as_bytes())));
    let request = world
        .http
        .post(&address)
        .header(header::CONTENT_TYPE.as_str(), "application/json")
        .header("X-Hub-Signature-256", signature)
        .body(body);
    webhooks::post(world, Webhook { provider: "meta", operation, address: &address, request, shown: webhook })
        .await
}

/// JSON as Meta writes and signs it: only ASCII, with `\/` for a slash.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing into a String can't fail.
                    let _written = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}

/// Posts the statuses sent and delivered of a message. The phone that shows it reports read.
pub(super) fn report_progress(world: Shared, id: String, is_reachable: bool) {
    tokio::spawn(async move {
        let statuses: &[&str] = if is_reachable { &["sent", "delivered"] } else { &["failed"] };
        for status in statuses {
            tokio::time::sleep(PAUSE).await;
            post_status(&world, &id, status).await;
        }
    });
}

/// Posts a status of a message. Returns the API's HTTP status (0 if it was not reached), or `None` for a
/// message that Meta does not know.
pub(crate) async fn post_status(world: &World, id: &str, status: &str) -> Option<u16> {
    let config = world.config.meta.as_ref()?;
    let value = {
        let memory = world.memory();
        let message = memory.meta.messages.get(id)?;
        json!({"contacts": [memory.meta.contact(&message.recipient)], "statuses": [status_of(message, status)]})
    };
    let webhook = envelope(config, value);
    let answer = post(world, config, "webhook.status", webhook).await;
    Some(answer.map_or(0, |answer| answer.status))
}

fn status_of(message: &MetaMessage, status: &str) -> Value {
    let at = now().timestamp();
    let mut reported = json!({"id": message.id, "status": status, "timestamp": at.to_string()});
    merge(&mut reported, Some(&json!({"recipient_user_id": message.recipient.user_id})));
    if let Some(wa_id) = &message.recipient.wa_id {
        merge(&mut reported, Some(&json!({"recipient_id": wa_id})));
    }
    if let Some(opaque) = &message.opaque {
        merge(&mut reported, Some(&json!({"biz_opaque_callback_data": opaque})));
    }
    let more = match status {
        "sent" => json!({"conversation": conversation(message, at), "pricing": pricing(message)}),
        "delivered" => json!({"pricing": pricing(message)}),
        "failed" => json!({"errors": [error_of(message.failure)]}),
        _ => json!({}),
    };
    merge(&mut reported, Some(&more));
    reported
}

fn error_of(failure: Option<Failure>) -> Value {
    let (code, title, details) = match failure {
        None | Some(Failure::Undeliverable) => (131_026, "Message undeliverable", "Message Undeliverable."),
        Some(Failure::OutsideWindow) => (
            131_047,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer last replied to this \
             number.",
        ),
    };
    json!({
        "code": code, "title": title, "message": title, "error_data": {"details": details},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}

fn conversation(message: &MetaMessage, at: i64) -> Value {
    let id = hex::encode(ring::digest::digest(&ring::digest::SHA256, message.id.as_bytes()));
    let ends = at.saturating_add(86_400).to_string();
    json!({"id": id.get(..32), "expiration_timestamp": ends, "origin": {"type": message.category}})
}

fn pricing(message: &MetaMessage) -> Value {
    let is_free = message.category == "service";
    let kind = if is_free { "free_customer_service" } else { "regular" };
    json!({"billable": !is_free, "pricing_model": "PMP", "category": message.category, "type": kind})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Recipient;

    #[test]
    fn the_signed_form_is_ascii() {
        let json = json!({"a": "señal 😀 https://x"}).to_string();
        let wire = escaped(&json);
        assert_eq!(wire, r#"{"a":"se\u00f1al \ud83d\ude00 https:\/\/x"}"#);
        assert_eq!(
            serde_json::from_str::<Value>(&wire).unwrap(),
            serde_json::from_str::<Value>(&json).unwrap()
        );
    }

    #[test]
    fn a_status_says_whose_and_what_it_cost() {
        let message = MetaMessage {
            id: "wamid.1".into(),
            recipient: Recipient { wa_id: None, user_id: "MX.1".into() },
            opaque: Some(json!("ours")),
            category: "authentication",
            failure: None,
        };
        let sent = status_of(&message, "sent");
        assert_eq!(sent["biz_opaque_callback_data"], "ours");
        assert_eq!((&sent["recipient_user_id"], sent.get("recipient_id")), (&json!("MX.1"), None));
        assert_eq!(
            (&sent["pricing"]["billable"], &sent["conversation"]["origin"]["type"]),
            (&json!(true), &json!("authentication"))
        );
        assert_eq!(status_of(&message, "failed")["errors"][0]["code"], 131_026);
        let late = MetaMessage { failure: Some(Failure::OutsideWindow), ..message.clone() };
        assert_eq!(status_of(&late, "failed")["errors"][0]["code"], 131_047);
        let seen = MetaMessage { recipient: Recipient::of_number("525511112222"), ..message.clone() };
        let sent_to_number = status_of(&seen, "sent");
        assert_eq!(sent_to_number["recipient_id"], "525511112222");
        assert!(sent_to_number["recipient_user_id"].as_str().unwrap().starts_with("MX."));
        assert!(status_of(&message, "read").get("pricing").is_none());
    }
}
