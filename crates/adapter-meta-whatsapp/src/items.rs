//! Everything that one POST bears: all entries, all changes, all that stands in each.
//!
//! Meta puts up to a thousand updates in a body, messages and statuses side by side. Each becomes an item;
//! what can't be read becomes one too, so that nothing takes its neighbours with it.

use crate::{
    content::{Content, error_codes},
    json::Object,
};
use ports::messaging::inbound_webhook::Undecodable;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The field that bears messages of people and statuses of ours.
pub(crate) const MESSAGES: &str = "messages";

/// One update. It has no `Debug`: it bears texts and numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// The business account: `entry.id`.
    pub business_account: Option<String>,
    /// `entry.time`, where it is given.
    pub entry_time: Option<String>,
    /// What it is about: `messages`, `account_update`, …
    pub field: String,
    /// Which number of ours.
    pub phone_number_id: Option<String>,
    /// What it is.
    pub what: What,
    /// The part of the body that it is.
    pub raw: Vec<u8>,
}

/// What an update is.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// Somebody's message.
    Message(Message),
    /// A message that was sent from our number by other means: the business app.
    Echo(Message),
    /// How far a message of ours has come.
    Status(Status),
    /// Something that Meta could not pass on: its error code.
    Failure(Option<String>),
    /// News of another kind.
    Change(Change),
    /// What can't be read: which part.
    Unreadable(&'static str),
}

/// A message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Meta's id.
    pub id: String,
    /// Who sent it, as he must be answered: his number's digits, or else his business-scoped id.
    pub sender: String,
    /// To whom an echo went.
    pub recipient: Option<String>,
    /// Seconds since 1970.
    pub timestamp: Option<String>,
    /// `text`, `image`, …
    pub kind: String,
    /// Whether it answers or passes on another.
    pub has_context: bool,
    /// Whether an advertisement led to it.
    pub has_referral: bool,
    /// The group it was said in.
    pub group: Option<String>,
    /// What it says.
    pub content: Content,
}

/// News of a message of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Status {
    /// Meta's id of the message.
    pub id: String,
    /// `sent`, `delivered`, `read`, `played`, `failed`, `deleted`; a call's are others.
    pub status: String,
    /// Seconds since 1970.
    pub timestamp: Option<String>,
    /// Whom it went to.
    pub recipient: Option<String>,
    /// What we gave along with it.
    pub callback_data: Option<String>,
    /// Whether it tells a price.
    pub has_pricing: bool,
    /// Why it failed.
    pub errors: Vec<String>,
}

/// News of another kind.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// Its own word for what happened: `ACCOUNT_RESTRICTION`.
    pub event: Option<String>,
    /// The names of what it tells, in order.
    pub members: Vec<String>,
    /// The errors that stand in it.
    pub errors: Vec<String>,
    /// People's words on marketing.
    pub preferences: Vec<Preference>,
}

/// A person's word on what we may send him, given to WhatsApp.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Preference {
    /// His number's digits.
    pub wa_id: Option<String>,
    /// His business-scoped id.
    pub user_id: Option<String>,
    /// `marketing_messages`.
    pub category: Option<String>,
    /// `stop`, `resume`, `signup`.
    pub value: Option<String>,
    /// Seconds since 1970.
    pub timestamp: Option<String>,
}

/// All the updates in a body, in order.
///
/// # Errors
/// When the body is no JSON object.
pub fn items(body: &[u8]) -> Result<Vec<Item>, Undecodable> {
    let text = String::from_utf8_lossy(body);
    let raw: &RawValue = serde_json::from_str(&text)
        .map_err(|fault| Undecodable(format!("no JSON: {:?}", fault.classify())))?;
    let body = Object::read(raw).ok_or_else(|| Undecodable("no JSON object".into()))?;
    let mut found = Items { found: Vec::new(), origin: Origin::default() };
    // Other products of Meta's use the same envelope.
    let is_whatsapp = body.text("object").is_none_or(|object| object == "whatsapp_business_account");
    match body.list("entry") {
        Ok(entries) if is_whatsapp && !entries.is_empty() => {
            for entry in entries {
                found.entry(entry);
            }
        }
        _ => found.unreadable("body", raw),
    }
    Ok(found.found)
}

/// Where an update stands.
#[derive(Clone, Default)]
struct Origin {
    business_account: Option<String>,
    entry_time: Option<String>,
    field: String,
    phone_number_id: Option<String>,
}

struct Items {
    found: Vec<Item>,
    origin: Origin,
}

impl Items {
    fn add(&mut self, what: What, raw: Vec<u8>) {
        let Origin { business_account, entry_time, field, phone_number_id } = self.origin.clone();
        self.found.push(Item { business_account, entry_time, field, phone_number_id, what, raw });
    }

    fn unreadable(&mut self, part: &'static str, raw: &RawValue) {
        self.add(What::Unreadable(part), raw.get().into());
    }

    fn entry(&mut self, raw: &RawValue) {
        self.origin = Origin::default();
        let Some(entry) = Object::read(raw) else { return self.unreadable("entry", raw) };
        self.origin.business_account = entry.word("id");
        self.origin.entry_time = entry.word("time");
        match entry.list("changes") {
            Ok(changes) if !changes.is_empty() => {
                for change in changes {
                    self.change(change);
                }
            }
            _ => self.unreadable("entry", raw),
        }
    }

