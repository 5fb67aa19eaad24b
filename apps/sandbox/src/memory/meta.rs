//! What Meta stores: people, sent messages for their statuses, received messages for redelivery and read marks,
//! media, and the names of templates.

use crate::user_id;
use actix_web::web::Bytes;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The name of a person who never told one.
const NAMELESS: &str = "Persona";

/// A message from the bank to a person.
#[derive(Clone)]
pub(crate) struct MetaMessage {
    pub(crate) id: String,
    /// The person whom the message is for.
    pub(crate) recipient: Recipient,
    pub(crate) opaque: Option<Value>,
    /// The price category: `service`, `utility` or `authentication`.
    pub(crate) category: &'static str,
    /// Why it can't arrive.
    pub(crate) failure: Option<Failure>,
}

/// Why an accepted message fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 131026: nobody has this number.
    Undeliverable,
    /// 131047: a free text to somebody whose window isn't open.
    OutsideWindow,
}

/// The recipient of a message.
#[derive(Clone, Debug)]
pub(crate) struct Recipient {
    /// The digits of the phone number. `None` for a person whose number is hidden.
    pub(crate) wa_id: Option<String>,
    pub(crate) user_id: String,
}

impl Recipient {
    pub(crate) fn of_number(digits: &str) -> Self {
        Self { wa_id: Some(digits.to_owned()), user_id: user_id::of_phone(&format!("+{digits}")) }
    }
}

/// A message from a person, as it was posted.
#[derive(Clone)]
pub(crate) struct InboundMessage {
    pub(crate) phone: String,
    pub(crate) webhook: Value,
}

/// A file that the bank uploaded or a person sent.
#[derive(Clone)]
pub(crate) struct Media {
    pub(crate) mime_type: String,
    pub(crate) bytes: Bytes,
}

/// A person who wrote: the key of their phone, and their name.
#[derive(Clone)]
struct Person {
    phone: String,
    name: String,
}

/// Everything that Meta stores.
#[derive(Default)]
pub(crate) struct MetaMemory {
    pub(crate) messages: BTreeMap<String, MetaMessage>,
    pub(crate) inbound: BTreeMap<String, InboundMessage>,
    pub(crate) media: BTreeMap<String, Media>,
    /// The names of templates that were sent or asked for.
    pub(crate) templates: BTreeSet<String>,
    people: BTreeMap<String, Person>,
}

impl MetaMemory {
    /// Keeps who has written.
    pub(crate) fn meet(&mut self, user_id: &str, phone: String, name: &str) {
        self.people.insert(user_id.to_owned(), Person { phone, name: name.to_owned() });
    }

    /// The phone of the person with this user id: their own, or for one who never wrote a phone of that name.
    pub(crate) fn phone_of(&self, user_id: &str) -> String {
        self.people.get(user_id).map_or_else(|| user_id.to_owned(), |person| person.phone.clone())
    }

    /// The person as webhooks name them: `{profile, wa_id?, user_id}`.
    pub(crate) fn contact(&self, person: &Recipient) -> Value {
        let name = self.people.get(&person.user_id).map_or(NAMELESS, |person| &person.name);
        let mut contact = Map::from_iter([
            ("profile".to_owned(), json!({"name": name})),
            ("user_id".to_owned(), json!(person.user_id)),
        ]);
        if let Some(wa_id) = &person.wa_id {
            contact.insert("wa_id".into(), json!(wa_id));
        }
        Value::Object(contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_one_by_number_and_by_id() {
        let mut memory = MetaMemory::default();
        let ana = Recipient::of_number("5215511112222");
        memory.meet(&ana.user_id, "+525511112222".into(), "Ana");
        assert_eq!(memory.phone_of(&ana.user_id), "+525511112222");
        assert_eq!(memory.phone_of("MX.1"), "MX.1");
        let contact = json!({"profile": {"name": "Ana"}, "wa_id": "5215511112222", "user_id": ana.user_id});
        assert_eq!(memory.contact(&ana), contact);
        let hidden = Recipient { wa_id: None, user_id: "MX.1".into() };
        assert_eq!(memory.contact(&hidden), json!({"profile": {"name": "Persona"}, "user_id": "MX.1"}));
    }
}
