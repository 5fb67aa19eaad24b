//! The requests that go to Telegram, and how each response is read.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_telegram::{
    BotIdentity, BotToken, SetupError, TelegramClient, TelegramConfig, TelegramMessages, TelegramUpdates,
    TelegramWebhook, WebhookSecrets,
};
use chrono::{DateTime, Duration};
use domain::{ids::MessageId, message::Channel};
use ports::messaging::{
    inbound_webhook::{InboundEvent, InboundMessage, InboundWebhook, RawWebhook},
    message_channel::{
        MessageChannel, MessageForm, OutboundMessage, Retry, SendLookup, SendOutcome, Template,
    },
    update_source::{UpdateSource, UpdateSourceError},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use testkit::MovableClock;
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, body_json, method, path},
};

const TOKEN: &str = "123456789:AAsecret_of-the-bot";

fn client(base: &str, clock: &Arc<MovableClock>) -> Arc<TelegramClient> {
    let token = BotToken::parse(&SecretString::from(TOKEN)).unwrap();
    let config = TelegramConfig { token, api_base: base.into() };
    Arc::new(TelegramClient::new(config, Arc::<MovableClock>::clone(clock)).unwrap())
}

fn messages(base: &str) -> TelegramMessages {
    TelegramMessages { client: client(base, &Arc::default()) }
}

fn to(recipient: &str, text: &str, form: MessageForm) -> OutboundMessage {
    let id = MessageId(Uuid::from_u128(7));
    OutboundMessage { form, ..OutboundMessage::plain(id, Channel::Telegram, recipient.into(), text.into()) }
}

fn plain() -> OutboundMessage {
    to("42", "Tu saldo es: 1.00 MXN", MessageForm::Plain)
}

fn at(verb: &str) -> String {
    format!("/bot{TOKEN}/{verb}")
}

