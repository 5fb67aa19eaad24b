//! `sendMessage`, `sendChatAction` and `answerCallbackQuery`.

use super::{
    answer::{Checked, bad_request, blocked, result, stranger},
    calls::Parameters,
    keyboards,
};
use crate::{
    answer::Answer,
    clock::now,
    config::TelegramConfig,
    json::merge,
    memory::{Delivered, Memory, Sign},
    world::World,
};
use domain::phone::PhoneNumber;
use serde_json::{Value, json};

const TEXT_LENGTH_MAX: usize = 4096;
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// The chat and its phone. The chat id is the digits of the phone's number.
pub(super) fn chat(parameters: &Parameters) -> Checked<(u64, String)> {
    let Some(given) = parameters.text("chat_id").filter(|id| !id.is_empty()) else {
        return Err(bad_request("chat_id is empty"));
    };
    let not_found = || bad_request("chat not found");
    let id: u64 = given.parse().map_err(|_fault| not_found())?;
    let phone = PhoneNumber::parse_international(&format!("+{id}")).map_err(|_fault| not_found())?;
    Ok((id, phone.e164().to_owned()))
}

/// A person can be written to once they have written, until they block the bot.
pub(super) fn reachable(world: &World, memory: &Memory, phone: &str) -> Checked<()> {
    if memory.telegram.blocked.contains(phone) {
        Err(blocked())
    } else if memory.windows.is_open("telegram", phone, world.config.strangers) {
        Ok(())
    } else {
        Err(stranger())
    }
}

/// A required text of a message.
pub(super) fn checked_text(parameters: &Parameters, name: &str) -> Checked<String> {
    let text = parameters.text(name).filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| bad_request("message text is empty"))?;
    if text.chars().count() > TEXT_LENGTH_MAX {
        return Err(bad_request("message is too long"));
    }
    let parse_mode = parameters.text("parse_mode").unwrap_or_default();
    if !["", "html", "markdown", "markdownv2"].contains(&parse_mode.to_lowercase().as_str()) {
        return Err(bad_request("unsupported parse_mode"));
    }
    Ok(text)
}

pub(super) fn message(world: &World, config: &TelegramConfig, parameters: &Parameters) -> Checked<Answer> {
    // The chat is looked at first, as Telegram does.
    chat(parameters)?;
    let text = checked_text(parameters, "text")?;
    let fields = json!({"text": text});
    deliver(world, config, parameters, text, &fields)
}

/// Sends a message with these fields. The phone shows `body`.
pub(super) fn deliver(
    world: &World,
    config: &TelegramConfig,
    parameters: &Parameters,
    body: String,
    fields: &Value,
) -> Checked<Answer> {
    let (chat_id, phone) = chat(parameters)?;
    let markup = parameters.object("reply_markup");
    let buttons = keyboards::read(markup.as_ref())?;
    let mut memory = world.memory();
    reachable(world, &memory, &phone)?;
    let id = memory.telegram.next_message_id();
    let mut sent = json!({
        "message_id": id, "from": bot(config), "chat": private_chat(chat_id), "date": now().timestamp(),
    });
    merge(&mut sent, Some(fields));
    // A reply keyboard belongs to the chat, not to the message.
    if let Some(markup) = markup.filter(|markup| markup.get("inline_keyboard").is_some()) {
        merge(&mut sent, Some(&json!({"reply_markup": markup})));
    }
    memory.telegram.sent.insert(id.to_string(), sent.clone());
    let message = Delivered {
        channel: "telegram".into(),
        provider: "telegram".into(),
        from: config.bot_name.clone(),
        to: chat_id.to_string(),
        body,
        buttons,
        id: id.to_string(),
        ..Delivered::default()
    };
    memory.deliver_to(&phone, message);
    Ok(result(&sent))
}

pub(super) fn chat_action(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let (_, phone) = chat(parameters)?;
    let action = parameters.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(bad_request("wrong parameter action in request"));
    }
    let mut memory = world.memory();
    reachable(world, &memory, &phone)?;
    memory.sign(&phone, Sign::new("telegram", "typing"));
    Ok(result(&json!(true)))
}

/// Answers a tap, which is possible once. Until then the button shows that it waits.
pub(super) fn callback_answer(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let id = parameters.text("callback_query_id").unwrap_or_default();
    let text = parameters.text("text").filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > 200) {
        return Err(bad_request("MESSAGE_TOO_LONG"));
    }
    let mut memory = world.memory();
    let Some(phone) = memory.telegram.taps.remove(&id) else {
        return Err(bad_request("query is too old and response timeout expired or query ID is invalid"));
    };
    memory.sign(&phone, Sign { message_id: Some(id), text, ..Sign::new("telegram", "tap_answered") });
    Ok(result(&json!(true)))
}

pub(super) fn bot(config: &TelegramConfig) -> Value {
    let id: u64 = config.bot_token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    json!({"id": id, "is_bot": true, "first_name": "Ventanilla", "username": config.bot_name})
}

pub(super) fn private_chat(id: u64) -> Value {
    json!({"id": id, "first_name": "Persona", "type": "private"})
}
