//! The payload of each form of message.

use super::*;
use domain::{ids::MessageId, message::Channel};
use proptest::prelude::*;
use uuid::Uuid;

fn message(text: &str, form: MessageForm) -> OutboundMessage {
    let id = MessageId(Uuid::from_u128(7));
    OutboundMessage {
        form,
        ..OutboundMessage::plain(id, Channel::Whatsapp, "5215512345678".into(), text.into())
    }
}

fn made(text: &str, form: MessageForm) -> Value {
    payload(&message(text, form), "Opciones").unwrap()
}

fn answers(count: usize) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("id:{n}"), format!("Título {n}"))).collect()
}

#[test]
fn a_text_goes_to_a_number_with_its_plus_and_carries_our_id() {
    assert_eq!(
        made("Tu saldo es: 1.00 MXN", MessageForm::Plain),
        json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+5215512345678",
            "type": "text",
            "text": { "body": "Tu saldo es: 1.00 MXN", "preview_url": false },
            "biz_opaque_callback_data": "00000000-0000-0000-0000-000000000007",
        })
    );
    let ask = MessageForm::AskNumber { title: "Compartir".into() };
    assert_eq!(made("¿Tu número?", ask)["text"]["body"], "¿Tu número?", "there is no such button here");
}

#[test]
fn an_address_is_a_number_or_a_business_scoped_id() {
    for (recipient, expected) in [
        ("5215512345678", Some(("to", "+5215512345678"))),
        ("+525512345678", Some(("to", "+525512345678"))),
        ("whatsapp:+525512345678", Some(("to", "+525512345678"))),
        ("US.13491208655302741918", Some(("recipient", "US.13491208655302741918"))),
        ("MX.ENT.118Ab", Some(("recipient", "MX.ENT.118Ab"))),
        ("", None),
        ("+", None),
        ("us.1", None),
        ("US.", None),
        ("US.ENT.", None),
        ("US.a b", None),
        ("ana@example.com", None),
    ] {
        let got = address(recipient);
        assert_eq!(got.as_ref().map(|(name, address)| (*name, address.as_str())), expected, "{recipient}");
    }
    let nowhere = OutboundMessage { recipient: "ana".into(), ..message("x", MessageForm::Plain) };
    assert_eq!(payload(&nowhere, "x"), Err(Unsayable::Address));
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let body = made(&"ñ".repeat(5000), MessageForm::Plain)["text"]["body"].as_str().unwrap().to_owned();
    assert_eq!(body, "ñ".repeat(4096));
}

#[test]
fn three_answers_are_buttons() {
    let long = vec![("a".to_owned(), "Un título que no cabe entero".to_owned()), ("b".into(), "No".into())];
    let got = made("¿Confirmas?", MessageForm::Buttons(long));
    assert_eq!(
        got["interactive"],
        json!({ "type": "button", "body": { "text": "¿Confirmas?" }, "action": { "buttons": [
            { "type": "reply", "reply": { "id": "a", "title": "Un título que no cab" } },
            { "type": "reply", "reply": { "id": "b", "title": "No" } },
        ] } })
    );
    assert_eq!(made("x", MessageForm::Buttons(answers(3)))["interactive"]["type"], "button");
}

#[test]
fn four_to_ten_answers_are_a_list() {
    let got = made("Elige", MessageForm::Buttons(answers(4)));
    assert_eq!(
        got["interactive"],
        json!({ "type": "list", "body": { "text": "Elige" }, "action": { "button": "Opciones", "sections": [
            { "title": "Opciones", "rows": [
                { "id": "id:0", "title": "Título 0" }, { "id": "id:1", "title": "Título 1" },
                { "id": "id:2", "title": "Título 2" }, { "id": "id:3", "title": "Título 3" },
            ] },
        ] } })
    );
    assert_eq!(made("x", MessageForm::Buttons(answers(10)))["interactive"]["type"], "list");
    let wordy = made(&"x".repeat(1025), MessageForm::Buttons(answers(2)));
    assert_eq!(wordy["interactive"]["type"], "list", "a list allows a longer text");
}

