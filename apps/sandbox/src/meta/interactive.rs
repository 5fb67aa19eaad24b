//! Interactive messages with Meta's limits: reply buttons, lists, a button that opens a page.

use super::{
    answer::{Checked, invalid},
    content::Content,
    fields::Object,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const BUTTONS_MAX: usize = 3;
const SECTIONS_MAX: usize = 10;
const ROWS_MAX: usize = 10;

pub(super) fn read(message: &Object<'_>) -> Checked<Content> {
    let interactive = message.object("interactive")?;
    let kind = interactive.one_of("type", &["button", "list", "cta_url", "location_request_message"])?;
    let body = interactive.object("body")?.text("text", if kind == "list" { 4096 } else { 1024 })?;
    let action = interactive.object("action")?;
    let (buttons, menu) = match kind {
        "button" => (reply_buttons(&action)?, None),
        "list" => (rows(&action)?, Some(action.text("button", 20)?.to_owned())),
        "cta_url" => (vec![page_button(&action)?], None),
        _ => (Vec::new(), None),
    };
    let header = match interactive.optional_object("header")? {
        Some(header) if header.one_of("type", &["text", "image", "video", "document"])? == "text" => {
            Some(header.text("text", 60)?.to_owned())
        }
        _ => None,
    };
    let footer = match interactive.optional_object("footer")? {
        Some(footer) => Some(footer.text("text", 60)?.to_owned()),
        None => None,
    };
    Ok(Content { body: body.to_owned(), buttons, header, footer, menu, ..Content::default() })
}

fn reply_buttons(action: &Object<'_>) -> Checked<Vec<Value>> {
    let mut seen = Unique::default();
    let mut buttons = Vec::new();
    for button in action.items("buttons", BUTTONS_MAX)? {
        button.one_of("type", &["reply"])?;
        let reply = button.object("reply")?;
        let (id, title) = (reply.text("id", 256)?, reply.text("title", 20)?);
        seen.take("button", id, title)?;
        buttons.push(json!({"kind": "reply", "id": id, "title": title}));
    }
    Ok(buttons)
}

fn rows(action: &Object<'_>) -> Checked<Vec<Value>> {
    let sections = action.items("sections", SECTIONS_MAX)?;
    let is_titled = sections.len() > 1;
    let (mut seen, mut rows) = (Unique::default(), Vec::new());
    for section in sections {
        let title =
            if is_titled { Some(section.text("title", 24)?) } else { section.optional_text("title", 24)? };
        for row in section.items("rows", ROWS_MAX)? {
            let id = row.text("id", 200)?;
            seen.take("row", id, id)?;
            rows.push(json!({
                "kind": "row", "id": id, "title": row.text("title", 24)?,
                "description": row.optional_text("description", 72)?, "section": title,
            }));
        }
    }
    if rows.len() > ROWS_MAX {
        return Err(invalid("Total row count exceed max allowed count: 10"));
    }
    Ok(rows)
}

fn page_button(action: &Object<'_>) -> Checked<Value> {
    action.one_of("name", &["cta_url"])?;
    let parameters = action.object("parameters")?;
    let (title, url) = (parameters.text("display_text", 20)?, parameters.text("url", 2000)?);
    match url::Url::parse(url) {
        Ok(parsed) if ["http", "https"].contains(&parsed.scheme()) => {
            Ok(json!({"kind": "url", "title": title, "url": url}))
        }
        _ => Err(invalid("Invalid url. It must be a valid URL with scheme http or https")),
    }
}

/// Checks that ids and titles are unique in a message.
#[derive(Default)]
struct Unique<'a>(BTreeSet<&'a str>, BTreeSet<&'a str>);

impl<'a> Unique<'a> {
    fn take(&mut self, what: &str, id: &'a str, title: &'a str) -> Checked<()> {
        if id.trim() != id {
            return Err(invalid(&format!("{what} id can't have leading or trailing spaces")));
        }
        if self.0.insert(id) && self.1.insert(title) {
            Ok(())
        } else {
            Err(invalid(&format!("Duplicated {what} id or title: {id}")))
        }
    }
}
