//! Messages from people over Meta: a message object by type, in a signed webhook.

use super::webhooks::{DISPLAY_NUMBER, envelope, post};
use crate::{
    clock::now,
    inbound_action::InboundAction,
    json::merge,
    memory::{InboundMessage, Media, Memory, Recipient, phone_key},
    user_id::is_user_id,
    webhooks::posted,
    world::World,
};
use actix_web::web::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

const MEDIA: [&str; 5] = ["image", "video", "audio", "document", "sticker"];
/// What every file of a person holds.
const FILE: &[u8] = b"a file of the sandbox";

/// Posts a message to the API as Meta does. Returns its `message_id` and the API's answer. The same id again
/// posts the same message again.
pub(crate) async fn post_inbound(world: &World, action: &InboundAction) -> Result<Value, String> {
    let Some(config) = &world.config.meta else {
        return Err("meta: the sandbox has no account there; set WHATSAPP_* and META_APP_SECRET".into());
    };
    let new_id = || format!("wamid.HBgM{}", STANDARD.encode(world.random_bytes::<28>()));
    let id = action.message_id.clone().unwrap_or_else(new_id);
    let webhook = {
        let mut memory = world.memory();
        let known = memory.meta.inbound.get(&id).map(|inbound| inbound.webhook.clone());
        known.unwrap_or_else(|| {
            let phone = phone_key(&spelled(&action.phone));
            let user_id = person(action).user_id;
            memory.meta.meet(&user_id, phone.clone(), action.profile_name());
            let webhook = envelope(config, value(&memory, action, &id));
            keep_media(&mut memory, &webhook);
            memory.meta.inbound.insert(id.clone(), InboundMessage { phone, webhook: webhook.clone() });
            webhook
        })
    };
    let answer = post(world, config, "webhook.inbound", webhook).await?;
    Ok(posted(&id, &answer))
}

/// A number with its `+`, or a business-scoped user id as it is.
fn spelled(phone: &str) -> String {
    if phone.starts_with('+') || is_user_id(phone) { phone.to_owned() } else { format!("+{phone}") }
}

fn value(memory: &Memory, action: &InboundAction, id: &str) -> Value {
    let who = person(action);
    let mut message = json!({
        "from_user_id": who.user_id, "id": id, "timestamp": now().timestamp().to_string(),
    });
    if let Some(digits) = &who.wa_id {
        merge(&mut message, Some(&json!({"from": digits})));
    }
    merge(&mut message, Some(&content(memory, action, id)));
    merge(&mut message, action.payload.as_ref());
    json!({"contacts": [memory.meta.contact(&who)], "messages": [message]})
}

/// The person who acts. Their number is spelled as on their phone, with a `1` after the `52` if it has one.
fn person(action: &InboundAction) -> Recipient {
    if is_user_id(&action.phone) {
        Recipient { wa_id: None, user_id: action.phone.clone() }
    } else {
        Recipient::of_number(&digits(&action.phone))
    }
}

