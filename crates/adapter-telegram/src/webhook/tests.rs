//! The event that each kind of update becomes.

use super::*;
use proptest::prelude::*;

const BOT: &str = "telegram:telegram:123456789";

fn decode(body: &str) -> Result<Vec<InboundEvent>, Undecodable> {
    let webhook =
        TelegramWebhook { secrets: WebhookSecrets::new(&[]), channel_account: BOT.parse().unwrap() };
    webhook.decode(&RawWebhook {
        method: "POST".into(),
        public_url: "https://example.com/webhooks/telegram".into(),
        headers: Vec::new(),
        body: body.into(),
    })
}

fn event(body: &str) -> InboundEvent {
    let mut events = decode(body).ok().unwrap();
    assert_eq!(events.len(), 1, "one event of one update");
    events.remove(0)
}

fn message(body: &str) -> InboundMessage {
    match event(body) {
        InboundEvent::Message(message) => message,
        _ => panic!("no message: {body}"),
    }
}

fn notice(body: &str) -> Notice {
    match event(body) {
        InboundEvent::Notice(notice) => notice,
        _ => panic!("no notice: {body}"),
    }
}

/// A message of person 42 in their private chat.
fn private(members: &str) -> String {
    format!(
        r#"{{"update_id":900,"message":{{"message_id":3,"date":1700000000,"from":{{"id":42,"is_bot":false}},
            "chat":{{"id":42,"type":"private","first_name":"Ana"}},{members}}}}}"#
    )
}

fn said_by(members: &str) -> InboundContent {
    message(&private(members)).content
}

fn said_in_words(text: &str) -> InboundContent {
    said_by(&format!(r#""text":{}"#, serde_json::Value::from(text)))
}

#[test]
fn a_message_is_keyed_by_its_update_and_comes_from_its_chat() {
    let body = private(r#""text":"¿Cuánto tengo?""#);
    let got = message(&body);
    assert_eq!(got.channel_account.key(), BOT);
    assert_eq!(got.provider_event_id, "900");
    assert_eq!(got.sender, "42");
    assert!(got.phone.is_none() && got.is_ours);
    assert_eq!(got.content, InboundContent::Text("¿Cuánto tengo?".into()));
    assert_eq!(got.sent_at.map(|at| at.timestamp()), Some(1_700_000_000));
    assert_eq!(got.raw, body.as_bytes());
}

#[test]
fn a_command_loses_the_bots_name() {
    for (text, expected) in [
        ("/balance", "/balance"),
        ("/balance@ventanilla_bot", "/balance"),
        ("/movimientos@ventanilla_bot  10", "/movimientos  10"),
        ("paga a ana@banco.mx", "paga a ana@banco.mx"),
        ("/start", "/start"),
        ("/", "/"),
    ] {
        assert_eq!(said_in_words(text), InboundContent::Text(expected.into()));
    }
}

#[test]
fn a_start_with_a_code_is_a_link_code() {
    let longest = "a".repeat(64);
    for (text, code) in [
        ("/start aB3_-9", "aB3_-9"),
        ("/start@ventanilla_bot x", "x"),
        (&format!("/start {longest}"), longest.as_str()),
    ] {
        assert_eq!(said_in_words(text), InboundContent::LinkCode(code.into()));
    }
    for text in [&format!("/start {longest}a"), "/start dos palabras", "/start ñ", "/starting abc"] {
        assert_eq!(said_in_words(text), InboundContent::Text(text.into()));
    }
}

#[test]
fn only_the_senders_own_number_is_accepted() {
    let own = PhoneNumber::parse_international("+525512345678").unwrap();
    for number in ["525512345678", "+525512345678", "5215512345678"] {
        let contact = format!(r#""contact":{{"phone_number":"{number}","first_name":"Ana","user_id":42}}"#);
        assert_eq!(said_by(&contact), InboundContent::OwnNumber(own.clone()), "{number}");
    }
    for contact in [
        r#""contact":{"phone_number":"525512345678","user_id":43}"#,
        r#""contact":{"phone_number":"525512345678"}"#,
        r#""contact":{"phone_number":"no","user_id":42}"#,
        r#""contact":{"user_id":42}"#,
    ] {
        assert_eq!(said_by(contact), InboundContent::Other("contact".into()), "{contact}");
    }
    let of_nobody = r#"{"update_id":1,"message":{"chat":{"id":42,"type":"private"},
        "contact":{"phone_number":"525512345678"}}}"#;
    assert_eq!(
        message(of_nobody).content,
        InboundContent::Other("contact".into()),
        "no owner is not the sender"
    );
}

#[test]
fn content_that_cannot_be_read_is_named_by_its_kind() {
    for (members, kind) in [
        (r#""photo":[{"file_id":"a"}],"caption":"mi recibo""#, "photo"),
        (r#""voice":{"duration":3}"#, "voice"),
        (r#""location":{"latitude":19.4,"longitude":-99.1}"#, "location"),
        (r#""sticker":{"is_animated":1}"#, "sticker"),
        (r#""hologram":{}"#, "unknown"),
    ] {
        assert_eq!(said_by(members), InboundContent::Other(kind.into()));
    }
}

#[test]
fn a_pressed_button_has_its_data_and_its_title() {
    let press = |members: &str| {
        format!(r#"{{"update_id":901,"callback_query":{{"id":"q","from":{{"id":42}},{members}}}}}"#)
    };
    let under = r#""data":"n2","message":{"message_id":5,"date":1,"chat":{"id":42,"type":"private"},
        "reply_markup":{"inline_keyboard":[[{"text":"Sí","callback_data":"n1"}],
            [{"text":"Abrir","url":"https://x"},{"text":"No","callback_data":"n2"}]]}}"#;
    let got = message(&press(under));
    assert_eq!(got.content, InboundContent::Button { id: "n2".into(), title: "No".into() });
    assert_eq!((got.sender.as_str(), got.sent_at), ("42", None));

    let alone = message(&press(r#""data":"n2""#));
    assert_eq!(alone.content, InboundContent::Button { id: "n2".into(), title: "n2".into() });
    assert_eq!(alone.sender, "42", "without its message the chat is the person's");

    let in_a_group = r#""data":"n2","message":{"chat":{"id":-7,"type":"group"}}"#;
    for members in [in_a_group, r#""game_short_name":"g""#, r#""data":"""#] {
        assert_eq!(notice(&press(members)).kind, "callback_query", "{members}");
    }
}

#[test]
fn blocking_the_bot_is_an_opt_out_and_unblocking_it_an_opt_in() {
    let standing = |chat: &str, status: &str| {
        format!(
            r#"{{"update_id":902,"my_chat_member":{{"chat":{{"id":42,"type":"{chat}"}},"date":1700000000,
                "from":{{"id":42}},"new_chat_member":{{"status":"{status}","user":{{"id":1}}}}}}}}"#
        )
    };
    for (status, consent) in [("kicked", ConsentStatus::OptedOut), ("member", ConsentStatus::OptedIn)] {
        let InboundEvent::Consent(report) = event(&standing("private", status)) else { panic!("{status}") };
        assert_eq!((report.sender.as_str(), report.consent), ("42", consent));
        assert_eq!((report.channel_account.key().as_str(), report.scope), (BOT, ConsentScope::All));
        assert_eq!(report.at.map(|at| at.timestamp()), Some(1_700_000_000));
    }
    assert_eq!(notice(&standing("private", "restricted")).kind, "my_chat_member");
    assert_eq!(notice(&standing("group", "kicked")).kind, "my_chat_member", "a group has no consent");
}

#[test]
fn outside_private_chats_nothing_is_acted_on() {
    for chat in ["group", "supergroup", "channel", ""] {
        let body = format!(
            r#"{{"update_id":903,"message":{{"text":"paga 100 a Ana","from":{{"id":42}},
                "chat":{{"id":-5,"type":"{chat}"}}}}}}"#
        );
        let got = notice(&body);
        assert_eq!((got.kind.as_str(), got.key.as_str()), ("message", "903"));
        assert_eq!(got.raw, body.as_bytes());
    }
}

#[test]
fn an_edited_message_is_a_message_whose_text_is_not_read() {
    let edited = r#"{"update_id":905,"edited_message":{"text":"paga 100 a Ana","date":1700000000,
        "edit_date":1700000060,"from":{"id":42},"chat":{"id":42,"type":"private"}}}"#;
    let got = message(edited);
    assert_eq!(got.content, InboundContent::Edited("paga 100 a Ana".into()));
    assert_eq!(got.sent_at, DateTime::from_timestamp(1_700_000_060, 0), "it was written when it was edited");
}

