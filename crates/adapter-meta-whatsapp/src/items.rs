//! All updates in one POST: every entry, every change, every element of its lists.
//!
//! Meta puts up to a thousand updates in a body, messages and statuses together. Each becomes an item. An
//! update that can't be read becomes an item too, so it does not hide the others.

use crate::{
    content::{Content, error_codes},
    json::Object,
};
use ports::messaging::inbound_webhook::Undecodable;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// Field that contains inbound messages, and statuses of outbound ones.
pub(crate) const MESSAGES: &str = "messages";

/// One update. There is no `Debug`, because it contains texts and phone numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Id of the business account: `entry.id`.
    pub business_account: Option<String>,
    /// `entry.time`, when Meta gives it.
    pub entry_time: Option<String>,
    /// Subject of the update: `messages`, `account_update`, …
    pub field: String,
    /// Id of our number that the update is about.
    pub phone_number_id: Option<String>,
    /// The update, by its kind.
    pub what: What,
    /// JSON of this update; for a message, with its contact.
    pub raw: Vec<u8>,
}

/// Kind of an update, with its data.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// An inbound message.
    Message(Message),
    /// A message that was sent from our number by other means: the business app.
    Echo(Message),
    /// A delivery report of an outbound message.
    Status(Status),
    /// Something that Meta could not deliver, with its error code.
    Failure(Option<String>),
    /// A change of another kind.
    Change(Change),
    /// A part that can't be read; the string names the part.
    Unreadable(&'static str),
}

/// An inbound message, or an echo.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Meta's id of this message.
    pub id: String,
    /// Address to reply to: the digits of the sender's number, or else their business-scoped id.
    pub sender: String,
    /// Name that the sender's profile shows, verbatim.
    pub profile_name: Option<String>,
    /// Recipient of an echo.
    pub recipient: Option<String>,
    /// Unix time in seconds.
    pub timestamp: Option<String>,
    /// Type of the content: `text`, `image`, …
    pub kind: String,
    /// Whether it replies to or forwards another message.
    pub has_context: bool,
    /// Whether an advertisement led to the message.
    pub has_referral: bool,
    /// Id of the group; None outside groups.
    pub group: Option<String>,
    /// Content of the message.
    pub content: Content,
}

/// A delivery report of an outbound message.
#[derive(Clone, PartialEq, Eq)]
pub struct Status {
    /// Meta's id of the message.
    pub id: String,
    /// `sent`, `delivered`, `read`, `played`, `failed`, `deleted`. A call has others.
    pub status: String,
    /// Unix time in seconds.
    pub timestamp: Option<String>,
    /// Address of the recipient.
    pub recipient: Option<String>,
    /// `biz_opaque_callback_data`: our message id, when we sent the message.
    pub callback_data: Option<String>,
    /// Whether it contains a price.
    pub has_pricing: bool,
    /// The category that Meta charges: `utility`, `authentication`.
    pub pricing_category: Option<String>,
    /// Error codes of the failure.
    pub errors: Vec<String>,
}

/// A change other than messages and delivery reports.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// Meta's name for the event: `ACCOUNT_RESTRICTION`.
    pub event: Option<String>,
    /// Names of its JSON members, in order.
    pub members: Vec<String>,
    /// Error codes that it contains.
    pub errors: Vec<String>,
    /// Marketing preferences of people.
    pub preferences: Vec<Preference>,
}

/// What a person lets us send them, as they set it in WhatsApp.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Preference {
    /// Digits of the person's number.
    pub wa_id: Option<String>,
    /// Business-scoped id of the person.
    pub user_id: Option<String>,
    /// Category of messages: `marketing_messages`.
    pub category: Option<String>,
    /// Choice of the person: `stop`, `resume`, `signup`.
    pub value: Option<String>,
    /// Unix time in seconds.
    pub timestamp: Option<String>,
}

/// Reads all updates in a body, in order.
///
/// # Errors
/// When the body is not a JSON object.
pub fn items(body: &[u8]) -> Result<Vec<Item>, Undecodable> {
    let text = String::from_utf8_lossy(body);
    let raw: &RawValue = serde_json::from_str(&text)
        .map_err(|fault| Undecodable(format!("no JSON: {:?}", fault.classify())))?;
    let body = Object::read(raw).ok_or_else(|| Undecodable("no JSON object".into()))?;
    let mut found = Items { found: Vec::new(), origin: Origin::default() };
    // Other products of Meta use the same envelope.
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

/// Position of an update in the body.
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
        // A value with none of the lists is one change.
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

    /// Elements of a list. A member that should be a list and is not becomes an unreadable item.
    fn elements<'a>(&mut self, value: &Object<'a>, name: &'static str) -> Vec<&'a RawValue> {
        value.list(name).unwrap_or_else(|raw| {
            self.unreadable(name, raw);
            Vec::new()
        })
    }
}

/// Contacts of a value, found by id; their order has no meaning.
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

    /// The contact, when there is exactly one.
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
    // The only message of a value, when it has no sender, is from the only contact.
    if from.is_none() && user_id.is_none() && is_alone {
        contact = people.only();
    }
    let known = contact.map(|(wa_id, user_id, _)| (wa_id.clone(), user_id.clone())).unwrap_or_default();
    let sender = from.or(known.0).or(user_id).or(known.1)?;
    let kind = read.word("type").unwrap_or_else(|| "unknown".into());
    let message = Message {
        id: read.word("id")?,
        sender,
        profile_name: contact.and_then(|(_, _, raw)| Object::read(raw)?.object("profile")?.text("name")),
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
        pricing_category: read
            .member("pricing")
            .and_then(Object::read)
            .and_then(|pricing| pricing.word("category")),
        errors: error_codes(read),
    })
}

/// One preference for each element; an unreadable element gives an empty one.
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