/// Keeps the file of a message under its id, so that it can be fetched.
fn keep_media(memory: &mut Memory, webhook: &Value) {
    let message = webhook.pointer("/entry/0/changes/0/value/messages/0").unwrap_or(&Value::Null);
    let media = MEDIA.iter().find_map(|kind| message.get(*kind));
    let Some((media, id)) = media.and_then(|media| Some((media, media["id"].as_str()?))) else { return };
    let mime_type = media["mime_type"].as_str().unwrap_or("application/octet-stream").to_owned();
    memory.meta.media.insert(id.to_owned(), Media { mime_type, bytes: Bytes::from_static(FILE) });
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// The `type` field and the object of that name.
fn content(memory: &Memory, action: &InboundAction, id: &str) -> Value {
    if let Some(id) = &action.button_id {
        return tapped(memory, action, id);
    }
    let kind = action.kind.as_deref().unwrap_or("text");
    let object = match kind {
        "text" => json!({"body": action.text()}),
        kind if MEDIA.contains(&kind) => media(kind, action, id),
        "location" => json!({"latitude": 19.4326, "longitude": -99.1332}),
        "reaction" => {
            let to = memory.on_phone(&action.phone, 0).into_iter().rev().find(|sent| sent.provider == "meta");
            json!({
                "message_id": to.map(|sent| sent.id),
                "emoji": if action.text().is_empty() { "👍" } else { action.text() },
            })
        }
        "contact" | "contacts" => return contacts(kind, action),
        "unsupported" => return unsupported(),
        // The payload of the caller decides what this is.
        _ => return json!({"type": kind}),
    };
    typed(kind, object)
}

fn typed(kind: &str, object: Value) -> Value {
    Value::Object(Map::from_iter([("type".to_owned(), json!(kind)), (kind.to_owned(), object)]))
}

fn media(kind: &str, action: &InboundAction, id: &str) -> Value {
    let mime = match kind {
        "image" => "image/jpeg",
        "video" => "video/mp4",
        "audio" => "audio/ogg; codecs=opus",
        "sticker" => "image/webp",
        _ => "application/pdf",
    };
    let digest = |bytes: &[u8]| ring::digest::digest(&ring::digest::SHA256, bytes);
    let number =
        digest(id.as_bytes()).as_ref().iter().take(6).fold(0_u64, |id, byte| (id << 8) | u64::from(*byte));
    let sha256 = STANDARD.encode(digest(FILE));
    let mut media = json!({"id": format!("{number:015}"), "mime_type": mime, "sha256": sha256});
    let more = match (kind, action.text()) {
        ("audio", _) => json!({"voice": true}),
        ("sticker", _) => json!({"animated": false}),
        ("document", "") => json!({"filename": "documento.pdf"}),
        ("document", caption) => json!({"filename": "documento.pdf", "caption": caption}),
        (_, "") => json!({}),
        (_, caption) => json!({"caption": caption}),
    };
    merge(&mut media, Some(&more));
    media
}

/// `contact` is the person's own number, sent by the button that asks for it; `contacts` is an entry of the
/// person's address book.
fn contacts(kind: &str, action: &InboundAction) -> Value {
    let (name, digits) = (action.profile_name(), digits(&action.phone));
    let phone = json!({"phone": format!("+{digits}"), "wa_id": digits, "type": "CELL"});
    let mut entry = json!({"name": {"formatted_name": name, "first_name": name}, "phones": [phone]});
    if kind == "contact" {
        merge(&mut entry, Some(&json!({"origin": "contact_request"})));
    }
    typed("contacts", json!([entry]))
}

fn unsupported() -> Value {
    let error = json!({
        "code": 131_051, "title": "Message type unknown", "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    });
    json!({"type": "unsupported", "errors": [error]})
}

/// A tap on a button, with the message that has the button as its context.
fn tapped(memory: &Memory, action: &InboundAction, id: &str) -> Value {
    let found = memory.find_button(&action.phone, "meta", id);
    let button = found.map_or(&Value::Null, |(_, button)| button);
    let title = if action.text().is_empty() { button["title"].as_str().unwrap_or(id) } else { action.text() };
    let kind = match (action.kind.as_deref(), button["kind"].as_str()) {
        (Some(kind), _) => kind,
        (None, Some("row")) => "list_reply",
        (None, Some("quick_reply")) => "button",
        (None, _) => "button_reply",
    };
    let mut message = if kind == "button" {
        typed("button", json!({"payload": id, "text": title}))
    } else {
        let mut reply = json!({"id": id, "title": title});
        if let Some(description) = button["description"].as_str().filter(|_| kind == "list_reply") {
            merge(&mut reply, Some(&json!({"description": description})));
        }
        typed("interactive", typed(kind, reply))
    };
    if let Some((sent, _)) = found {
        merge(&mut message, Some(&json!({"context": {"from": DISPLAY_NUMBER, "id": sent.id}})));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Delivered;

    fn action(kind: Option<&str>) -> InboundAction {
        InboundAction {
            provider: "meta".into(),
            body: None,
            button_id: None,
            message_id: None,
            profile_name: Some("Ana".into()),
            kind: kind.map(str::to_owned),
            payload: None,
            phone: "+5215511112226".into(),
        }
    }

    fn message(memory: &Memory, action: &InboundAction) -> Value {
        value(memory, action, "wamid.1")["messages"][0].clone()
    }

    #[test]
    fn the_sender_is_spelled_as_on_their_phone() {
        let text = InboundAction { body: Some("hola".into()), ..action(None) };
        let value = value(&Memory::default(), &text, "wamid.1");
        assert_eq!(value["contacts"][0]["wa_id"], "5215511112226");
        assert!(is_user_id(value["contacts"][0]["user_id"].as_str().unwrap()));
        assert_eq!(value["messages"][0]["from_user_id"], value["contacts"][0]["user_id"]);
        assert_eq!(value["messages"][0]["from"], "5215511112226");
        assert_eq!(value["messages"][0]["text"], json!({"body": "hola"}));
    }

    #[test]
    fn a_user_id_has_no_number() {
        let hidden = InboundAction { phone: "MX.123".into(), body: Some("hola".into()), ..action(None) };
        let value = value(&Memory::default(), &hidden, "wamid.1");
        assert_eq!(value["contacts"][0]["user_id"], "MX.123");
        assert_eq!(value["messages"][0]["from_user_id"], "MX.123");
        assert!(value["messages"][0].get("from").is_none() && value["contacts"][0].get("wa_id").is_none());
    }

    #[test]
    fn a_tap_becomes_the_reply_that_its_button_asks_for() {
        let mut memory = Memory::default();
        let buttons = vec![
            json!({"kind": "reply", "id": "yes", "title": "Sí"}),
            json!({"kind": "row", "id": "row", "title": "Uno", "description": "el primero"}),
            json!({"kind": "quick_reply", "id": "quick", "title": "quick"}),
        ];
        let (provider, to, id) = ("meta".into(), "+525511112226".into(), "wamid.0".into());
        memory.deliver(Delivered { provider, to, buttons, id, ..Delivered::default() });
        let tap = |id: &str| message(&memory, &InboundAction { button_id: Some(id.into()), ..action(None) });
        let yes = json!({"type": "button_reply", "button_reply": {"id": "yes", "title": "Sí"}});
        assert_eq!(tap("yes")["interactive"], yes);
        assert_eq!(tap("yes")["context"]["id"], "wamid.0");
        assert_eq!(tap("row")["interactive"]["list_reply"]["description"], "el primero");
        assert_eq!(tap("quick")["button"], json!({"payload": "quick", "text": "quick"}));
    }

    #[test]
    fn each_type_has_its_object_and_the_payload_lies_over_it() {
        let memory = Memory::default();
        for kind in ["image", "video", "audio", "document", "sticker", "location", "reaction", "contacts"] {
            let message = message(&memory, &action(Some(kind)));
            assert_eq!(message["type"], kind);
            assert!(!message[kind].is_null(), "{kind}");
        }
        assert_eq!(message(&memory, &action(Some("contact")))["contacts"][0]["origin"], "contact_request");
        let hologram =
            InboundAction { payload: Some(json!({"hologram": {"x": 1}})), ..action(Some("hologram")) };
        assert_eq!(message(&memory, &hologram)["hologram"], json!({"x": 1}));
        assert_eq!(message(&memory, &action(Some("unsupported")))["errors"][0]["code"], 131_051);
    }
}
