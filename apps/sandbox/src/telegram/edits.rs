//! Edits and deletions of the bot's messages.

use super::{
    answer::{Checked, bad_request, result},
    calls::Parameters,
    keyboards, send,
};
use crate::{answer::Answer, clock::now, json::merge, world::World};
use serde_json::{Value, json};

/// Changes the text of a message, and its buttons.
pub(super) fn text(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let text = send::checked_text(parameters, "text")?;
    edit(world, parameters, &json!({"text": text}))
}

pub(super) fn caption(world: &World, parameters: &Parameters) -> Checked<Answer> {
    edit(world, parameters, &json!({"caption": parameters.text("caption").unwrap_or_default()}))
}

/// Changes only the buttons of a message.
pub(super) fn reply_markup(world: &World, parameters: &Parameters) -> Checked<Answer> {
    edit(world, parameters, &json!({}))
}

/// Changes these fields of a message. Without inline buttons it loses those that it has.
fn edit(world: &World, parameters: &Parameters, fields: &Value) -> Checked<Answer> {
    let (_, phone) = send::chat(parameters)?;
    let markup = parameters.object("reply_markup").filter(|markup| markup.get("inline_keyboard").is_some());
    let buttons = keyboards::read(markup.as_ref())?;
    let id = parameters.text("message_id").unwrap_or_default();
    let mut memory = world.memory();
    send::reachable(world, &memory, &phone)?;
    let sent = memory.telegram.sent.get_mut(&id).ok_or_else(|| bad_request("message to edit not found"))?;
    let mut edited = sent.clone();
    if let Some(fields) = edited.as_object_mut() {
        fields.remove("reply_markup");
    }
    merge(&mut edited, Some(fields));
    if let Some(markup) = markup {
        merge(&mut edited, Some(&json!({"reply_markup": markup})));
    }
    let without_date = |message: &Value| {
        let mut message = message.clone();
        if let Some(fields) = message.as_object_mut() {
            fields.remove("edit_date");
        }
        message
    };
    if without_date(&edited) == without_date(sent) {
        return Err(bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ));
    }
    merge(&mut edited, Some(&json!({"edit_date": now().timestamp()})));
    sent.clone_from(&edited);
    let body = fields.get("text").or_else(|| fields.get("caption")).and_then(Value::as_str);
    memory.edit(&phone, "telegram", &id, body, buttons);
    Ok(result(&edited))
}

/// Deletes one message.
pub(super) fn delete(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let (_, phone) = send::chat(parameters)?;
    let id = parameters.text("message_id").unwrap_or_default();
    let mut memory = world.memory();
    if memory.telegram.sent.remove(&id).is_none() {
        return Err(bad_request("message to delete not found"));
    }
    memory.delete(&phone, "telegram", &id);
    Ok(result(&json!(true)))
}

/// Deletes several messages. Those that aren't there are left out.
pub(super) fn delete_several(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let (_, phone) = send::chat(parameters)?;
    let ids = parameters.object("message_ids").and_then(|ids| ids.as_array().cloned()).unwrap_or_default();
    if ids.is_empty() {
        return Err(bad_request("message identifiers are not specified"));
    }
    let mut memory = world.memory();
    for id in ids.iter().map(Value::to_string) {
        if memory.telegram.sent.remove(&id).is_some() {
            memory.delete(&phone, "telegram", &id);
        }
    }
    Ok(result(&json!(true)))
}
