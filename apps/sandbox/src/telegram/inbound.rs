//! Updates for what people do in their chat with the bot: messages, taps, blocking the bot.

use super::{
    send::{bot, private_chat},
    webhook::post,
};
use crate::{
    clock::now,
    config::TelegramConfig,
    inbound_action::InboundAction,
    json::merge,
    memory::{Memory, phone_key},
    webhooks::posted,
    world::World,
};
use domain::phone::PhoneNumber;
use serde_json::{Value, json};

/// Posts an update to the API as Telegram does. Returns its `message_id` and the API's answer. The same id
/// again posts the same update again.
pub(crate) async fn post_inbound(world: &World, action: &InboundAction) -> Result<Value, String> {
    let Some(config) = &world.config.telegram else {
        return Err("telegram: the sandbox has no bot; set BOT_TOKEN".into());
    };
    let key = phone_key(&action.phone);
    let Some(person) = PhoneNumber::parse_international(&key).ok().and_then(|p| p.digits().parse().ok())
    else {
        return Err("telegram: the phone must be a phone number".into());
    };
    let tap = u64::from_be_bytes(world.random_bytes()).to_string();
    let (id, update) = {
        let mut memory = world.memory();
        let known = action
            .message_id
            .clone()
            .and_then(|id| Some((id.clone(), memory.telegram.updates.get(&delivery(action, &id))?.clone())));
        known.unwrap_or_else(|| {
            let (id, update) = Person { id: person, phone: key, action, config }.update(&mut memory, tap);
            memory.telegram.updates.insert(delivery(action, &id), update.clone());
            (id, update)
        })
    };
    let answer = post(world, config, update).await?;
    Ok(posted(&id, &answer))
}

/// The key of an update for its redelivery. An edit has the id of the message that it changes, so it is told
/// by its new text.
fn delivery(action: &InboundAction, id: &str) -> String {
    match action.kind.as_deref() {
        Some("edited") => format!("{id} edited {}", action.text()),
        _ => id.to_owned(),
    }
}

/// The person who acts, and what they do.
struct Person<'a> {
    id: u64,
    phone: String,
    action: &'a InboundAction,
    config: &'a TelegramConfig,
}

