//! JSON of each kind of message (`POST /{phone_number_id}/messages`).
//!
//! A message that does not fit its form goes out as plain text, which says what can be answered. An id is
//! never cut, because a cut id is another id.

use domain::text::truncate;
use ports::messaging::message_channel::{MessageForm, OutboundMessage, Template};
use serde_json::{Value, json};
use std::collections::HashSet;

const TEXT_MAX: usize = 4096;
const INTERACTIVE_TEXT_MAX: usize = 1024;
const BUTTONS_MAX: usize = 3;
const BUTTON_ID_MAX: usize = 256;
const BUTTON_TITLE_MAX: usize = 20;
const ROWS_MAX: usize = 10;
const ROW_ID_MAX: usize = 200;
const ROW_TITLE_MAX: usize = 24;
const CODE_MAX: usize = 15;

/// Why a message can't be written as a payload of Meta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsayable {
    /// The recipient's address is neither a number nor a business-scoped id.
    Address,
    /// A template for a code has not exactly one parameter, or a code that is too long.
    Code,
}

impl Unsayable {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Address => "the address is neither a number nor a business-scoped id",
            Self::Code => "a code's template bears one code of at most 15 characters",
        }
    }
}

/// Payload of a message. `list_title` is the title of the button that opens a list.
pub(crate) fn payload(message: &OutboundMessage, list_title: &str) -> Result<Value, Unsayable> {
    let (name, address) = address(&message.recipient).ok_or(Unsayable::Address)?;
    let (kind, content) = content(message, list_title)?;
    Ok(json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        name: address,
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": message.id.to_string(),
    }))
}

/// JSON member and value of a recipient; None when the address is not valid. Without the `+`, Meta would put
/// the country code of our own number before it.
fn address(recipient: &str) -> Option<(&'static str, String)> {
    let recipient = recipient.strip_prefix("whatsapp:").unwrap_or(recipient);
    let digits = recipient.strip_prefix('+').unwrap_or(recipient);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(("to", format!("+{digits}")));
    }
    is_business_scoped_id(recipient).then(|| ("recipient", recipient.to_owned()))
}

/// Whether a text looks like `US.13491208655302741918` or `US.ENT.11815799212886844830`.
fn is_business_scoped_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let id = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn content(message: &OutboundMessage, list_title: &str) -> Result<(&'static str, Value), Unsayable> {
    let interactive = |body: Option<Value>| body.map(|body| ("interactive", body));
    let formed = match &message.form {
        MessageForm::Plain | MessageForm::AskNumber { .. } | MessageForm::Email { .. } => None,
        MessageForm::Buttons(answers) => {
            let as_buttons = buttons(&message.text, answers);
            interactive(as_buttons.or_else(|| list(&message.text, answers, list_title)))
        }
        MessageForm::Link { title, url } => match link(&message.text, title, url) {
            Some(body) => Some(("interactive", body)),
            None => return Ok(("text", words(&with_link(&message.text, url)))),
        },
        MessageForm::Template(filled) => Some(("template", template(filled)?)),
    };
    Ok(formed.unwrap_or_else(|| ("text", words(&message.text))))
}

fn words(text: &str) -> Value {
    json!({ "body": truncate(text, TEXT_MAX), "preview_url": false })
}

fn buttons(text: &str, answers: &[(String, String)]) -> Option<Value> {
    let fits = answers.len() <= BUTTONS_MAX && is_within(text, INTERACTIVE_TEXT_MAX);
    let answers = cut(answers, BUTTON_ID_MAX, BUTTON_TITLE_MAX).filter(|_| fits)?;
    let reply =
        |(id, title): &(&str, String)| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    let buttons: Vec<Value> = answers.iter().map(reply).collect();
    Some(json!({ "type": "button", "body": { "text": text }, "action": { "buttons": buttons } }))
}

fn list(text: &str, answers: &[(String, String)], title: &str) -> Option<Value> {
    let fits = answers.len() <= ROWS_MAX && is_within(text, TEXT_MAX);
    let answers = cut(answers, ROW_ID_MAX, ROW_TITLE_MAX).filter(|_| fits)?;
    let row = |(id, title): &(&str, String)| json!({ "id": id, "title": title });
    let rows: Vec<Value> = answers.iter().map(row).collect();
    let title = truncate(title, BUTTON_TITLE_MAX);
    let sections = [json!({ "title": title, "rows": rows })];
    Some(
        json!({ "type": "list", "body": { "text": text }, "action": { "button": title, "sections": sections } }),
    )
}

fn link(text: &str, title: &str, url: &str) -> Option<Value> {
    let title = truncate(title.trim(), BUTTON_TITLE_MAX);
    let parameters = json!({ "display_text": title, "url": url });
    let action = json!({ "name": "cta_url", "parameters": parameters });
    let fits = !title.is_empty() && is_within(text, INTERACTIVE_TEXT_MAX);
    fits.then(|| json!({ "type": "cta_url", "body": { "text": text }, "action": action }))
}

/// The text, followed by the URL unless the text contains it.
fn with_link(text: &str, url: &str) -> String {
    if text.contains(url) {
        return text.to_owned();
    }
    let room = TEXT_MAX.saturating_sub(url.chars().count()).saturating_sub(1);
    format!("{}\n{url}", truncate(text, room)).trim_start().to_owned()
}

/// JSON of a template. A code is in it twice: in the body, and in the button that copies it.
fn template(filled: &Template) -> Result<Value, Unsayable> {
    let text = |words: &String| json!({ "type": "text", "text": words });
    let mut components = Vec::new();
    if !filled.parameters.is_empty() {
        let parameters: Vec<Value> = filled.parameters.iter().map(text).collect();
        components.push(json!({ "type": "body", "parameters": parameters }));
    }
    if filled.is_code {
        let [code] = filled.parameters.as_slice() else { return Err(Unsayable::Code) };
        if !is_within(code, CODE_MAX) {
            return Err(Unsayable::Code);
        }
        components
            .push(json!({ "type": "button", "sub_type": "url", "index": "0", "parameters": [text(code)] }));
    }
    Ok(json!({ "name": filled.name, "language": { "code": filled.language }, "components": components }))
}

/// Answers with their titles cut. None when there are none, an id is empty or too long, a title is empty, or
/// two ids or titles are equal.
fn cut(answers: &[(String, String)], id_max: usize, title_max: usize) -> Option<Vec<(&str, String)>> {
    let cut: Vec<(&str, String)> = answers
        .iter()
        .map(|(id, title)| (id.as_str(), truncate(title.trim(), title_max).trim_end().to_owned()))
        .collect();
    let ids: HashSet<&str> = cut.iter().map(|(id, _)| *id).collect();
    let titles: HashSet<&str> = cut.iter().map(|(_, title)| title.as_str()).collect();
    let told_apart = ids.len() == cut.len() && titles.len() == cut.len();
    let sane = cut.iter().all(|(id, title)| is_within(id, id_max) && !title.is_empty());
    (!cut.is_empty() && told_apart && sane).then_some(cut)
}

/// Whether a text has 1 to `length_max` characters.
fn is_within(text: &str, length_max: usize) -> bool {
    !text.is_empty() && text.chars().nth(length_max).is_none()
}

#[cfg(test)]
mod tests;
