//! The requests that go to Meta, and how each response is read.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_meta_whatsapp::{MetaAccount, MetaClient, MetaConfig, MetaMessages, NotTold};
use chrono::{DateTime, Duration};
use domain::{ids::MessageId, message::Channel, messaging::conversation::InboundContent};
use ports::messaging::{
    inbound_webhook::InboundMessage,
    message_channel::{
        MessageChannel, MessageForm, OutboundMessage, Retry, SendLookup, SendOutcome, Template,
    },
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
    thread,
};
use testkit::MovableClock;
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_partial_json, header, method, path, query_param},
};

const NUMBER: &str = "100000000000001";
const MESSAGES: &str = "/v25.0/100000000000001/messages";
const ACCOUNT: &str = "200000000000002";
const TAKEN: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+5215512345678","wa_id":"5215512345678"}],"messages":[{"id":"wamid.A","message_status":"accepted"}]}"#;

fn client(base: &str, clock: Arc<MovableClock>) -> Arc<MetaClient> {
    let config = MetaConfig {
        graph_base: base.into(),
        version: "v25.0".into(),
        access_token: "the token".into(),
        phone_number_id: NUMBER.into(),
        business_account_id: ACCOUNT.into(),
    };
    Arc::new(MetaClient::new(config, clock).unwrap())
}

fn messages(base: &str) -> MetaMessages {
    MetaMessages::new(client(base, Arc::<MovableClock>::default()), "Opciones".into()).unwrap()
}

fn message(form: MessageForm) -> OutboundMessage {
    let id = MessageId(Uuid::from_u128(7));
    let (recipient, text) = ("5215512345678".into(), "Tu saldo es: 1.00 MXN".into());
    OutboundMessage { form, ..OutboundMessage::plain(id, Channel::Whatsapp, recipient, text) }
}

fn plain() -> OutboundMessage {
    message(MessageForm::Plain)
}

fn answers(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json")
}

fn error(status: u16, code: i64) -> ResponseTemplate {
    answers(status, &json!({ "error": { "message": "about +5215512345678", "code": code } }).to_string())
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path(MESSAGES)).respond_with(answer).mount(&server).await;
    server
}

async fn calls(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

fn retry(outcome: &SendOutcome) -> Option<Retry> {
    match outcome {
        SendOutcome::Rejected { retry, .. } => Some(*retry),
        _ => None,
    }
}

#[tokio::test]
async fn a_message_goes_out_from_our_number_with_our_token() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(MESSAGES))
        .and(header("authorization", "Bearer the token"))
        .and(header("content-type", "application/json"))
        .respond_with(answers(200, TAKEN))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(
        messages(&server.uri()).send(&plain()).await,
        SendOutcome::Sent { provider_id: "wamid.A".into() }
    );
    let sent: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(
        sent,
        json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+5215512345678",
            "type": "text",
            "text": { "body": "Tu saldo es: 1.00 MXN", "preview_url": false },
            "biz_opaque_callback_data": "00000000-0000-0000-0000-000000000007",
        })
    );
}

