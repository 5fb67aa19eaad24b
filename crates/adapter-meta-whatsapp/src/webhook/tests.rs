//! The event that each kind of update becomes.

use super::*;
use crate::content::Content;
use crate::items::What;
use chrono::DateTime;
use domain::{
    message::DeliveryStatus,
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        conversation::InboundContent,
    },
};
use ports::messaging::inbound_webhook::{InboundMessage, Notice, StatusReport};
use proptest::prelude::*;
use uuid::Uuid;

mod news;

const OURS: &str = "100000000000001";

fn webhook() -> MetaWebhook {
    MetaWebhook {
        secrets: AppSecrets::new(&[]),
        verify_token: "hand in hand".into(),
        phone_number_ids: vec!["100000000000000".into(), OURS.into()],
    }
}

fn decode(body: &[u8]) -> Result<Vec<InboundEvent>, Undecodable> {
    webhook().decode(&RawWebhook {
        method: "POST".into(),
        public_url: "https://example.com/webhooks/meta".into(),
        headers: Vec::new(),
        body: body.to_vec(),
    })
}

fn metadata(id: &str) -> String {
    format!(r#""metadata":{{"display_phone_number":"15550100","phone_number_id":"{id}"}}"#)
}

fn change(field: &str, value: &str) -> String {
    format!(r#"{{"field":"{field}","value":{{"messaging_product":"whatsapp",{},{value}}}}}"#, metadata(OURS))
}

fn body(changes: &[String]) -> String {
    let changes = changes.join(",");
    format!(r#"{{"object":"whatsapp_business_account","entry":[{{"id":"7","changes":[{changes}]}}]}}"#)
}

fn events_of(field: &str, value: &str) -> Vec<InboundEvent> {
    decode(body(&[change(field, value)]).as_bytes()).unwrap()
}

fn text(from: &str, id: &str, words: &str) -> String {
    format!(
        r#"{{"from":"{from}","id":"{id}","timestamp":"1700000000","type":"text","text":{{"body":"{words}"}}}}"#
    )
}

fn messages(list: &[String]) -> String {
    format!(r#""messages":[{}]"#, list.join(","))
}

fn only<T>(mut all: Vec<T>) -> T {
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn message(event: InboundEvent) -> InboundMessage {
    match event {
        InboundEvent::Message(message) => message,
        InboundEvent::Notice(notice) => panic!("a notice of {}", notice.kind),
        _ => panic!("no message"),
    }
}

fn notice(event: InboundEvent) -> Notice {
    match event {
        InboundEvent::Notice(notice) => notice,
        _ => panic!("no notice"),
    }
}

fn status(event: InboundEvent) -> StatusReport {
    match event {
        InboundEvent::Status(report) => report,
        _ => panic!("no status"),
    }
}

#[test]
fn a_text_has_its_sender_verbatim_and_their_number_canonical() {
    let value = format!(
        r#""contacts":[{{"profile":{{"name":"Ana"}},"wa_id":"5215512345678"}}],{}"#,
        messages(&[text("5215512345678", "wamid.A", "hola")])
    );
    let got = message(only(events_of("messages", &value)));
    assert_eq!(got.channel_account.key(), format!("meta:whatsapp:{OURS}"));
    assert_eq!((got.provider_event_id.as_str(), got.sender.as_str()), ("wamid.A", "5215512345678"));
    assert_eq!(got.phone.unwrap().e164(), "+525512345678");
    assert!(got.content == InboundContent::Text("hola".into()) && got.is_ours);
    assert_eq!(got.sent_at, DateTime::from_timestamp(1_700_000_000, 0));
}

#[test]
fn each_message_has_the_profile_name_of_its_own_sender() {
    let value = format!(
        r#""contacts":[{{"wa_id":"525511110002","profile":{{"name":"Dos"}}}},{{"wa_id":"525511110001","profile":{{"name":"Uno 🌸"}}}},{{"wa_id":"525511110003","profile":7}}],{}"#,
        messages(&[
            text("525511110001", "wamid.1", "a"),
            text("525511110002", "wamid.2", "b"),
            text("525511110003", "wamid.3", "c"),
            text("525511110004", "wamid.4", "d"),
        ])
    );
    let named: Vec<_> =
        events_of("messages", &value).into_iter().map(|event| message(event).profile_name).collect();
    assert_eq!(named, [Some("Uno 🌸".into()), Some("Dos".into()), None, None]);
}

#[test]
fn every_entry_change_and_list_is_read() {
    let first = change(
        "messages",
        &format!(
            r#"{},"statuses":[{{"id":"wamid.S","status":"delivered","timestamp":"1"}}]"#,
            messages(&[text("525511110001", "wamid.1", "a"), text("525511110002", "wamid.2", "b")])
        ),
    );
    let second = change("messages", &messages(&[text("525511110003", "wamid.3", "c")]));
    let third = change("account_update", r#""event":"VERIFIED_ACCOUNT""#);
    let whole = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{first},{second}]}},{{"id":"2","changes":[{third}]}}]}}"#
    );
    let mut seen = Vec::new();
    for event in decode(whole.as_bytes()).unwrap() {
        seen.push(match event {
            InboundEvent::Message(message) => message.provider_event_id,
            InboundEvent::Status(report) => report.provider_id.unwrap(),
            InboundEvent::Notice(notice) => notice.kind,
            InboundEvent::Consent(_) => "consent".into(),
        });
    }
    assert_eq!(seen, ["wamid.1", "wamid.2", "wamid.S", "wamid.3", "account_update"]);
}

