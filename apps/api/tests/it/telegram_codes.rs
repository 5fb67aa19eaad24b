//! Codes of our own by Telegram, into the chat that a number's owner has bound to their account.

use crate::server::{PATIENCE, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MARIA: &str = "+525512340040";
const NOBODY: &str = "+525512340041";

async fn post(server: &Server, path: &str, token: &str, body: Value) -> (u16, Value) {
    let call = server.client.post(format!("{}/api/v1/{path}", server.base)).bearer_auth(token);
    let answer = call.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Signs up a person with that number, and binds their chat with the bot to their account.
async fn chats_with_us(server: &Server, phone: &str) {
    let asked = json!({"phone": phone, "channel": "sms", "purpose": "registration"});
    let (status, sent) = post(server, "verify/send", &server.token, asked).await;
    assert_eq!(status, 200, "{sent}");
    let code = server.code(phone, "sms", 0).await;
    let account = json!({"email": "maria@example.com", "password": "una clave bien larga 7", "phone": phone,
        "otp_code": code});
    let (status, person) = post(server, "auth/register", "", account).await;
    assert_eq!(status, 201, "{person}");
    let token = person["access_token"].as_str().unwrap();
    let (_, link) = post(server, "auth/telegram/start", token, json!({})).await;
    let words = format!("/start {}", link["code"].as_str().unwrap());
    server.ask_by("telegram", phone, &words, "este chat es de").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_into_the_chat_of_the_numbers_owner_and_into_no_other() {
    for provider in ["twilio", "self"] {
        let server = Server::start_with(&[("VERIFY_PROVIDER", provider)]).await;
        chats_with_us(&server, MARIA).await;
        let asked = json!({"phone": MARIA, "channel": "telegram", "purpose": "login"});
        let (status, sent) = post(&server, "verify/send", &server.token, asked).await;
        assert_eq!(
            (status, &sent["channel"], &sent["sid"]),
            (200, &json!("telegram"), &Value::Null),
            "{sent}"
        );
        let code = server.code(MARIA, "telegram", 0).await;
        let attempt = json!({"id": sent["id"], "code": code});
        let (_, checked) = post(&server, "verify/check", &server.token, attempt).await;
        assert_eq!(checked["approved"], true, "{checked}");
        assert!(!server.log().contains(&code), "the log tells the code");

        // They have written to the bot, but the chat is bound to no account with their number.
        server.ask_by("telegram", NOBODY, "/help", "saldo").await;
        let asked = json!({"phone": NOBODY, "channel": "telegram"});
        let (status, refused) = post(&server, "verify/send", &server.token, asked).await;
        assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/channel")), "{refused}");
        let asked = json!({"phone": NOBODY, "channel": "telegram", "fallback": ["sms"]});
        let (status, sent) = post(&server, "verify/send", &server.token, asked).await;
        assert_eq!((status, &sent["channel"]), (200, &json!("sms")), "{sent}");
        let code = server.code(NOBODY, "sms", 0).await;
        let attempt = json!({"id": sent["id"], "code": code});
        assert_eq!(post(&server, "verify/check", &server.token, attempt).await.1["approved"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_blocked_the_bot_gets_no_code_there() {
    let server = Server::start_with(&[("VERIFY_PROVIDER", "self")]).await;
    chats_with_us(&server, MARIA).await;
    let blocks = json!({"provider": "telegram", "type": "block"});
    server.play(&format!("/phones/{MARIA}/messages"), blocks).await;
    let begun = Instant::now();
    loop {
        let asked = json!({"phone": MARIA, "channel": "telegram", "purpose": "login"});
        let (status, refused) = post(&server, "verify/send", &server.token, asked).await;
        if status == 409 {
            assert_eq!(refused["code"], "recipient_opted_out");
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{status} {refused}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