fn answers(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json")
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn taking_messages() -> MockServer {
    server(answers(200, r#"{"ok":true,"result":{"message_id":31,"date":1,"chat":{"id":42}}}"#)).await
}

async fn bodies(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

/// Decodes an update that contains a message.
fn incoming(body: &Value) -> InboundMessage {
    let account = "telegram:telegram:123456789".parse().unwrap();
    let webhook = TelegramWebhook { secrets: WebhookSecrets::new(&[]), channel_account: account };
    let raw = RawWebhook {
        method: "POST".into(),
        public_url: "https://example.com/webhooks/telegram".into(),
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    };
    match webhook.decode(&raw).unwrap_or_default().pop() {
        Some(InboundEvent::Message(message)) => message,
        _ => panic!("no message"),
    }
}

fn polled(uri: &str) -> TelegramUpdates {
    TelegramUpdates { client: messages(uri).client }
}

#[tokio::test]
async fn updates_are_asked_for_after_the_last_one_and_come_with_their_bodies() {
    let answer =
        r#"{"ok":true,"result":[{"update_id":7,"message":{"text":"hola"}},{"update_id":9,"poll":{}}]}"#;
    let server = server(answers(200, answer)).await;
    let updates = polled(&server.uri()).fetch(Some(6)).await.unwrap();
    assert_eq!(updates.iter().map(|update| update.id).collect::<Vec<_>>(), [7, 9]);
    assert_eq!(serde_json::from_slice::<Value>(&updates[0].body).unwrap()["message"]["text"], "hola");
    polled(&server.uri()).fetch(None).await.unwrap();
    let asked = bodies(&server).await;
    assert_eq!((&asked[0]["offset"], asked[1].get("offset")), (&json!(7), None));
    assert_eq!(asked[0]["allowed_updates"], json!(["message", "callback_query", "my_chat_member"]));
}

#[tokio::test]
async fn a_poll_tells_who_else_takes_the_updates_and_how_long_to_wait() {
    let conflict =
        server(answers(409, r#"{"ok":false,"error_code":409,"description":"Conflict: webhook is active"}"#))
            .await;
    assert!(matches!(polled(&conflict.uri()).fetch(None).await, Err(UpdateSourceError::Conflict(_))));
    let busy = server(answers(429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":5}}"#)).await;
    let told = polled(&busy.uri()).fetch(None).await;
    assert!(matches!(told, Err(UpdateSourceError::Unavailable { retry_after: Some(5), .. })));
    let nameless = server(answers(200, r#"{"ok":true,"result":[{"message":{}}]}"#)).await;
    assert!(matches!(polled(&nameless.uri()).fetch(None).await, Err(UpdateSourceError::Unavailable { .. })));
}

#[tokio::test]
async fn a_message_goes_to_its_chat_without_previews() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(at("sendMessage")))
        .and(body_json(json!({
            "chat_id": 42, "text": "Tu saldo es: 1.00 MXN", "link_preview_options": {"is_disabled": true},
        })))
        .respond_with(answers(200, r#"{"ok":true,"result":{"message_id":31}}"#))
        .expect(1)
        .mount(&server)
        .await;
    let outcome = messages(&server.uri()).send(&plain()).await;
    assert_eq!(outcome, SendOutcome::Sent { provider_id: "31".into() });
}

#[tokio::test]
async fn each_form_has_its_keyboard() {
    let owned = |text: &str| text.to_owned();
    let template = Template {
        name: owned("codigo"),
        language: owned("es"),
        parameters: vec![owned("1")],
        is_code: true,
    };
    for (form, markup) in [
        (MessageForm::Plain, Value::Null),
        (MessageForm::Template(template), Value::Null),
        (
            MessageForm::Buttons(vec![(owned("n1"), owned("Sí")), (owned("n2"), owned("No"))]),
            json!({"inline_keyboard": [[
                {"text": "Sí", "callback_data": "n1"}, {"text": "No", "callback_data": "n2"},
            ]]}),
        ),
        (MessageForm::Buttons(vec![("n".repeat(65), owned("Sí"))]), Value::Null),
        (
            MessageForm::Link { title: owned("Abrir"), url: owned("https://example.com/v/1") },
            json!({"inline_keyboard": [[{"text": "Abrir", "url": "https://example.com/v/1"}]]}),
        ),
        (
            MessageForm::AskNumber { title: owned("Compartir mi número") },
            json!({
                "keyboard": [[{"text": "Compartir mi número", "request_contact": true}]],
                "one_time_keyboard": true,
                "resize_keyboard": true,
            }),
        ),
    ] {
        let server = taking_messages().await;
        let outcome = messages(&server.uri()).send(&to("42", "¿Sí o no?", form.clone())).await;
        assert!(matches!(outcome, SendOutcome::Sent { .. }), "{outcome:?}");
        let body = bodies(&server).await.remove(0);
        assert_eq!(body.get("reply_markup").unwrap_or(&Value::Null), &markup, "{form:?}");
        assert_eq!(body["text"], "¿Sí o no?");
    }
}

#[tokio::test]
async fn a_long_text_is_cut_at_telegrams_limit() {
    let server = taking_messages().await;
    let text = format!("{}👍👍", "á".repeat(4093));
    messages(&server.uri()).send(&to("42", &text, MessageForm::Plain)).await;
    let sent = bodies(&server).await.remove(0)["text"].as_str().unwrap().to_owned();
    assert_eq!(sent.encode_utf16().count(), 4095, "half an emoji is dropped");
    assert!(sent.ends_with("á👍"));
}

#[tokio::test]
async fn each_response_to_a_send_has_its_own_outcome() {
    let refusal = |code: u16, description: &str| {
        (code, json!({"ok": false, "error_code": code, "description": description}).to_string())
    };
    let slow = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 14",
        "parameters": {"retry_after": 14}});
    for ((status, body), expected) in [
        (refusal(400, "Bad Request: chat not found"), Some(Retry::Never)),
        (refusal(400, "Bad Request: BUTTON_DATA_INVALID"), Some(Retry::Never)),
        (refusal(403, "Forbidden: bot was blocked by the user"), Some(Retry::OptedOut)),
        (refusal(403, "Forbidden: user is deactivated"), Some(Retry::OptedOut)),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), Some(Retry::Never)),
        (refusal(401, "Unauthorized"), Some(Retry::After(None))),
        (refusal(404, "Not Found"), Some(Retry::After(None))),
        ((429, slow.to_string()), Some(Retry::After(Some(14)))),
        ((429, "slower".into()), Some(Retry::After(None))),
        ((403, "<html>".into()), Some(Retry::After(None))),
        (refusal(500, "Internal Server Error"), None),
        ((502, "<html>".into()), None),
        ((200, "<html>".into()), None),
        ((200, r#"{"ok":true,"result":true}"#.into()), None),
        ((302, String::new()), None),
    ] {
        let server = server(answers(status, &body)).await;
        let outcome = messages(&server.uri()).send(&plain()).await;
        match (&outcome, expected) {
            (SendOutcome::Rejected { retry, .. }, Some(expected)) => assert_eq!(*retry, expected, "{body}"),
            (SendOutcome::Unknown { .. }, None) => {}
            _ => panic!("{status} {body}: {outcome:?}"),
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 1, "the client never repeats a send");
    }
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_went_out() {
    let outcome = messages("http://127.0.0.1:1").send(&plain()).await;
    assert!(matches!(outcome, SendOutcome::Rejected { retry: Retry::After(None), .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_cut_connection_means_an_outcome_that_stays_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let cutting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
    });
    let channel = messages(&base);
    let outcome = channel.send(&plain()).await;
    assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
    cutting.await.unwrap();
    let trace = channel.find_sent(&plain(), DateTime::UNIX_EPOCH, &[]).await;
    assert_eq!(trace, Ok(SendLookup::NeverKept));
}

#[tokio::test]
async fn only_private_chats_are_written_to() {
    let server = taking_messages().await;
    for address in ["-1001234", "@canal", "whatsapp:+525512345678"] {
        let outcome = messages(&server.uri()).send(&to(address, "hola", MessageForm::Plain)).await;
        assert!(matches!(outcome, SendOutcome::Rejected { retry: Retry::Never, .. }), "{address}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_message_over_the_limits_is_refused_without_a_call() {
    let server = taking_messages().await;
    let clock = Arc::<MovableClock>::default();
    let channel = TelegramMessages { client: client(&server.uri(), &clock) };
    let mut refused = 0;
    for _ in 0..5 {
        match channel.send(&plain()).await {
            SendOutcome::Sent { .. } => {}
            SendOutcome::Rejected { retry: Retry::After(Some(1)), .. } => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 2, "a short burst passes");
    clock.advance(Duration::seconds(1));
    assert!(matches!(channel.send(&plain()).await, SendOutcome::Sent { .. }));
    assert_eq!(server.received_requests().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_not_called() {
    let server = server(answers(500, "")).await;
    let channel = messages(&server.uri());
    for chat in 1..=5 {
        channel.send(&to(&chat.to_string(), "hola", MessageForm::Plain)).await;
    }
    let outcome = channel.send(&to("6", "hola", MessageForm::Plain)).await;
    assert!(matches!(outcome, SendOutcome::Rejected { retry: Retry::After(None), .. }), "{outcome:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_pressed_button_is_answered_and_a_message_shows_typing() {
    let server = server(answers(200, r#"{"ok":true,"result":true}"#)).await;
    let channel = messages(&server.uri());
    let pressed =
        json!({"update_id": 1, "callback_query": {"id": "98765", "from": {"id": 42}, "data": "n1"}});
    channel.acknowledge(&incoming(&pressed)).await;
    let said = json!({"update_id": 2, "message": {"message_id": 5, "from": {"id": 42}, "text": "hola",
        "chat": {"id": 42, "type": "private"}}});
    channel.acknowledge(&incoming(&said)).await;
    let requests = server.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(paths, [at("answerCallbackQuery"), at("sendChatAction")]);
    assert_eq!(
        bodies(&server).await,
        [json!({"callback_query_id": "98765"}), json!({"chat_id": 42, "action": "typing"})]
    );
}

#[tokio::test]
async fn an_acknowledgement_that_fails_is_ignored() {
    let said = json!({"update_id": 2, "message": {"text": "hola", "chat": {"id": 42, "type": "private"}}});
    messages("http://127.0.0.1:1").acknowledge(&incoming(&said)).await;
}

#[tokio::test]
async fn the_identity_of_the_bot_is_read() {
    let told = r#"{"ok":true,"result":{"id":123456789,"is_bot":true,"username":"ventanilla_bot"}}"#;
    let server = server(answers(200, told)).await;
    let bot = client(&server.uri(), &Arc::default()).get_me().await;
    assert_eq!(bot, Ok(BotIdentity { id: 123_456_789, username: "ventanilla_bot".into() }));
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), at("getMe"));
}

#[tokio::test]
async fn a_wrong_token_and_a_broken_response_are_two_errors() {
    let refused = server(answers(401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#)).await;
    let fault = client(&refused.uri(), &Arc::default()).get_me().await;
    assert_eq!(fault, Err(SetupError::Refused("HTTP 401: Unauthorized".into())));
    let broken = server(answers(200, "<html>")).await;
    let fault = client(&broken.uri(), &Arc::default()).get_me().await;
    assert!(matches!(fault, Err(SetupError::Unavailable(_))), "{fault:?}");
}

#[tokio::test]
async fn the_webhook_is_set_with_its_secret_and_its_kinds_of_updates() {
    let server = server(answers(200, r#"{"ok":true,"result":true,"description":"Webhook was set"}"#)).await;
    let bot = client(&server.uri(), &Arc::default());
    let address = "https://example.com/webhooks/telegram";
    bot.set_webhook(address, &SecretString::from("Secret_1-a")).await.unwrap();
    assert_eq!(
        bodies(&server).await,
        [json!({
            "url": address, "secret_token": "Secret_1-a", "max_connections": 40,
            "allowed_updates": ["message", "callback_query", "my_chat_member"],
        })]
    );
    for secret in ["", "two words", "año", &"a".repeat(257)] {
        let fault = bot.set_webhook(address, &SecretString::from(secret)).await;
        assert_eq!(fault, Err(SetupError::BadSecret));
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

/// Keeps the log output in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_token_nor_text_is_logged_at_any_level() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let refused = server(answers(401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#)).await;
    let gone = "http://127.0.0.1:1".to_owned();
    for base in [refused.uri(), gone, "no address".into()] {
        let outcome = messages(&base).send(&plain()).await;
        assert!(!format!("{outcome:?}").contains("AAsecret"), "{base}");
        let fault = client(&base, &Arc::default()).get_me().await.unwrap_err();
        assert!(!format!("{fault:?} {fault}").contains("AAsecret"), "{base}");
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let ours: Vec<&str> = logged.lines().filter(|line| !line.contains("wiremock")).collect();
    assert!(ours.iter().any(|line| line.contains("Telegram does not know our bot")), "{logged}");
    assert!(ours.iter().all(|line| !line.contains("AAsecret") && !line.contains("saldo")), "{ours:#?}");
}