#[tokio::test]
async fn each_form_goes_out_as_its_own_kind() {
    let answer = |n: usize| (format!("id:{n}"), format!("Título {n}"));
    let template = Template {
        name: "codigo".into(),
        language: "es_MX".into(),
        parameters: vec!["123456".into()],
        is_code: true,
    };
    for (form, expected) in [
        (MessageForm::Buttons((0..3).map(answer).collect()), json!({ "interactive": { "type": "button" } })),
        (MessageForm::Buttons((0..4).map(answer).collect()), json!({ "interactive": { "type": "list" } })),
        (MessageForm::Buttons((0..11).map(answer).collect()), json!({ "type": "text" })),
        (
            MessageForm::Link { title: "Abrir".into(), url: "https://example.com/a".into() },
            json!({ "interactive": { "type": "cta_url", "action": { "parameters": { "display_text": "Abrir" } } } }),
        ),
        (MessageForm::AskNumber { title: "Compartir".into() }, json!({ "type": "text" })),
        (
            MessageForm::Template(template),
            json!({ "type": "template", "template": { "name": "codigo", "language": { "code": "es_MX" } } }),
        ),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path(MESSAGES))
            .and(body_partial_json(expected))
            .respond_with(answers(200, TAKEN))
            .expect(1)
            .mount(&server)
            .await;
        let outcome = messages(&server.uri()).send(&message(form.clone())).await;
        assert!(matches!(outcome, SendOutcome::Sent { .. }), "{form:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_recipient_is_a_number_or_a_business_scoped_id_and_nothing_else() {
    let server = server(answers(200, TAKEN)).await;
    let channel = messages(&server.uri());
    let to = |recipient: &str| OutboundMessage { recipient: recipient.into(), ..plain() };
    channel.send(&to("US.13491208655302741918")).await;
    let sent: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!((&sent["recipient"], sent.get("to")), (&json!("US.13491208655302741918"), None));
    assert_eq!(retry(&channel.send(&to("ana@example.com")).await), Some(Retry::Never));
    assert_eq!(calls(&server).await, 1, "an invalid address makes no call");
}

#[tokio::test]
async fn each_response_to_a_send_has_its_own_outcome() {
    let garbage = [
        (200, "<html>", None),
        (200, r#"{"messages":[]}"#, None),
        (302, "", None),
        (500, "oops", None),
        (503, "", None),
        (429, "", Some(Retry::After(None))),
        (404, "<html>", Some(Retry::After(None))),
    ];
    let coded = [
        (400, 4, Some(Retry::After(None))),
        (400, 80007, Some(Retry::After(None))),
        (400, 130_429, Some(Retry::After(None))),
        (500, 130_429, Some(Retry::After(None))),
        (400, 131_056, Some(Retry::After(Some(4)))),
        (500, 1, None),
        (400, 131_000, None),
        (400, 131_016, None),
        (503, 131_057, None),
        (400, 133_004, None),
        (400, 131_047, Some(Retry::Never)),
        (400, 131_050, Some(Retry::OptedOut)),
        (400, 131_049, Some(Retry::After(Some(86_400)))),
        (400, 131_026, Some(Retry::Never)),
        (200, 131_026, Some(Retry::Never)),
        (500, 137_000, Some(Retry::Never)),
        (400, 100, Some(Retry::Never)),
        (404, 132_001, Some(Retry::Never)),
        (400, 987_654, Some(Retry::Never)),
        (401, 190, Some(Retry::After(Some(300)))),
        (403, 210, Some(Retry::After(Some(300)))),
        (400, 131_048, Some(Retry::After(Some(300)))),
    ];
    let garbage =
        garbage.map(|(status, body, expected)| (answers(status, body), format!("{status} {body}"), expected));
    let coded =
        coded.map(|(status, code, expected)| (error(status, code), format!("{status} {code}"), expected));
    for (answer, what, expected) in garbage.into_iter().chain(coded) {
        let server = server(answer).await;
        let outcome = messages(&server.uri()).send(&plain()).await;
        let is_unknown = matches!(outcome, SendOutcome::Unknown { .. });
        assert_eq!((retry(&outcome), is_unknown), (expected, expected.is_none()), "{what}: {outcome:?}");
        assert!(
            !format!("{outcome:?}").contains("5512345678"),
            "{what}: Meta's message may contain a number"
        );
        assert_eq!(calls(&server).await, 1, "{what}: the client never repeats a send");
    }
}

#[tokio::test]
async fn a_refusal_has_its_code_and_the_wait_that_meta_asks_for() {
    let server = server(error(429, 130_429).insert_header("retry-after", "7")).await;
    let outcome = messages(&server.uri()).send(&plain()).await;
    let SendOutcome::Rejected { code, retry, reason } = outcome else { panic!("{outcome:?}") };
    assert_eq!((code.as_deref(), retry), (Some("130429"), Retry::After(Some(7))));
    assert_eq!(reason, "HTTP 429 code 130429");
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_went_out() {
    let outcome = messages("http://127.0.0.1:1").send(&plain()).await;
    assert_eq!(retry(&outcome), Some(Retry::After(None)), "{outcome:?}");
}

/// Accepts one request, writes `answer`, which may be incomplete, and closes the connection.
fn hangs_up(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = [0; 4096];
        let _ = stream.read(&mut read).unwrap();
        stream.write_all(answer).unwrap();
    });
    address
}

#[tokio::test]
async fn a_lost_response_means_an_unknown_outcome() {
    for answer in [b"".as_slice(), b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"mess"] {
        let outcome = messages(&hangs_up(answer)).send(&plain()).await;
        assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
    }
    let looked = messages("http://127.0.0.1:1").find_sent(&plain(), DateTime::UNIX_EPOCH, &[]).await;
    assert_eq!(looked, Ok(SendLookup::NoneYet), "Meta has no list of sent messages");
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_not_called_and_is_tried_once_later() {
    let server = server(answers(500, "")).await;
    let clock = Arc::<MovableClock>::default();
    let channel = MetaMessages::new(client(&server.uri(), clock.clone()), "Opciones".into()).unwrap();
    for _ in 0..5 {
        channel.send(&plain()).await;
    }
    assert_eq!(retry(&channel.send(&plain()).await), Some(Retry::After(None)), "not sent, so not in doubt");
    channel.acknowledge(&inbound(NUMBER)).await;
    assert_eq!(calls(&server).await, 5);
    clock.advance(Duration::seconds(10));
    channel.send(&plain()).await;
    assert_eq!(calls(&server).await, 6);
}

#[tokio::test]
async fn a_refusal_does_not_open_the_breaker() {
    let server = server(error(400, 131_026)).await;
    let channel = messages(&server.uri());
    for _ in 0..7 {
        channel.send(&plain()).await;
    }
    assert_eq!(calls(&server).await, 7);
}

#[tokio::test]
async fn a_message_over_the_rate_is_refused_without_a_call() {
    let server = server(answers(200, TAKEN)).await;
    let clock = Arc::<MovableClock>::default();
    let channel = MetaMessages::new(client(&server.uri(), clock.clone()), "Opciones".into()).unwrap();
    for _ in 0..45 {
        assert!(matches!(channel.send(&plain()).await, SendOutcome::Sent { .. }));
    }
    let with_plus = OutboundMessage { recipient: "+5215512345678".into(), ..plain() };
    assert_eq!(retry(&channel.send(&with_plus).await), Some(Retry::After(Some(6))), "the same person");
    let other = OutboundMessage { recipient: "525599990000".into(), ..plain() };
    assert!(matches!(channel.send(&other).await, SendOutcome::Sent { .. }));
    assert_eq!(calls(&server).await, 46);
    clock.advance(Duration::seconds(6));
    assert!(matches!(channel.send(&plain()).await, SendOutcome::Sent { .. }));
}

#[tokio::test]
async fn each_error_for_too_many_messages_makes_the_wait_four_times_longer() {
    let server = server(error(400, 131_056)).await;
    let clock = Arc::<MovableClock>::default();
    let channel = MetaMessages::new(client(&server.uri(), clock.clone()), "Opciones".into()).unwrap();
    for wait in [4, 16, 64] {
        assert_eq!(retry(&channel.send(&plain()).await), Some(Retry::After(Some(wait))));
        let sooner = channel.send(&plain()).await;
        assert_eq!(retry(&sooner), Some(Retry::After(Some(wait))), "without a call");
        clock.advance(Duration::seconds(i64::try_from(wait).unwrap()));
    }
    assert_eq!(calls(&server).await, 3);
}

#[tokio::test]
async fn a_stopped_number_waits_and_loses_no_message() {
    let server = MockServer::start().await;
    Mock::given(path(MESSAGES)).respond_with(error(401, 190)).up_to_n_times(1).mount(&server).await;
    Mock::given(path(MESSAGES)).respond_with(answers(200, TAKEN)).mount(&server).await;
    let clock = Arc::<MovableClock>::default();
    let channel = MetaMessages::new(client(&server.uri(), clock.clone()), "Opciones".into()).unwrap();
    assert_eq!(retry(&channel.send(&plain()).await), Some(Retry::After(Some(300))));
    clock.advance(Duration::seconds(100));
    assert_eq!(retry(&channel.send(&plain()).await), Some(Retry::After(Some(200))));
    assert_eq!(calls(&server).await, 1);
    clock.advance(Duration::seconds(200));
    assert!(matches!(channel.send(&plain()).await, SendOutcome::Sent { .. }));
}

fn inbound(number: &str) -> InboundMessage {
    InboundMessage {
        channel_account: format!("meta:whatsapp:{number}").parse().unwrap(),
        provider_event_id: "wamid.IN".into(),
        sender: "5215512345678".into(),
        phone: None,
        profile_name: None,
        content: InboundContent::Text("hola".into()),
        is_ours: true,
        sent_at: None,
        raw: Vec::new(),
    }
}

#[tokio::test]
async fn an_inbound_message_is_shown_as_read_and_being_answered() {
    let server = server(answers(200, r#"{"success":true}"#)).await;
    let channel = messages(&server.uri());
    channel.acknowledge(&inbound(NUMBER)).await;
    channel.acknowledge(&inbound("999")).await;
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1, "a message to another number is not marked");
    assert_eq!(
        requests[0].body_json::<Value>().unwrap(),
        json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.IN",
            "typing_indicator": { "type": "text" },
        })
    );
    messages("http://127.0.0.1:1").acknowledge(&inbound(NUMBER)).await;
}

#[tokio::test]
async fn the_account_and_the_token_are_shown_masked() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(format!("/v25.0/{ACCOUNT}")))
        .and(header("authorization", "Bearer the token"))
        .respond_with(answers(200, &format!(r#"{{"id":"{ACCOUNT}","name":"Ventanilla"}}"#)))
        .mount(&server)
        .await;
    let data = r#"{"data":{"app_id":"300000000000003","type":"SYSTEM_USER","is_valid":true,"expires_at":0,"scopes":["whatsapp_business_messaging"]}}"#;
    Mock::given(method("GET"))
        .and(path("/v25.0/debug_token"))
        .and(query_param("input_token", "the token"))
        .respond_with(answers(200, data))
        .mount(&server)
        .await;
    let account = MetaAccount { client: client(&server.uri(), Arc::<MovableClock>::default()) };
    let waba = account.waba().await.unwrap();
    assert_eq!((waba.id.as_str(), waba.name.as_deref()), ("****0002", Some("Ventanilla")));
    let token = account.token().await.unwrap();
    assert_eq!((token.is_valid, token.app_id.as_deref()), (true, Some("****0003")));
    assert_eq!((token.expires_at, token.scopes.len()), (None, 1));
    assert!(!format!("{token:?}").contains("the token"));
}

#[tokio::test]
async fn a_refusal_of_meta_is_an_error_with_its_code() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(error(401, 190)).mount(&server).await;
    let account = MetaAccount { client: client(&server.uri(), Arc::<MovableClock>::default()) };
    assert_eq!(account.waba().await, Err(NotTold("HTTP 401 code 190".into())));
    assert!(account.token().await.is_err());
    let nobody = MetaAccount { client: client("http://127.0.0.1:1", Arc::<MovableClock>::default()) };
    assert_eq!(nobody.waba().await, Err(NotTold("no connection".into())));
}
