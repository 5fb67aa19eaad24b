//! `/messages`: sends messages to people and marks their messages as read.

use super::{
    answer::{Checked, error, invalid, no_such_object, number_needed, parameter, to_oneself},
    calls::MetaCall,
    content::Content,
    fields::Object,
    payloads,
    webhooks::{self, DISPLAY_NUMBER},
};
use crate::{
    answer::Answer,
    memory::{Delivered, Failure, Memory, MetaMessage, Recipient, Sign, phone_key},
    user_id::is_user_id,
    world::{Shared, World},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::phone::PhoneNumber;
use serde_json::{Value, json};

/// Longest `biz_opaque_callback_data`, in characters.
const OPAQUE_LENGTH_MAX: usize = 512;
/// The calling code of the sandbox's own number, for a `to` without a `+`.
const OWN_CALLING_CODE: &str = "1";

pub(super) async fn send(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
    // A body that is not JSON has no parameters for Meta.
    let body: Value = if is_json { serde_json::from_slice(&body).unwrap_or_default() } else { Value::Null };
    let operation = if body.get("status").is_some() { "read" } else { "send" };
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    MetaCall { world, request, operation, body: Some(body.clone()) }
        .answer(move |world, config| {
            if id != config.phone_number_id {
                return no_such_object("POST", &id);
            }
            let done = if operation == "read" { mark_read(world, &body) } else { accept(world, &body) };
            done.unwrap_or_else(|refusal| refusal)
        })
        .await
}

/// Marks a person's message as read and, with a typing indicator, shows that an answer is being typed.
fn mark_read(world: &World, body: &Value) -> Checked<Answer> {
    let message = checked_envelope(body)?;
    message.one_of("status", &["read"])?;
    let id = message.text("message_id", 512)?;
    let is_typing = match message.optional_object("typing_indicator")? {
        Some(indicator) => indicator.one_of("type", &["text"])? == "text",
        None => false,
    };
    let mut memory = world.memory();
    // The message may come from a webhook that the sandbox didn't post; then no phone shows it.
    if let Some(inbound) = memory.meta.inbound.get(id).cloned() {
        let read = Sign { message_id: Some(id.to_owned()), ..Sign::new("meta", "read") };
        memory.sign(&inbound.phone, read);
        if is_typing {
            memory.sign(&inbound.phone, Sign::new("meta", "typing"));
        }
    }
    Ok(Answer::ok(json!({"success": true})))
}

fn checked_envelope(body: &Value) -> Checked<Object<'_>> {
    match body.get("messaging_product") {
        None => Err(parameter("The parameter messaging_product is required.")),
        Some(product) if product == "whatsapp" => Ok(Object::new(body, "")),
        Some(_) => Err(parameter("Param messaging_product must be one of {WHATSAPP}.")),
    }
}

fn accept(world: &Shared, body: &Value) -> Checked<Answer> {
    let message = checked_envelope(body)?;
    if message.get("recipient_type").is_some() {
        message.one_of("recipient_type", &["individual", "group"])?;
    }
    let address = Address::read(&message)?;
    if let Some(context) = message.optional_object("context")? {
        context.text("message_id", 512)?;
    }
    let opaque = message.get("biz_opaque_callback_data").cloned();
    if opaque.as_ref().and_then(Value::as_str).is_some_and(|data| data.chars().count() > OPAQUE_LENGTH_MAX) {
        return Err(parameter("Param biz_opaque_callback_data must be at most 512 characters long."));
    }
    let content = payloads::read(&message)?;
    if content.category == "authentication" && address.recipient.wa_id.is_none() {
        return Err(number_needed());
    }
    let mut memory = world.memory();
    if content.media.as_ref().is_some_and(|id| !memory.meta.media.contains_key(id)) {
        return Err(invalid("The media ID is unknown. Upload the file first, or give its link."));
    }
    let key = address.key(&memory);
    let is_open = memory.windows.is_open("meta", &key, world.config.strangers);
    let failure = if !address.is_reachable {
        Some(Failure::Undeliverable)
    } else if content.template.is_none() && !is_open {
        Some(Failure::OutsideWindow)
    } else {
        None
    };
    let sent = MetaMessage {
        id: format!("wamid.HBgM{}", STANDARD.encode(world.random_bytes::<28>())),
        recipient: address.recipient.clone(),
        opaque,
        category: content.category,
        failure,
    };
    let mut contact = json!({"input": address.input, "user_id": address.recipient.user_id});
    if let (Some(wa_id), Some(fields)) = (&address.recipient.wa_id, contact.as_object_mut()) {
        fields.insert("wa_id".into(), json!(wa_id));
    }
    let answer = json!({
        "messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": sent.id}],
    });
    deliver(&mut memory, &sent, &address, content);
    drop(memory);
    webhooks::report_progress(world.clone(), sent.id, failure.is_none());
    Ok(Answer::ok(answer))
}