#[test]
fn other_updates_are_recorded_under_their_own_name() {
    for kind in
        ["edited_channel_post", "business_message", "channel_post", "inline_query", "poll", "brand_new"]
    {
        let body = format!(
            r#"{{"update_id":904,"{kind}":{{"text":"hola","from":{{"id":42}},
                "chat":{{"id":42,"type":"private"}}}}}}"#
        );
        let got = notice(&body);
        assert_eq!((got.kind.as_str(), got.key.as_str(), got.channel_account.as_str()), (kind, "904", BOT));
    }
    assert_eq!(
        notice(&private(r#""pinned_message":{"message_id":1}"#)).kind,
        "message",
        "no person wrote it"
    );
    assert_eq!(notice(r#"{"update_id":1}"#).kind, "unknown");
}

#[test]
fn an_edited_text_is_an_edit_and_a_moving_place_is_not() {
    let edited = |members: &str| private(members).replace(r#""message":"#, r#""edited_message":"#);
    let text = edited(r#""text":"sí","edit_date":1700000009"#);
    assert_eq!(message(&text).content, InboundContent::Edited("sí".into()));
    assert_eq!(notice(&edited(r#""location":{"latitude":19.4,"longitude":-99.1}"#)).kind, "edited_message");
}

#[test]
fn half_a_character_spoils_no_update() {
    let body = private(r#""text":"ayuda \udc00""#).replace("Ana", r"A\ud83d");
    assert_eq!(message(&body).content, InboundContent::Text("ayuda \u{fffd}".into()));
}

#[test]
fn only_a_body_without_an_object_or_an_id_is_refused() {
    for body in ["", "<html>", "[]", r#"{"message":{"text":"hola"}}"#] {
        assert!(decode(body).is_err(), "{body}");
    }
}

proptest! {
    #[test]
    fn any_text_is_kept_or_read_as_a_code(text in "/?[a-z]{0,6}@?[a-z_]{0,4} ?\\PC{0,80}") {
        let expected_kept = !text.starts_with('/');
        match said_in_words(&text) {
            InboundContent::Text(kept) => prop_assert!(!expected_kept || kept == text),
            InboundContent::LinkCode(code) => prop_assert!(!expected_kept && (1..=64).contains(&code.len())),
            InboundContent::Other(kind) => prop_assert!(text.is_empty() && kind == "unknown"),
            _ => prop_assert!(false, "neither a text nor a code"),
        }
    }
}