    fn change(&mut self, raw: &RawValue) {
        (self.origin.field, self.origin.phone_number_id) = (String::new(), None);
        let Some(change) = Object::read(raw) else { return self.unreadable("change", raw) };
        self.origin.field = change.word("field").unwrap_or_default();
        let Some(value_raw) = change.member("value") else { return self.unreadable("change", raw) };
        let Some(value) = Object::read(value_raw) else { return self.unreadable("change", raw) };
        self.origin.phone_number_id = value.object("metadata").and_then(|of| of.word("phone_number_id"));
        let before = self.found.len();
        self.value(&value);
        // What has none of the lists is one piece of news, told whole.
        if self.found.len() == before {
            let change = Change {
                event: value.word("event"),
                members: value.names(),
                errors: error_codes(&value),
                preferences: preferences(&value),
            };
            self.add(What::Change(change), value_raw.get().into());
        }
    }

    fn value(&mut self, value: &Object<'_>) {
        let people = Contacts::of(value);
        let messages = self.elements(value, "messages");
        let is_alone = messages.len() == 1;
        for raw in messages {
            match Object::read(raw).and_then(|read| message(&read, &people, is_alone)) {
                Some((message, contact)) => self.add(What::Message(message), with_contact(raw, contact)),
                None => self.unreadable("message", raw),
            }
        }
        for raw in self.elements(value, "message_echoes") {
            match Object::read(raw).and_then(|read| message(&read, &people, false)) {
                Some((message, _)) => self.add(What::Echo(message), raw.get().into()),
                None => self.unreadable("message_echo", raw),
            }
        }
        for raw in self.elements(value, "statuses") {
            match Object::read(raw).as_ref().and_then(status) {
                Some(status) => self.add(What::Status(status), raw.get().into()),
                None => self.unreadable("status", raw),
            }
        }
        if self.origin.field == MESSAGES {
            for raw in self.elements(value, "errors") {
                let code = Object::read(raw).and_then(|error| error.word("code"));
                self.add(What::Failure(code), raw.get().into());
            }
        }
    }

    /// The elements of a list; what should be one and is not becomes an item itself.
    fn elements<'a>(&mut self, value: &Object<'a>, name: &'static str) -> Vec<&'a RawValue> {
        value.list(name).unwrap_or_else(|raw| {
            self.unreadable(name, raw);
            Vec::new()
        })
    }
}

/// The people of a value, found by their ids: their order means nothing.
struct Contacts<'a> {
    all: Vec<(Option<String>, Option<String>, &'a RawValue)>,
    by_id: HashMap<String, usize>,
}

impl<'a> Contacts<'a> {
    fn of(value: &Object<'a>) -> Self {
        let mut people = Self { all: Vec::new(), by_id: HashMap::new() };
        for raw in value.list("contacts").unwrap_or_default() {
            let Some(contact) = Object::read(raw) else { continue };
            let (wa_id, user_id) = (contact.word("wa_id"), contact.word("user_id"));
            for id in [&wa_id, &user_id].into_iter().flatten() {
                people.by_id.insert(id.clone(), people.all.len());
            }
            people.all.push((wa_id, user_id, raw));
        }
        people
    }

    fn find(&self, id: Option<&String>) -> Option<&(Option<String>, Option<String>, &'a RawValue)> {
        self.all.get(*self.by_id.get(id?)?)
    }

    /// The one there is.
    fn only(&self) -> Option<&(Option<String>, Option<String>, &'a RawValue)> {
        if let [one] = self.all.as_slice() { Some(one) } else { None }
    }
}

fn message<'a>(
    read: &Object<'_>,
    people: &Contacts<'a>,
    is_alone: bool,
) -> Option<(Message, Option<&'a RawValue>)> {
    let (from, user_id) = (read.word("from"), read.word("from_user_id"));
    let mut contact = people.find(from.as_ref()).or_else(|| people.find(user_id.as_ref()));
    // A message that names nobody is its one contact's, if there is one of each.
    if from.is_none() && user_id.is_none() && is_alone {
        contact = people.only();
    }
    let known = contact.map(|(wa_id, user_id, _)| (wa_id.clone(), user_id.clone())).unwrap_or_default();
    let sender = from.or(known.0).or(user_id).or(known.1)?;
    let kind = read.word("type").unwrap_or_else(|| "unknown".into());
    let message = Message {
        id: read.word("id")?,
        sender,
        recipient: read.word("to").or_else(|| read.word("to_user_id")),
        timestamp: read.word("timestamp"),
        has_context: read.member("context").is_some(),
        has_referral: read.member("referral").is_some(),
        group: read.word("group_id"),
        content: Content::read(&kind, read),
        kind,
    };
    Some((message, contact.map(|(_, _, raw)| *raw)))
}

fn with_contact(message: &RawValue, contact: Option<&RawValue>) -> Vec<u8> {
    let contact = contact.map(|raw| format!(r#","contact":{}"#, raw.get())).unwrap_or_default();
    format!(r#"{{"message":{}{contact}}}"#, message.get()).into_bytes()
}

fn status(read: &Object<'_>) -> Option<Status> {
    Some(Status {
        id: read.word("id")?,
        status: read.word("status")?,
        timestamp: read.word("timestamp"),
        recipient: read.word("recipient_id").or_else(|| read.word("recipient_user_id")),
        callback_data: read.word("biz_opaque_callback_data"),
        has_pricing: read.member("pricing").is_some(),
        errors: error_codes(read),
    })
}

/// One for each element; what can't be read says nothing.
fn preferences(value: &Object<'_>) -> Vec<Preference> {
    let words = value.list("user_preferences").unwrap_or_default().into_iter();
    words.map(|raw| Object::read(raw).as_ref().map(preference).unwrap_or_default()).collect()
}

fn preference(read: &Object<'_>) -> Preference {
    Preference {
        wa_id: read.word("wa_id"),
        user_id: read.word("user_id"),
        category: read.word("category"),
        value: read.word("value"),
        timestamp: read.word("timestamp"),
    }
}
