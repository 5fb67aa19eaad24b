//! Content of a message, by its type. Meta adds types without notice; unknown ones keep their JSON.

use crate::json::Object;
use domain::{messaging::conversation::InboundContent, phone::PhoneNumber};

/// Content of a message. There is no `Debug`, because it contains texts and phone numbers.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// A text message.
    Text(String),
    /// A pressed button of a template.
    Button {
        /// Payload of the button.
        payload: Option<String>,
        /// Title of the button.
        text: Option<String>,
    },
    /// A pressed button, or a row chosen from a list.
    Reply {
        /// `button_reply` or `list_reply`.
        kind: String,
        /// Id of the button or row, as we sent it.
        id: String,
        /// Title of the button or row.
        title: String,
    },
    /// Any other answer to an interactive message.
    Interactive {
        /// `nfm_reply`, `call_permission_reply`. None when Meta could not read the answer itself.
        kind: Option<String>,
        /// JSON of the answer. For a finished flow, its answers, which Meta sends as a JSON string.
        answer: Option<String>,
    },
    /// An image, audio, video, document or sticker. This crate never fetches the file.
    Media {
        /// Id of the file.
        id: Option<String>,
        /// MIME type of the file.
        mime_type: Option<String>,
        /// Caption below the file.
        caption: Option<String>,
        /// File name of a document.
        filename: Option<String>,
    },
    /// A shared location.
    Location {
        /// Latitude, as Meta writes it.
        latitude: Option<String>,
        /// Longitude, as Meta writes it.
        longitude: Option<String>,
        /// Name of the place.
        name: Option<String>,
    },
    /// Contacts that the sender shared.
    Contacts(Vec<SharedContact>),
    /// A reaction to a message.
    Reaction {
        /// Id of that message.
        message_id: Option<String>,
        /// The emoji. None removes the reaction.
        emoji: Option<String>,
    },
    /// Products ordered from a catalogue.
    Order {
        /// Id of the catalogue.
        catalog_id: Option<String>,
        /// Number of different products.
        items: usize,
        /// Text sent with the order.
        text: Option<String>,
    },
    /// A system message about the sender.
    System {
        /// Event: `user_changed_number`, `user_changed_user_id`, `customer_identity_changed`.
        kind: Option<String>,
        /// Description of the event.
        body: Option<String>,
        /// Digits of the sender's new number.
        wa_id: Option<String>,
        /// New business-scoped id of the sender.
        user_id: Option<String>,
    },
    /// Content that Meta can't deliver; the strings are Meta's error codes.
    Unsupported(Vec<String>),
    /// Any other type: the JSON of the member that is named after the type.
    Other(Option<String>),
}

/// A contact that a sender shared.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedContact {
    /// Formatted name of the contact.
    pub name: Option<String>,
    /// `contact_request` when the sender shares their own number at our request.
    pub origin: Option<String>,
    /// Phone numbers of the contact.
    pub phones: Vec<ContactPhone>,
}

/// A phone number of a shared contact.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactPhone {
    /// The number as its owner writes it.
    pub phone: Option<String>,
    /// WhatsApp id of the number: digits.
    pub wa_id: Option<String>,
}

impl Content {
    /// Reads the content of a message of type `kind`.
    pub(crate) fn read(kind: &str, message: &Object<'_>) -> Self {
        Self::read_known(kind, message)
            .unwrap_or_else(|| Self::Other(message.member(kind).map(|raw| raw.get().to_owned())))
    }

    fn read_known(kind: &str, message: &Object<'_>) -> Option<Self> {
        Some(match kind {
            "text" => Self::Text(message.object("text")?.text("body")?),
            "button" => {
                let button = message.object("button")?;
                Self::Button { payload: button.text("payload"), text: button.text("text") }
            }
            "interactive" => Self::interactive(message.object("interactive").as_ref()),
            "image" | "video" | "audio" | "document" | "sticker" => {
                let media = message.object(kind)?;
                Self::Media {
                    id: media.text("id"),
                    mime_type: media.text("mime_type"),
                    caption: media.text("caption"),
                    filename: media.text("filename"),
                }
            }
            "location" => {
                let place = message.object("location")?;
                Self::Location {
                    latitude: place.text("latitude"),
                    longitude: place.text("longitude"),
                    name: place.text("name"),
                }
            }
            "contacts" => Self::Contacts(message.objects("contacts").iter().map(contact).collect()),
            "reaction" => {
                let reaction = message.object("reaction");
                let of = |name| reaction.as_ref().and_then(|reaction| reaction.text(name));
                Self::Reaction { message_id: of("message_id"), emoji: of("emoji").filter(|e| !e.is_empty()) }
            }
            "order" => {
                let order = message.object("order")?;
                let items = order.list("product_items").map_or(0, |items| items.len());
                Self::Order { catalog_id: order.text("catalog_id"), items, text: order.text("text") }
            }
            "system" => {
                let news = message.object("system")?;
                Self::System {
                    kind: news.word("type"),
                    body: news.text("body"),
                    wa_id: news.word("wa_id").or_else(|| news.word("new_wa_id")),
                    user_id: news.word("user_id"),
                }
            }
            "unsupported" => Self::Unsupported(error_codes(message)),
            _ => return None,
        })
    }

