//! Delivery reports, consent, and all other updates.

use super::*;

#[test]
fn a_delivery_report_names_our_message_and_its_status() {
    let id = Uuid::from_u128(5);
    for (word, expected) in [
        ("sent", DeliveryStatus::Sent),
        ("delivered", DeliveryStatus::Delivered),
        ("read", DeliveryStatus::Read),
        ("played", DeliveryStatus::Read),
        ("failed", DeliveryStatus::Failed),
    ] {
        let value = format!(
            r#""statuses":[{{"id":"wamid.S","status":"{word}","timestamp":"1700000000","recipient_id":"525512345678","biz_opaque_callback_data":"{id}","errors":[{{"code":131026}}]}}]"#
        );
        let got = status(only(events_of("messages", &value)));
        assert_eq!((got.status, got.message.map(|m| m.0)), (expected, Some(id)));
        assert_eq!((got.provider_id.as_deref(), got.error.as_deref()), (Some("wamid.S"), Some("131026")));
        assert!(!got.opted_out && got.at == DateTime::from_timestamp(1_700_000_000, 0));
    }
    for word in ["deleted", "warped"] {
        let value = format!(r#""statuses":[{{"id":"wamid.S","status":"{word}","timestamp":"1"}}]"#);
        assert_eq!(notice(only(events_of("messages", &value))).kind, format!("status:{word}"));
    }
    let call = r#""statuses":[{"id":"wacid.S","status":"failed","timestamp":"1","type":"call"}]"#;
    assert_eq!(notice(only(events_of("calls", call))).kind, "status:failed", "a call is not a message");
}

#[test]
fn a_delivery_report_can_carry_an_opt_out_and_no_message_of_ours() {
    let value = r#""statuses":[{"id":"wamid.S","status":"failed","biz_opaque_callback_data":"another tool's","errors":[{"code":131050,"title":"stopped"}]}]"#;
    let got = status(only(events_of("messages", value)));
    assert!(got.opted_out && got.message.is_none() && got.at.is_none());
}

#[test]
fn a_marketing_preference_is_consent_for_marketing() {
    for (word, expected) in [
        ("stop", ConsentStatus::OptedOut),
        ("resume", ConsentStatus::OptedIn),
        ("signup", ConsentStatus::OptedIn),
    ] {
        let value = format!(
            r#""user_preferences":[{{"wa_id":"5215512345678","category":"marketing_messages","value":"{word}","timestamp":1700000000}}]"#
        );
        match only(events_of("user_preferences", &value)) {
            InboundEvent::Consent(got) => {
                assert_eq!((got.scope, got.consent), (ConsentScope::Marketing, expected));
                assert_eq!(got.sender, "5215512345678");
                assert_eq!(got.phone.unwrap().e164(), "+525512345678");
                assert!(got.at.is_some() && got.channel_account.address() == OURS);
            }
            _ => panic!("no consent"),
        }
    }
    let stop = r#"{"wa_id":"2","category":"marketing_messages","value":"stop"}"#;
    for odd in [r#"{"wa_id":"1","category":"horoscopes","value":"stop"}"#, r#"{"wa_id":"1"}"#, "7"] {
        let events = events_of("user_preferences", &format!(r#""user_preferences":[{odd},{stop}]"#));
        assert_eq!(events.len(), 2, "an unreadable preference does not hide the others");
        assert_eq!(notice(events.into_iter().nth(1).unwrap()).kind, "user_preferences");
    }
    let foreign = format!(
        r#"{{"field":"user_preferences","value":{{{},"user_preferences":[{stop}]}}}}"#,
        metadata("999")
    );
    assert_eq!(notice(only(decode(body(&[foreign]).as_bytes()).unwrap())).kind, "user_preferences");
}

#[test]
fn other_updates_are_recorded_under_their_field() {
    for (field, value) in [
        ("account_update", r#""event":"ACCOUNT_RESTRICTION""#),
        ("message_template_status_update", r#""event":"REJECTED""#),
        ("phone_number_quality_update", r#""current_limit":"TIER_1K""#),
        ("user_id_update", r#""user_id_update":[]"#),
        ("calls", r#""calls":[{"id":"wacid.1","event":"connect"}],"errors":[{"code":1}]"#),
        ("messages", r#""messages":[]"#),
        ("history", r#""messages":[{"from":"52","id":"wamid.H","type":"text","text":{"body":"vieja"}}]"#),
        (
            "smb_message_echoes",
            r#""message_echoes":[{"from":"15550100","to":"52","id":"wamid.E","type":"text"}]"#,
        ),
    ] {
        assert_eq!(notice(only(events_of(field, value))).kind, field);
    }
    let failure = notice(only(events_of("messages", r#""errors":[{"code":131035}]"#)));
    assert_eq!(failure.kind, "error:131035");
}

#[test]
fn a_repeated_update_has_the_same_key_and_a_later_one_another() {
    let at = |time: u32| {
        let body = format!(
            r#"{{"entry":[{{"id":"7","time":{time},"changes":[{{"field":"account_update","value":{{"event":"X"}}}}]}}]}}"#
        );
        notice(only(decode(body.as_bytes()).unwrap())).key
    };
    assert_eq!(at(1), at(1));
    assert_ne!(at(1), at(2));
}
