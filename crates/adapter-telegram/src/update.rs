//! An update as Telegram posts it (core.telegram.org/bots/api#update). The parser is lenient: ids come as
//! numbers or as text, members may be null, and new kinds and contents appear without notice.

use crate::{json::object, token::is_word_byte};
use ports::messaging::inbound_webhook::Undecodable;
use serde_json::{Map, Value};

/// One update. Only its id and kind are required here; the webhook checks the rest. There is no `Debug`,
/// because it contains texts and phone numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Update {
    /// `update_id`; a repeated one is the same update.
    pub id: i64,
    /// Name of the member that contains it: `message`, `edited_message`, `poll`.
    pub kind: String,
    /// Chat of the update; for a pressed button, the chat of its message.
    pub chat: Option<Chat>,
    /// Id of the person who caused it.
    pub from: Option<i64>,
    /// Id of the message, query or poll itself.
    pub item: Option<String>,
    /// Unix time in seconds.
    pub date: Option<i64>,
    /// Content of the update.
    pub content: Content,
}

/// A chat at Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chat {
    /// Id of the chat; for a private chat, the id of the person.
    pub id: i64,
    /// Whether only the bot and one person are in it.
    pub is_private: bool,
}

/// Content of an update.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// A text message.
    Text(String),
    /// A shared phone number.
    Contact {
        /// The number as Telegram sends it, often without its `+`.
        number: String,
        /// Telegram id of the number's owner. None when Telegram does not know them.
        owner: Option<i64>,
    },
    /// A photo, a location, a voice note.
    Media {
        /// Kind of the content: `photo`, `location`, `voice`.
        kind: &'static str,
        /// Caption below the content.
        caption: Option<String>,
    },
    /// A pressed button under a message.
    Press {
        /// Data that we gave the button.
        data: Option<String>,
        /// Title of the button. None when the update does not contain its message.
        title: Option<String>,
    },
    /// New membership status in a chat: `member`, `kicked`.
    Standing(String),
    /// A service message, which no person wrote: `pinned_message`.
    Service(&'static str),
    /// Content that this version does not know.
    Nothing,
}

/// Kinds of updates that are acted on. They take precedence over any other member of a body.
const ACTED_UPON: [&str; 4] = ["message", "callback_query", "my_chat_member", "edited_message"];

/// Kinds of media in a message. An animation comes with a document and a venue with a location, so the more
/// specific kind is first.
const MEDIA: [&str; 18] = [
    "photo",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "document",
    "sticker",
    "venue",
    "location",
    "story",
    "paid_media",
    "poll",
    "dice",
    "game",
    "checklist",
    "invoice",
    "giveaway",
];

/// Service messages, which Telegram itself writes into a chat.
const SERVICE: [&str; 20] = [
    "pinned_message",
    "message_auto_delete_timer_changed",
    "chat_background_set",
    "write_access_allowed",
    "connected_website",
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "migrate_to_chat_id",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "boost_added",
    "web_app_data",
];

impl Update {
    /// Reads an update from the body of a webhook request.
    ///
    /// # Errors
    /// When the body is not a JSON object, or has no `update_id`.
    pub fn parse(body: &[u8]) -> Result<Self, Undecodable> {
        let members = object(body).ok_or_else(|| Undecodable("it is no JSON object".into()))?;
        let id = members.get("update_id").and_then(whole);
        let id = id.ok_or_else(|| Undecodable("update_id is missing".into()))?;
        let (kind, value) = subject(&members);
        let holder = if kind == "callback_query" { member(value, "message") } else { Some(value) };
        Ok(Self {
            id,
            kind: kind.to_owned(),
            chat: holder.and_then(chat),
            from: ["from", "user"].into_iter().find_map(|name| whole(member(member(value, name)?, "id")?)),
            item: ["message_id", "id"].into_iter().find_map(|name| text(value, name)),
            date: ["edit_date", "date"].into_iter().find_map(|name| whole(member(value, name)?)),
            content: content(kind, value),
        })
    }
}

/// Name and value of the member that contains the update. A name that is not one of
/// Telegram's form becomes `unknown`.
fn subject(members: &Map<String, Value>) -> (&str, &Value) {
    let known = ACTED_UPON.iter().filter_map(|name| members.get_key_value(*name));
    let all = || members.iter().filter(|(name, value)| *name != "update_id" && !value.is_null());
    let found = known.chain(all()).find(|(_, value)| value.is_object()).or_else(|| all().next()).map(
        |(name, value)| {
            let is_name = name.len() <= 64 && !name.is_empty() && name.bytes().all(is_word_byte);
            (if is_name { name.as_str() } else { "unknown" }, value)
        },
    );
    found.unwrap_or(("unknown", &Value::Null))
}

fn content(kind: &str, value: &Value) -> Content {
    match kind {
        "callback_query" => press(value),
        "my_chat_member" | "chat_member" => member(value, "new_chat_member")
            .and_then(|standing| text(standing, "status"))
            .map_or(Content::Nothing, Content::Standing),
        _ => message(value),
    }
}