    fn interactive(answer: Option<&Object<'_>>) -> Self {
        let Some(answer) = answer else { return Self::Interactive { kind: None, answer: None } };
        let Some(kind) = answer.word("type") else { return Self::Interactive { kind: None, answer: None } };
        let chosen = answer.object(&kind);
        if matches!(kind.as_str(), "button_reply" | "list_reply")
            && let Some(id) = chosen.as_ref().and_then(|chosen| chosen.text("id"))
        {
            let title = chosen.and_then(|chosen| chosen.text("title")).unwrap_or_default();
            return Self::Reply { kind, id, title };
        }
        let filled = chosen.and_then(|chosen| chosen.text("response_json"));
        let written = || answer.member(&kind).map(|raw| raw.get().to_owned());
        Self::Interactive { answer: filled.or_else(written), kind: Some(kind) }
    }

    /// True when another person may use the sender's address from now on.
    pub(crate) fn ends_identity(&self) -> bool {
        const KINDS: [&str; 3] = ["customer_identity_changed", "user_changed_number", "user_changed_user_id"];
        matches!(self, Self::System { kind: Some(kind), .. } if KINDS.contains(&kind.as_str()))
    }

    /// New number and new business-scoped id of the sender, as far as the message contains them.
    pub(crate) fn new_addresses(&self) -> impl Iterator<Item = &String> {
        let (number, id) = match self {
            Self::System { wa_id, user_id, .. } => (wa_id.as_ref(), user_id.as_ref()),
            _ => (None, None),
        };
        number.into_iter().chain(id)
    }

    /// The content for the conversation. Content without a text is given by its type, `kind`.
    pub(crate) fn said(&self, kind: &str) -> InboundContent {
        if kind == "edit" {
            // Which text it has now is not read.
            return InboundContent::Edited(String::new());
        }
        let other = || InboundContent::Other(kind.to_owned());
        match self {
            Self::Text(words) if words.is_empty() => InboundContent::Other("empty".into()),
            Self::Text(words) => InboundContent::Text(words.clone()),
            Self::Button { payload, text } => match payload.as_ref().or(text.as_ref()) {
                Some(id) => {
                    InboundContent::Button { id: id.clone(), title: text.clone().unwrap_or_default() }
                }
                None => other(),
            },
            Self::Reply { id, title, .. } => InboundContent::Button { id: id.clone(), title: title.clone() },
            Self::Interactive { kind: Some(kind), .. } => InboundContent::Other(kind.clone()),
            Self::Reaction { .. } => InboundContent::Reaction,
            Self::Contacts(contacts) => own_number(contacts).map_or_else(other, InboundContent::OwnNumber),
            _ => other(),
        }
    }
}

/// A shared contact can contain any number; only a contact shared at our request is the sender's own.
fn own_number(contacts: &[SharedContact]) -> Option<PhoneNumber> {
    let [contact] = contacts else { return None };
    let asked_for = contact.origin.as_deref() == Some("contact_request");
    contact.phones.iter().filter(|_| asked_for).find_map(|listed| {
        let by_id = listed.wa_id.as_deref().and_then(phone_of);
        by_id.or_else(|| PhoneNumber::parse_international(listed.phone.as_deref()?).ok())
    })
}

/// Canonical phone number of a WhatsApp id. None when the id is not the digits of a number.
pub(crate) fn phone_of(wa_id: &str) -> Option<PhoneNumber> {
    let is_number = !wa_id.is_empty() && wa_id.bytes().all(|b| b.is_ascii_digit());
    if is_number { PhoneNumber::parse_international(&format!("+{wa_id}")).ok() } else { None }
}

/// Error codes in the `errors` list of an object.
pub(crate) fn error_codes(bearer: &Object<'_>) -> Vec<String> {
    bearer.objects("errors").iter().filter_map(|error| error.word("code")).collect()
}

