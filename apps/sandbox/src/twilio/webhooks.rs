//! Twilio's webhooks: messages from people and statuses of our messages, signed with the auth token.

use crate::{
    clock::now,
    inbound_action::InboundAction,
    memory::phone_key,
    user_id::{self, is_user_id},
    webhooks::{self, Webhook, WebhookAnswer, posted},
    world::{Shared, World},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

/// Posts a message to the API as Twilio does. Returns its `message_id` and the API's answer.
pub(crate) async fn post_inbound(world: &World, action: &InboundAction) -> Result<Value, String> {
    let sid = action.message_id.clone().unwrap_or_else(|| world.new_sid("SM"));
    let form = inbound_form(world, action, &sid);
    let address = format!("{}/webhooks/twilio", world.config.api_base);
    let answer = post(world, "webhook.inbound", &address, &form).await?;
    Ok(posted(&sid, &answer))
}

fn inbound_form(world: &World, action: &InboundAction, sid: &str) -> BTreeMap<String, String> {
    let text = action.text();
    let kind = action
        .kind
        .clone()
        .unwrap_or_else(|| if action.button_id.is_some() { "button" } else { "text" }.into());
    // The address as it is written; WhatsApp's own id for the person is its digits. Who hides the number has
    // only a user id.
    let phone = if action.phone.starts_with('+') { action.phone.clone() } else { phone_key(&action.phone) };
    let is_hidden = is_user_id(&phone);
    let mut form: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |name: &str, value: &str| {
        form.insert(name.to_owned(), value.to_owned());
    };
    put("MessageSid", sid);
    put("SmsSid", sid);
    put("SmsMessageSid", sid);
    put("AccountSid", &world.config.account_sid);
    put("ApiVersion", "2010-04-01");
    put("SmsStatus", "received");
    put("From", &format!("whatsapp:{phone}"));
    put("To", &world.config.whatsapp_from);
    if is_hidden {
        put("ExternalUserId", &format!("whatsapp:{phone}"));
    } else {
        put("WaId", phone.trim_start_matches('+'));
        put("ExternalUserId", &format!("whatsapp:{}", user_id::of_phone(&phone)));
    }
    put("ProfileName", action.profile_name());
    put("Body", text);
    put("MessageType", &kind);
    put("NumSegments", "1");
    let is_media = ["image", "audio", "video", "document", "sticker"].contains(&kind.as_str());
    put("NumMedia", if is_media { "1" } else { "0" });
    if is_media {
        put("MediaUrl0", "https://api.twilio.com/sandbox-media");
        let mime = match kind.as_str() {
            "image" => "image/jpeg",
            "audio" => "audio/ogg",
            "video" => "video/mp4",
            "sticker" => "image/webp",
            _ => "application/pdf",
        };
        put("MediaContentType0", mime);
    }
    if kind == "location" {
        put("Latitude", "19.4326");
        put("Longitude", "-99.1332");
    }
    if let Some(id) = &action.button_id {
        put("ButtonPayload", id);
        put("ButtonText", text);
    }
    if let Some(Value::Object(more)) = &action.payload {
        for (name, value) in more {
            put(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    form
}

/// Posts the statuses sent and delivered of a message, or why it failed. The phone that shows it reports read.
pub(super) fn report_progress(world: Shared, sid: String, failed_with: Option<(u32, &'static str)>) {
    tokio::spawn(async move {
        let statuses: &[&str] = if failed_with.is_some() { &["undelivered"] } else { &["sent", "delivered"] };
        for status in statuses {
            tokio::time::sleep(Duration::from_millis(20)).await;
            report(&world, &sid, status, failed_with).await;
        }
    });
}

/// Posts a status of a message. Returns the API's HTTP status, or `None` if the message has no status
/// callback.
pub(crate) async fn post_status(world: &World, sid: &str, status: &str) -> Option<u16> {
    report(world, sid, status, None).await
}

async fn report(world: &World, sid: &str, status: &str, error: Option<(u32, &'static str)>) -> Option<u16> {
    let message = {
        let mut memory = world.memory();
        let message = memory.twilio.messages.get_mut(sid)?;
        status.clone_into(&mut message.status);
        message.updated_at = now();
        message.error = error;
        if message.sent_at.is_none() && ["sent", "delivered", "read"].contains(&status) {
            message.sent_at = Some(now());
        }
        message.clone()
    };
    let address = message.status_callback.clone()?;
    let mut form: BTreeMap<String, String> = [
        ("MessageSid", message.sid.as_str()),
        ("SmsSid", &message.sid),
        ("MessageStatus", status),
        ("SmsStatus", status),
        ("To", &message.to),
        ("From", &message.from),
        ("AccountSid", &world.config.account_sid),
        ("ApiVersion", "2010-04-01"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    if let Some(service) = message.messaging_service {
        form.insert("MessagingServiceSid".into(), service);
    }
    if ["delivered", "read", "undelivered"].contains(&status) && message.to.starts_with("whatsapp:") {
        form.insert("EventType".into(), status.to_uppercase());
        form.insert("ChannelToAddress".into(), message.to.trim_start_matches("whatsapp:").to_owned());
    }
    if let Some((code, text)) = message.error {
        form.insert("ErrorCode".into(), code.to_string());
        form.insert("ChannelStatusMessage".into(), text.to_owned());
    }
    post(world, "webhook.status", &address, &form).await.ok().map(|answer| answer.status)
}

async fn post(
    world: &World,
    operation: &str,
    address: &str,
    form: &BTreeMap<String, String>,
) -> Result<WebhookAnswer, String> {
    let signed: String = std::iter::once(address.to_owned())
        .chain(form.iter().map(|(name, value)| format!("{name}{value}")))
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, world.config.auth_token.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    let request = world.http.post(address).header("X-Twilio-Signature", signature).form(form);
    let shown = form.iter().map(|(k, v)| (k.clone(), Value::from(v.clone()))).collect::<Map<_, _>>();
    let shown = Value::Object(shown);
    webhooks::post(world, Webhook { provider: "twilio", operation, address, request, shown }).await
}