fn deliver(memory: &mut Memory, sent: &MetaMessage, address: &Address, content: Content) {
    memory.meta.messages.insert(sent.id.clone(), sent.clone());
    if let Some(name) = content.template.as_ref().and_then(|template| template["name"].as_str()) {
        memory.meta.templates.insert(name.to_owned());
    }
    if sent.failure.is_none() {
        let message = Delivered {
            channel: "whatsapp".into(),
            provider: "meta".into(),
            from: DISPLAY_NUMBER.into(),
            to: address.input.clone(),
            body: content.body,
            buttons: content.buttons,
            template: content.template,
            id: sent.id.clone(),
            header: content.header,
            footer: content.footer,
            menu: content.menu,
            ..Delivered::default()
        };
        let key = address.key(memory);
        memory.deliver_to(&key, message);
    }
}

/// The recipient of a message and their phone.
struct Address {
    input: String,
    recipient: Recipient,
    /// False for a number that can't exist: Meta accepts the message and reports it as failed later.
    is_reachable: bool,
}

impl Address {
    fn read(message: &Object<'_>) -> Checked<Self> {
        if let Some(to) = message.get("to") {
            let to = to.as_str().ok_or_else(|| parameter("Param to must be a string."))?;
            return Self::number(to);
        }
        let Some(user_id) = message.get("recipient").and_then(Value::as_str) else {
            return Err(parameter("The parameter to is required."));
        };
        if !is_user_id(user_id) {
            return Err(parameter("Param recipient must be a valid business-scoped user ID."));
        }
        let recipient = Recipient { wa_id: None, user_id: user_id.to_owned() };
        Ok(Self { input: user_id.to_owned(), recipient, is_reachable: true })
    }

    fn number(to: &str) -> Checked<Self> {
        let digits: String = to.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Err(error(400, 131_009, "OAuthException", "(#131009) Parameter value is not valid"));
        }
        let code = if to.trim_start().starts_with('+') { "" } else { OWN_CALLING_CODE };
        let wa_id = format!("{code}{digits}");
        if wa_id == DISPLAY_NUMBER {
            return Err(to_oneself());
        }
        let number = format!("+{wa_id}");
        Ok(Self {
            input: to.to_owned(),
            recipient: Recipient::of_number(&wa_id),
            is_reachable: PhoneNumber::parse_international(&number).is_ok(),
        })
    }

    /// The key of the recipient's phone.
    fn key(&self, memory: &Memory) -> String {
        match &self.recipient.wa_id {
            Some(wa_id) => phone_key(&format!("+{wa_id}")),
            None => memory.meta.phone_of(&self.recipient.user_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_its_plus_gets_the_senders_country() {
        let with = Address::number("+525511112222").unwrap();
        assert_eq!(with.recipient.wa_id.as_deref(), Some("525511112222"));
        assert_eq!((with.key(&Memory::default()).as_str(), with.is_reachable), ("+525511112222", true));
        let without = Address::number("525511112222").unwrap();
        assert_eq!(without.recipient.wa_id.as_deref(), Some("1525511112222"));
        assert!(!without.is_reachable, "nobody has that number");
    }
}