#[test]
fn a_message_that_fits_no_form_is_sent_as_text() {
    let with = |id: &str, title: &str| vec![(id.to_owned(), title.to_owned()), ("b".into(), "No".into())];
    let long = "x".repeat(257);
    let twins = "El mismo comienzo de dos títulos";
    for form in [
        answers(0),
        answers(11),
        with(&long, "Sí"),
        with("b", "Sí"),
        with("", "Sí"),
        with("a", " "),
        with("a", "No"),
        vec![("a".into(), format!("{twins} a")), ("b".into(), format!("{twins} b"))],
    ] {
        let got = made("Responde A o B", MessageForm::Buttons(form.clone()));
        assert_eq!(got["type"], "text", "{form:?}");
        assert_eq!(got["text"]["body"], "Responde A o B");
    }
}

#[test]
fn a_link_is_a_button_to_its_page() {
    let link = || MessageForm::Link {
        title: "Verificar mi número".into(),
        url: "https://example.com/verify/a".into(),
    };
    assert_eq!(
        made("Abre la página", link())["interactive"],
        json!({ "type": "cta_url", "body": { "text": "Abre la página" }, "action": {
            "name": "cta_url",
            "parameters": { "display_text": "Verificar mi número", "url": "https://example.com/verify/a" },
        } })
    );
    let wordy = made(&"x".repeat(5000), link());
    let body = wordy["text"]["body"].as_str().unwrap();
    assert!(body.ends_with("\nhttps://example.com/verify/a") && body.chars().count() == 4096);
    let told = format!("{} https://example.com/verify/a", "x".repeat(1500));
    assert_eq!(made(&told, link())["text"]["body"], told.as_str());
}

fn template(parameters: &[&str], is_code: bool) -> MessageForm {
    let parameters = parameters.iter().map(|&text| text.to_owned()).collect();
    MessageForm::Template(Template { name: "codigo".into(), language: "es_MX".into(), parameters, is_code })
}

#[test]
fn a_templates_code_is_in_its_body_and_in_its_button() {
    let got = made("Tu código es 123456", template(&["123456"], true));
    assert_eq!(got["type"], "template");
    assert_eq!(
        got["template"],
        json!({ "name": "codigo", "language": { "code": "es_MX" }, "components": [
            { "type": "body", "parameters": [{ "type": "text", "text": "123456" }] },
            { "type": "button", "sub_type": "url", "index": "0",
              "parameters": [{ "type": "text", "text": "123456" }] },
        ] })
    );
    for wrong in [template(&[], true), template(&["1", "2"], true), template(&["1234567890123456"], true)] {
        assert_eq!(payload(&message("x", wrong), "x"), Err(Unsayable::Code));
    }
}

#[test]
fn the_parameters_of_a_template_keep_their_order() {
    let got = made("x", template(&["Ana", "10.00"], false));
    assert_eq!(
        got["template"]["components"],
        json!([{ "type": "body", "parameters": [
            { "type": "text", "text": "Ana" }, { "type": "text", "text": "10.00" },
        ] }])
    );
    assert_eq!(made("x", template(&[], false))["template"]["components"], json!([]));
}

proptest! {
    #[test]
    fn every_message_is_within_metas_limits(
        text in "\\PC{0,40}",
        repeated in 1usize..150,
        answers in prop::collection::vec(("\\PC{0,8}", "\\PC{0,40}"), 0..13),
    ) {
        let got = made(&text.repeat(repeated), MessageForm::Buttons(answers));
        let length = |value: &Value| value.as_str().unwrap_or_default().chars().count();
        let interactive = &got["interactive"];
        match interactive["type"].as_str() {
            Some("button") => {
                prop_assert!(length(&interactive["body"]["text"]) <= 1024);
                let buttons = interactive["action"]["buttons"].as_array().unwrap();
                prop_assert!((1..=3).contains(&buttons.len()));
                prop_assert!(buttons.iter().all(|b| (1..=20).contains(&length(&b["reply"]["title"]))));
            }
            Some("list") => {
                prop_assert!(length(&interactive["body"]["text"]) <= 4096);
                let rows = interactive["action"]["sections"][0]["rows"].as_array().unwrap();
                prop_assert!((1..=10).contains(&rows.len()));
                prop_assert!(rows.iter().all(|row| (1..=24).contains(&length(&row["title"]))));
            }
            _ => prop_assert!(length(&got["text"]["body"]) <= 4096),
        }
    }
}