fn contact(contact: &Object<'_>) -> SharedContact {
    let phone =
        |listed: &Object<'_>| ContactPhone { phone: listed.text("phone"), wa_id: listed.word("wa_id") };
    SharedContact {
        name: contact.object("name").and_then(|name| name.text("formatted_name")),
        origin: contact.text("origin"),
        phones: contact.objects("phones").iter().map(phone).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn read_json(kind: &str, json: &str) -> Content {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        Content::read(kind, &Object::read(raw).unwrap())
    }

    fn said(kind: &str, json: &str) -> InboundContent {
        read_json(kind, json).said(kind)
    }

    fn other(kind: &str) -> InboundContent {
        InboundContent::Other(kind.into())
    }

    fn button(id: &str, title: &str) -> InboundContent {
        InboundContent::Button { id: id.into(), title: title.into() }
    }

    #[test]
    fn texts_and_pressed_buttons_are_read() {
        assert_eq!(
            said("text", r#"{"text":{"body":"¿Cuánto tengo?"}}"#),
            InboundContent::Text("¿Cuánto tengo?".into())
        );
        assert_eq!(said("text", r#"{"text":{"body":""}}"#), other("empty"));
        assert_eq!(said("button", r#"{"button":{"payload":"yes:1","text":"Sí"}}"#), button("yes:1", "Sí"));
        assert_eq!(said("button", r#"{"button":{"text":"Sí"}}"#), button("Sí", "Sí"));
        let pressed = r#"{"interactive":{"type":"button_reply","button_reply":{"id":"no:1","title":"No"}}}"#;
        assert_eq!(said("interactive", pressed), button("no:1", "No"));
        let chosen =
            r#"{"interactive":{"type":"list_reply","list_reply":{"id":"b","title":"B","description":"x"}}}"#;
        assert_eq!(said("interactive", chosen), button("b", "B"));
    }

    #[test]
    fn a_reaction_that_is_added_or_removed_is_a_reaction() {
        for json in [
            r#"{"reaction":{"message_id":"wamid.1","emoji":"👍"}}"#,
            r#"{"reaction":{"message_id":"wamid.1","emoji":""}}"#,
            r#"{"reaction":{"message_id":"wamid.1"}}"#,
            "{}",
        ] {
            assert_eq!(said("reaction", json), InboundContent::Reaction, "{json}");
        }
    }

    #[test]
    fn content_without_a_text_is_named_by_its_type() {
        for (kind, json) in [
            ("image", r#"{"image":{"id":"1","mime_type":"image/jpeg","sha256":"x","caption":"mira"}}"#),
            ("audio", r#"{"audio":{"id":"1","mime_type":"audio/ogg","voice":true}}"#),
            ("video", "{}"),
            ("document", r#"{"document":{"id":"1","filename":"a.pdf"}}"#),
            ("sticker", r#"{"sticker":{"id":"1","animated":true}}"#),
            ("location", r#"{"location":{"latitude":19.4,"longitude":-99.1}}"#),
            ("order", r#"{"order":{"catalog_id":"7","product_items":[{},{}]}}"#),
            ("unsupported", r#"{"errors":[{"code":131051}]}"#),
            ("hologram", r#"{"hologram":{"x":1}}"#),
            ("text", r#"{"text":"no object"}"#),
            ("interactive", "{}"),
        ] {
            assert_eq!(said(kind, json), other(kind), "{kind}");
        }
        let flow =
            r#"{"interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","response_json":"{\"a\":1}"}}}"#;
        assert_eq!(said("interactive", flow), other("nfm_reply"));
        let kept = Content::Interactive { kind: Some("nfm_reply".into()), answer: Some(r#"{"a":1}"#.into()) };
        assert!(read_json("interactive", flow) == kept);
        assert!(
            read_json("hologram", r#"{"hologram":{"x":1}}"#) == Content::Other(Some(r#"{"x":1}"#.into()))
        );
    }

    #[test]
    fn only_a_requested_contact_is_the_senders_own_number() {
        let contact = |origin: &str| {
            format!(
                r#"{{"contacts":[{{{origin}"phones":[{{"phone":"+52 55 1234 5678","wa_id":"5215512345678"}}]}}]}}"#
            )
        };
        let own = said("contacts", &contact(r#""origin":"contact_request","#));
        assert_eq!(
            own,
            InboundContent::OwnNumber(PhoneNumber::parse_international("+525512345678").unwrap())
        );
        assert_eq!(said("contacts", &contact("")), other("contacts"));
        assert_eq!(said("contacts", &contact(r#""origin":"shared","#)), other("contacts"));
        let two = r#"{"contacts":[{"origin":"contact_request","phones":[{"wa_id":"525512345678"}]},{"phones":[]}]}"#;
        assert_eq!(
            said("contacts", two),
            other("contacts"),
            "of two contacts, neither is known to be the sender's"
        );
        let unreadable = r#"{"contacts":[{"origin":"contact_request","phones":[{"phone":"hola"}]}]}"#;
        assert_eq!(said("contacts", unreadable), other("contacts"));
    }

    #[test]
    fn the_new_number_of_a_sender_is_read_under_either_name() {
        for name in ["wa_id", "new_wa_id"] {
            let json = format!(r#"{{"system":{{"type":"user_changed_number","{name}":"525599998888"}}}}"#);
            match read_json("system", &json) {
                Content::System { kind, wa_id, .. } => {
                    assert_eq!(kind.as_deref(), Some("user_changed_number"));
                    assert_eq!(wa_id.as_deref(), Some("525599998888"));
                }
                _ => panic!("no system message"),
            }
        }
    }

    #[test]
    fn only_digits_are_a_number() {
        assert_eq!(phone_of("5215512345678").unwrap().e164(), "+525512345678");
        for id in ["", "US.13491208655302741918", "+525512345678", "52 55"] {
            assert_eq!(phone_of(id), None, "{id}");
        }
    }
}
