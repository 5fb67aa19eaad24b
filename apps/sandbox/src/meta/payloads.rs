//! The content of a message by its type, with Meta's limits.

use super::{
    answer::{Checked, invalid, missing, parameter},
    content::Content,
    fields::Object,
    interactive, template,
};
use serde_json::Value;

const KINDS: [&str; 11] = [
    "text",
    "interactive",
    "template",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
];

pub(super) fn read(message: &Object<'_>) -> Checked<Content> {
    let kind = if message.get("type").is_some() { message.one_of("type", &KINDS)? } else { "text" };
    let body = match kind {
        "interactive" => return interactive::read(message),
        "template" => return template::read(message),
        "text" => text(message)?,
        "location" => location(message)?,
        "contacts" => contacts(message)?,
        "reaction" => reaction(message)?,
        kind => return media_of(message, kind),
    };
    Ok(Content { body, ..Content::default() })
}

fn text(message: &Object<'_>) -> Checked<String> {
    let Some(Value::Object(_)) = message.get("text") else {
        return Err(parameter("The parameter text['body'] is required."));
    };
    let text = message.object("text")?;
    if text.get("body").is_none() {
        return Err(parameter("The parameter text['body'] is required."));
    }
    match text.get("body").and_then(Value::as_str) {
        Some(body) if body.chars().count() > 4096 => {
            Err(parameter("Param text['body'] must be at most 4096 characters long."))
        }
        Some(body) if body.trim().is_empty() => {
            Err(parameter("Param text['body'] must be a non-empty string."))
        }
        Some(body) => Ok(body.to_owned()),
        None => Err(parameter("Param text['body'] must be a string.")),
    }
}

fn media_of(message: &Object<'_>, kind: &'static str) -> Checked<Content> {
    let media = message.object(kind)?;
    let (id, link) = (media.optional_text("id", 256)?, media.optional_text("link", 2048)?);
    if id.is_some() == link.is_some() {
        return Err(missing(&format!("Either {kind}['id'] or {kind}['link'] is required, not both.")));
    }
    let caption = match kind {
        "audio" | "sticker" => None,
        _ => media.optional_text("caption", 1024)?,
    };
    let body = caption.map_or_else(|| format!("[{kind}]"), str::to_owned);
    Ok(Content { body, media: id.map(str::to_owned), ..Content::default() })
}

fn location(message: &Object<'_>) -> Checked<String> {
    let place = message.object("location")?;
    for (name, limit) in [("latitude", 90.0), ("longitude", 180.0)] {
        let given = place.get(name).and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok()));
        match given {
            None => return Err(missing(&format!("The parameter location['{name}'] is required."))),
            Some(degrees) if degrees.abs() > limit => {
                return Err(invalid(&format!("location['{name}'] is out of range.")));
            }
            Some(_) => {}
        }
    }
    Ok(place.optional_text("name", 1000)?.unwrap_or("[location]").to_owned())
}

fn contacts(message: &Object<'_>) -> Checked<String> {
    let mut names = Vec::new();
    for contact in message.items("contacts", 257)? {
        names.push(contact.object("name")?.text("formatted_name", 1024)?);
    }
    Ok(names.join(", "))
}

fn reaction(message: &Object<'_>) -> Checked<String> {
    let reaction = message.object("reaction")?;
    reaction.text("message_id", 512)?;
    let emoji =
        reaction.get("emoji").ok_or_else(|| missing("The parameter reaction['emoji'] is required."))?;
    Ok(emoji.as_str().unwrap_or_default().to_owned())
}