fn message(value: &Value) -> Content {
    let bears = |name: &&str| member(value, name).is_some();
    if let Some(text) = text(value, "text") {
        return Content::Text(text);
    }
    if let Some(contact) = member(value, "contact") {
        let number = text(contact, "phone_number").unwrap_or_default();
        return Content::Contact { number, owner: member(contact, "user_id").and_then(whole) };
    }
    let caption = text(value, "caption");
    if let Some(kind) = MEDIA.into_iter().find(bears) {
        return Content::Media { kind, caption };
    }
    if let Some(caption) = caption {
        return Content::Text(caption);
    }
    SERVICE.into_iter().find(bears).map_or(Content::Nothing, Content::Service)
}

fn press(query: &Value) -> Content {
    let data = text(query, "data");
    let title = data.as_deref().and_then(|data| {
        let keyboard = member(member(member(query, "message")?, "reply_markup")?, "inline_keyboard")?;
        let mut buttons = keyboard.as_array()?.iter().filter_map(Value::as_array).flatten();
        let pressed = buttons.find(|button| text(button, "callback_data").as_deref() == Some(data))?;
        text(pressed, "text")
    });
    Content::Press { data, title }
}

fn chat(value: &Value) -> Option<Chat> {
    let chat = member(value, "chat")?;
    let is_private = text(chat, "type").as_deref() == Some("private");
    Some(Chat { id: whole(member(chat, "id")?)?, is_private })
}

/// A member that is present and not null.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|member| !member.is_null())
}

/// A string member that is not empty, or a number member as text.
fn text(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, written as a number or as text.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(body: &str) -> Update {
        Update::parse(body.as_bytes()).ok().unwrap()
    }

    #[test]
    fn ids_are_numbers_or_text_and_null_is_none() {
        let update = parse(
            r#"{"update_id":"7","edited_message":null,"message":{"message_id":"12","date":"1700000000",
                "is_automatic_forward":0,"text":null,"from":{"id":"5","is_bot":0},
                "chat":{"id":"5","type":"private"},"sticker":{"is_animated":1}}}"#,
        );
        assert_eq!((update.id, update.kind.as_str(), update.from), (7, "message", Some(5)));
        assert_eq!(update.chat, Some(Chat { id: 5, is_private: true }));
        assert_eq!((update.item.as_deref(), update.date), (Some("12"), Some(1_700_000_000)));
        assert!(update.content == Content::Media { kind: "sticker", caption: None });
    }

    #[test]
    fn its_kind_is_the_name_of_its_member() {
        for (body, kind) in [
            (r#"{"update_id":1,"poll_answer":{"poll_id":"9"}}"#, "poll_answer"),
            (r#"{"update_id":1,"something_new":"x"}"#, "something_new"),
            (r#"{"update_id":1,"a":1,"edited_message":{}}"#, "edited_message"),
            (r#"{"update_id":1,"a_kind":{},"message":{}}"#, "message"),
            (r#"{"update_id":1,"two words":{}}"#, "unknown"),
            (r#"{"update_id":1}"#, "unknown"),
        ] {
            assert_eq!(parse(body).kind, kind, "{body}");
        }
    }

    #[test]
    fn without_an_object_or_an_id_it_cannot_be_read() {
        for body in ["", "[]", "null", "7", "{", "{}", r#"{"update_id":null}"#, r#"{"update_id":"x"}"#] {
            assert!(Update::parse(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn the_more_specific_kind_of_media_counts() {
        let content = |body: &str| parse(&format!(r#"{{"update_id":1,"message":{body}}}"#)).content;
        let media = |kind| Content::Media { kind, caption: None };
        assert!(content(r#"{"document":{},"animation":{}}"#) == media("animation"));
        assert!(content(r#"{"location":{},"venue":{}}"#) == media("venue"));
        let captioned = Content::Media { kind: "photo", caption: Some("mira".into()) };
        assert!(content(r#"{"photo":[{}],"caption":"mira"}"#) == captioned);
        assert!(content(r#"{"caption":"sola"}"#) == Content::Text("sola".into()));
        assert!(content(r#"{"pinned_message":{}}"#) == Content::Service("pinned_message"));
        assert!(content(r#"{"hologram":{}}"#) == Content::Nothing);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(Update::parse(&body));
        }

        #[test]
        fn no_value_in_any_place_panics(
            kind in prop::sample::select(vec!["message", "callback_query", "my_chat_member", "poll"]),
            name in prop::sample::select(vec![
                "chat", "from", "text", "contact", "message", "data", "new_chat_member", "date", "photo",
            ]),
            value in prop::sample::select(vec![
                "0", "-1", "1e400", "18446744073709551615", "true", "null", "\"\"", "\"x\"", "[]", "[[]]",
                "{}", r#"{"id":[]}"#, r#"{"chat":7,"reply_markup":{"inline_keyboard":[[7],7]}}"#,
            ]),
        ) {
            drop(Update::parse(format!(r#"{{"update_id":1,"{kind}":{{"{name}":{value}}}}}"#).as_bytes()));
        }
    }
}