impl Person<'_> {
    /// The update, and the id with which it can be posted again.
    fn update(&self, memory: &mut Memory, tap: String) -> (String, Value) {
        if let Some(data) = &self.action.button_id {
            let id = self.action.message_id.clone().unwrap_or(tap);
            let query = self.tapped(memory, data, &id);
            memory.telegram.taps.insert(id.clone(), self.phone.clone());
            return (id, memory.telegram.update("callback_query", query));
        }
        let number = memory.telegram.next_message_id();
        let id = self.action.message_id.clone().unwrap_or_else(|| number.to_string());
        match self.action.kind.as_deref() {
            Some(kind @ ("block" | "unblock")) => {
                let change = self.blocks(memory, kind == "block");
                (id, memory.telegram.update("my_chat_member", change))
            }
            kind => {
                // A number that the caller gives becomes the message id; any other id is used only in the
                // sandbox.
                let number = id.parse().unwrap_or(number);
                let message = self.message(kind.unwrap_or("text"), number);
                let what = if kind == Some("edited") { "edited_message" } else { "message" };
                (id, memory.telegram.update(what, message))
            }
        }
    }

    fn user(&self) -> Value {
        json!({"id": self.id, "is_bot": false, "first_name": self.action.profile_name(), "language_code": "es"})
    }

    fn chat(&self) -> Value {
        let mut chat = private_chat(self.id);
        merge(&mut chat, Some(&json!({"first_name": self.action.profile_name()})));
        chat
    }

    fn message(&self, kind: &str, number: u64) -> Value {
        let mut message = json!({
            "message_id": number, "from": self.user(), "chat": self.chat(), "date": now().timestamp(),
        });
        merge(&mut message, Some(&self.content(kind)));
        merge(&mut message, self.action.payload.as_ref());
        message
    }

    fn content(&self, kind: &str) -> Value {
        let text = self.action.text();
        let file = |name: &str, mime: &str| json!({"file_id": format!("sandbox-{name}"), "file_unique_id": name, "mime_type": mime, "file_size": 1024});
        match kind {
            "text" if text.starts_with('/') => {
                let length = text.split_whitespace().next().unwrap_or_default().encode_utf16().count();
                let command = json!({"offset": 0, "length": length, "type": "bot_command"});
                json!({"text": text, "entities": [command]})
            }
            "text" => json!({"text": text}),
            "edited" => json!({"text": text, "edit_date": now().timestamp()}),
            // The person's own contact, as the button that asks for it sends it.
            "contact" => json!({"contact": {
                "phone_number": self.id.to_string(), "first_name": self.action.profile_name(), "user_id": self.id,
            }}),
            "location" => json!({"location": {"latitude": 19.4326, "longitude": -99.1332}}),
            "photo" | "image" => {
                let size =
                    json!({"file_id": "sandbox-photo", "file_unique_id": "photo", "width": 90, "height": 90});
                json!({"photo": [size], "caption": text})
            }
            "voice" | "audio" => json!({"voice": file("voice", "audio/ogg"), "caption": text}),
            "video" => json!({"video": file("video", "video/mp4"), "caption": text}),
            "document" => json!({"document": file("document", "application/pdf"), "caption": text}),
            "sticker" => json!({"sticker": file("sticker", "image/webp")}),
            // The payload of the caller decides what this is.
            _ => json!({}),
        }
    }

    fn tapped(&self, memory: &Memory, data: &str, id: &str) -> Value {
        let sent = memory.find_button(&self.phone, "telegram", data).map(|(message, _)| message.id.clone());
        let message = sent.and_then(|id| memory.telegram.sent.get(&id).cloned());
        let mut query = json!({
            "id": id, "from": self.user(), "chat_instance": self.id.to_string(), "data": data,
        });
        // The message is absent if it is too old.
        if let Some(message) = message {
            merge(&mut query, Some(&json!({"message": message})));
        }
        merge(&mut query, self.action.payload.as_ref());
        query
    }

    fn blocks(&self, memory: &mut Memory, is_block: bool) -> Value {
        if is_block {
            memory.telegram.blocked.insert(self.phone.clone());
        } else {
            memory.telegram.blocked.remove(&self.phone);
        }
        let member = |is_kicked: bool| {
            let mut member =
                json!({"user": bot(self.config), "status": if is_kicked { "kicked" } else { "member" }});
            if is_kicked {
                merge(&mut member, Some(&json!({"until_date": 0})));
            }
            member
        };
        json!({
            "chat": self.chat(), "from": self.user(), "date": now().timestamp(),
            "old_chat_member": member(!is_block), "new_chat_member": member(is_block),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(memory: &mut Memory, action: &InboundAction) -> (String, Value) {
        let config = TelegramConfig {
            bot_token: "123456:TEST".into(),
            webhook_secret: Some("secret".into()),
            bot_name: "ventanilla_bot".into(),
        };
        Person { id: 525_511_112_226, phone: "+525511112226".into(), action, config: &config }
            .update(memory, "777".into())
    }

    fn action(kind: Option<&str>, body: Option<&str>) -> InboundAction {
        InboundAction {
            provider: "telegram".into(),
            body: body.map(str::to_owned),
            button_id: None,
            message_id: None,
            profile_name: None,
            kind: kind.map(str::to_owned),
            payload: None,
            phone: "+525511112226".into(),
        }
    }

    #[test]
    fn updates_and_messages_are_counted() {
        let mut memory = Memory::default();
        let (first, one) = update(&mut memory, &action(None, Some("hola")));
        let (second, two) = update(&mut memory, &action(None, Some("/start ABC")));
        assert_eq!((first.as_str(), second.as_str()), ("1", "2"));
        assert_eq!((&one["update_id"], &two["update_id"]), (&json!(1), &json!(2)));
        assert_eq!(one["message"]["chat"]["id"], 525_511_112_226_u64);
        assert_eq!(two["message"]["entities"][0], json!({"offset": 0, "length": 6, "type": "bot_command"}));
    }

    #[test]
    fn a_contact_is_the_persons_own() {
        let (_, update) = update(&mut Memory::default(), &action(Some("contact"), None));
        assert_eq!(update["message"]["contact"]["user_id"], update["message"]["from"]["id"]);
        assert_eq!(update["message"]["contact"]["phone_number"], "525511112226");
    }

    #[test]
    fn the_payload_lies_over_the_message() {
        let payload = Some(json!({"contact": {"user_id": 1, "phone_number": "525599998888"}}));
        let (_, update) =
            update(&mut Memory::default(), &InboundAction { payload, ..action(Some("contact"), None) });
        assert_eq!(update["message"]["contact"]["user_id"], 1);
    }

    #[test]
    fn blocking_is_told_and_kept() {
        let mut memory = Memory::default();
        let (_, block) = update(&mut memory, &action(Some("block"), None));
        assert_eq!(block["my_chat_member"]["new_chat_member"]["status"], "kicked");
        assert!(memory.telegram.blocked.contains("+525511112226"));
        let (_, unblock) = update(&mut memory, &action(Some("unblock"), None));
        assert_eq!(unblock["my_chat_member"]["new_chat_member"]["status"], "member");
        assert!(memory.telegram.blocked.is_empty());
    }

    #[test]
    fn a_tap_bears_its_data() {
        let tap = InboundAction { button_id: Some("nonce".into()), ..action(None, None) };
        let (id, update) = update(&mut Memory::default(), &tap);
        assert_eq!((id.as_str(), &update["callback_query"]["id"]), ("777", &json!("777")));
        assert_eq!(update["callback_query"]["data"], "nonce");
        assert!(update["callback_query"].get("message").is_none());
    }
}