#[test]
fn a_message_is_kept_with_its_own_contact_only() {
    let value = format!(
        r#""contacts":[{{"wa_id":"525511110002","profile":{{"name":"Dos"}}}},{{"wa_id":"525511110001","profile":{{"name":"Uno"}}}}],{}"#,
        messages(&[text("525511110001", "wamid.1", "a"), text("525511110003", "wamid.3", "c")])
    );
    let raws: Vec<String> = events_of("messages", &value)
        .into_iter()
        .map(|event| String::from_utf8(message(event).raw).unwrap())
        .collect();
    let first = text("525511110001", "wamid.1", "a");
    assert_eq!(
        raws[0],
        format!(r#"{{"message":{first},"contact":{{"wa_id":"525511110001","profile":{{"name":"Uno"}}}}}}"#)
    );
    assert_eq!(raws[1], format!(r#"{{"message":{}}}"#, text("525511110003", "wamid.3", "c")));
}

#[test]
fn a_sender_without_a_number_has_a_business_scoped_id() {
    const ID: &str = "US.13491208655302741918";
    let unnumbered = r#""id":"wamid.1","type":"text","text":{"body":"hi"}"#;
    let contact = format!(r#""contacts":[{{"user_id":"{ID}"}}]"#);
    for value in [
        format!(r#""messages":[{{"from_user_id":"{ID}",{unnumbered}}}]"#),
        format!(r#"{contact},"messages":[{{"from_user_id":"{ID}",{unnumbered}}}]"#),
        format!(r#"{contact},"messages":[{{{unnumbered}}}]"#),
    ] {
        let got = message(only(events_of("messages", &value)));
        assert_eq!((got.sender.as_str(), got.phone), (ID, None));
    }
    let known = format!(
        r#""contacts":[{{"wa_id":"525599990000"}},{{"user_id":"{ID}","wa_id":"525512345678"}}],"messages":[{{"from_user_id":"{ID}",{unnumbered}}}]"#
    );
    assert_eq!(message(only(events_of("messages", &known))).sender, "525512345678", "by id, not by index");
    let anyone =
        format!(r#""contacts":[{{"user_id":"{ID}"}},{{"user_id":"MX.1"}}],"messages":[{{{unnumbered}}}]"#);
    assert_eq!(notice(only(events_of("messages", &anyone))).kind, "unreadable:message");
}

#[test]
fn a_message_to_another_number_is_not_ours() {
    let foreign = |value: &str| {
        let change = format!(r#"{{"field":"messages","value":{{{},{value}}}}}"#, metadata("999"));
        only(decode(body(&[change]).as_bytes()).unwrap())
    };
    let got = message(foreign(&messages(&[text("525512345678", "wamid.1", "a")])));
    assert!(!got.is_ours && got.channel_account.key() == "meta:whatsapp:999");
    let news = notice(foreign(r#""statuses":[{"id":"wamid.S","status":"read","timestamp":"1"}]"#));
    assert_eq!((news.kind.as_str(), news.key.as_str()), ("status:read", "wamid.S:read:1"));
}

#[test]
fn a_message_that_names_no_number_of_ours_is_only_recorded() {
    let changed = r#""type":"system","system":{"type":"customer_identity_changed"}"#;
    for kind in [r#""type":"text","text":{"body":"hola"}"#, changed] {
        for metadata in ["", r#""metadata":{},"#, r#""metadata":{"phone_number_id":""},"#] {
            let message = format!(r#""messages":[{{"from":"525512345678","id":"wamid.1",{kind}}}]"#);
            let change = format!(r#"{{"field":"messages","value":{{{metadata}{message}}}}}"#);
            let got = notice(only(decode(body(&[change]).as_bytes()).unwrap()));
            assert_eq!((got.kind.as_str(), got.key.as_str()), ("unreadable:message", "wamid.1"));
            assert_eq!(got.channel_account, "meta:whatsapp:");
        }
    }
}

#[test]
fn an_edit_is_a_message_whose_text_is_not_read() {
    let edit = r#""type":"edit","edit":{"original_message_id":"wamid.0","message":{"type":"text"}}"#;
    let value = format!(r#""messages":[{{"from":"525512345678","id":"wamid.9",{edit}}}]"#);
    assert_eq!(message(only(events_of("messages", &value))).content, InboundContent::Edited(String::new()));
}

#[test]
fn groups_and_system_messages_get_no_reply() {
    for (more, kind) in [
        (r#""type":"text","text":{"body":"hola"},"group_id":"G1""#, "group_message"),
        (r#""type":"revoke","revoke":{"original_message_id":"wamid.0"}"#, "revoke"),
        (r#""type":"system","system":{"type":"user_joined"}"#, "user_joined"),
        (r#""type":"system""#, "system"),
    ] {
        let value = format!(r#""messages":[{{"from":"525512345678","id":"wamid.9",{more}}}]"#);
        let got = notice(only(events_of("messages", &value)));
        assert_eq!((got.kind.as_str(), got.key.as_str()), (kind, "wamid.9"));
    }
}

#[test]
fn a_changed_identity_ends_the_chats_of_the_old_address_and_of_the_new() {
    let senders = |system: &str| -> Vec<String> {
        let value = format!(
            r#""messages":[{{"from":"525512345678","id":"wamid.9","type":"system","system":{system}}}]"#
        );
        events_of("messages", &value)
            .into_iter()
            .map(|event| {
                let got = message(event);
                assert!(got.content == InboundContent::IdentityChanged && got.is_ours);
                assert!(got.provider_event_id.starts_with("wamid.9"));
                got.sender
            })
            .collect()
    };
    let identity = r#"{"type":"customer_identity_changed","identity":"hash"}"#;
    assert_eq!(senders(identity), ["525512345678"]);
    let number = r#"{"type":"user_changed_number","wa_id":"525599990000"}"#;
    assert_eq!(senders(number), ["525512345678", "525599990000"]);
    let same = r#"{"type":"user_changed_number","wa_id":"525512345678"}"#;
    assert_eq!(senders(same), ["525512345678"]);
    let id = r#"{"type":"user_changed_user_id","user_id":"MX.13491208655302741918"}"#;
    assert_eq!(senders(id), ["525512345678", "MX.13491208655302741918"]);
}

#[test]
fn a_broken_update_does_not_hide_the_others() {
    let good = text("525512345678", "wamid.1", "hola");
    let nameless = r#"{"from":"525512345678","type":"text"}"#;
    let value = format!(
        r#""contacts":{{"0":1}},"messages":[7,{good},{nameless}],"statuses":{{"0":{{}}}},"errors":["x"]"#
    );
    let broken = [change("messages", &value), "null".into(), r#"{"field":"messages","value":[]}"#.into()];
    let mut kinds = Vec::new();
    for event in decode(body(&broken).as_bytes()).unwrap() {
        kinds.push(match event {
            InboundEvent::Message(message) => message.provider_event_id,
            other => notice(other).kind,
        });
    }
    let expected = [
        "unreadable:message",
        "wamid.1",
        "unreadable:message",
        "unreadable:statuses",
        "error:?",
        "unreadable:change",
        "unreadable:change",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn only_a_body_that_is_not_a_json_object_is_undecodable() {
    for body in ["", "{\"entry\":[", "[]", "7", "hola"] {
        assert!(decode(body.as_bytes()).is_err(), "{body}");
    }
    for body in ["{}", r#"{"a":"x"}"#, r#"{"entry":{"0":{}}}"#, r#"{"object":"page","entry":[{"id":"1"}]}"#] {
        let got = notice(only(decode(body.as_bytes()).unwrap()));
        assert_eq!((got.kind.as_str(), got.raw.as_slice()), ("unreadable:body", body.as_bytes()));
    }
    let entry = r#"{"entry":[{"id":"1","messaging":[]},4]}"#;
    let kinds: Vec<_> =
        decode(entry.as_bytes()).unwrap().into_iter().map(|event| notice(event).kind).collect();
    assert_eq!(kinds, ["unreadable:entry", "unreadable:entry"]);
}

#[test]
fn an_invalid_byte_affects_its_own_message_only() {
    let list = messages(&[text("525512345678", "wamid.1", "a?b"), text("525512345678", "wamid.2", "c")]);
    let spoiled: Vec<u8> =
        body(&[change("messages", &list)]).bytes().map(|b| if b == b'?' { 0xff } else { b }).collect();
    let said: Vec<InboundContent> =
        decode(&spoiled).unwrap().into_iter().map(|event| message(event).content).collect();
    assert_eq!(said, [InboundContent::Text("a\u{fffd}b".into()), InboundContent::Text("c".into())]);
}

#[test]
fn deep_nesting_is_decoded() {
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(decode(deep.as_bytes()).unwrap().len(), 1);
    let hidden = format!(
        r#""messages":[{{"from":"52","id":"wamid.1","type":"hologram","hologram":{}{}}}]"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert_eq!(
        message(only(events_of("messages", &hidden))).content,
        InboundContent::Other("hologram".into())
    );
}

#[test]
fn items_contain_more_than_events() {
    let json = text("525512345678", "wamid.1", "hola").replacen(
        '{',
        r#"{"context":{"id":"wamid.0"},"referral":{"source_id":"1"},"#,
        1,
    );
    let found = items(body(&[change("messages", &messages(&[json]))]).as_bytes()).unwrap();
    let item = only(found);
    assert_eq!((item.business_account.as_deref(), item.phone_number_id.as_deref()), (Some("7"), Some(OURS)));
    match item.what {
        What::Message(message) => {
            assert!(message.has_context && message.has_referral && message.group.is_none());
            assert!(message.content == Content::Text("hola".into()));
        }
        _ => panic!("no message"),
    }
}

#[test]
fn the_handshake_returns_the_challenge_for_the_right_token() {
    let query =
        |mode: &str, token: &str| format!("hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158");
    let shake = |query: &str| webhook().handshake(query);
    assert_eq!(shake(&query("subscribe", "hand%20in+hand")).as_deref(), Ok("1158"));
    for wrong in [query("subscribe", "hand"), query("unsubscribe", "hand+in+hand"), query("subscribe", "")] {
        assert_eq!(shake(&wrong), Err(SignatureInvalid), "{wrong}");
    }
    assert!(shake("hub.mode=subscribe&hub.verify_token=hand+in+hand").is_err(), "no challenge");
    assert!(shake("").is_err());
    let untold = MetaWebhook { verify_token: "".into(), ..webhook() };
    assert!(untold.handshake(&query("subscribe", "")).is_err(), "an empty token is never accepted");
}

/// JSON of any shape, with the member names of the envelope among its own.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let names = [
        "entry",
        "changes",
        "field",
        "value",
        "metadata",
        "phone_number_id",
        "contacts",
        "messages",
        "statuses",
        "errors",
        "id",
        "from",
        "type",
        "text",
        "body",
        "interactive",
        "system",
        "wa_id",
        "status",
        "code",
        "timestamp",
        "message_echoes",
        "user_preferences",
        "category",
        "time",
        "phones",
        "origin",
        "reaction",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        prop::sample::select(vec!["messages", "text", "interactive", "contacts", "failed"])
            .prop_map(Into::into),
    ];
    leaf.prop_recursive(9, 120, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((prop::sample::select(names.to_vec()), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_object_is_lost_or_panics(entries in prop::collection::vec(any_json(), 0..4)) {
        let body = serde_json::json!({ "entry": entries });
        let events = decode(body.to_string().as_bytes()).unwrap();
        prop_assert!(events.len() >= entries.len().max(1));
    }

    #[test]
    fn no_value_is_lost_or_panics(value in any_json(), field in prop::sample::select(vec!["messages", "calls"])) {
        let body = serde_json::json!({ "entry": [{ "id": "1", "changes": [{ "field": field, "value": value }] }] });
        let text = body.to_string();
        prop_assert!(!decode(text.as_bytes()).unwrap().is_empty());
        let cut = text.len() / 2;
        let _ = decode(&text.as_bytes()[..cut]);
    }

    #[test]
    fn no_query_panics(query in "\\PC{0,60}") {
        let _ = webhook().handshake(&query);
    }
}
