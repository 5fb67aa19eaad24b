//! Codes that we make ourselves, over the real binary: by SMS, WhatsApp and mail.

use crate::server::{PATIENCE, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const OWN: [(&str, &str); 2] = [("VERIFY_PROVIDER", "self"), ("OTP_RESEND_COOLDOWN_SECONDS", "0")];

/// The newest code that a recipient got over a channel, once there are `count` messages.
async fn code(server: &Server, to: &str, channel: &str, count: usize) -> String {
    let begun = Instant::now();
    loop {
        let came: Vec<Value> =
            server.inbox(to, 0).await.into_iter().filter(|message| message["channel"] == channel).collect();
        if came.len() >= count {
            let body = came.last().unwrap()["body"].as_str().unwrap().to_owned();
            let digits: Vec<&str> =
                body.split(|c: char| !c.is_ascii_digit()).filter(|d| d.len() == 6).collect();
            return digits.first().unwrap_or_else(|| panic!("no code in «{body}»")).to_string();
        }
        assert!(begun.elapsed() < PATIENCE, "nothing came to {to} by {channel}: {}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn call(server: &Server, path: &str, body: Value) -> (u16, Value) {
    let answer = server.post(&format!("/api/v1/verify/{path}"), body).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn begin(server: &Server, to: &str, channel: &str) -> (String, String) {
    let (status, sent) =
        call(server, "send", json!({"to": to, "channel": channel, "purpose": "login"})).await;
    assert_eq!((status, &sent["status"]), (200, &json!("pending")), "{sent}");
    let code = code(server, to, channel, 1).await;
    assert!(!sent.to_string().contains(&code));
    (sent["id"].as_str().unwrap().to_owned(), code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_by_each_channel_and_works_once() {
    let server = Server::start_with(&OWN).await;
    for (to, channel) in
        [("+525512340001", "sms"), ("+523312340002", "whatsapp"), ("ana@example.com", "email")]
    {
        let (id, code) = begin(&server, to, channel).await;
        let attempt = json!({"id": id, "code": code});
        let (status, checked) = call(&server, "check", attempt.clone()).await;
        assert_eq!((status, &checked["approved"]), (200, &json!(true)), "{channel}: {checked}");
        let (status, again) = call(&server, "check", attempt).await;
        assert_eq!((status, &again["code"]), (400, &json!("code_invalid_or_expired")));
        assert!(!server.log().contains(&code), "{channel}: the log tells the code");
    }
    for (to, channel) in [("+525512340003", "call"), ("+525512340003", "email"), ("ana@example.com", "sms")] {
        let (status, refused) = call(&server, "send", json!({"to": to, "channel": channel})).await;
        assert_eq!((status, &refused["code"]), (422, &json!("validation_failed")), "{channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_brings_a_new_code_and_no_new_check_attempts() {
    let server = Server::start_with(&OWN).await;
    let (id, first) = begin(&server, "+525512340001", "sms").await;
    let wrong = if first == "000100" { "000101" } else { "000100" };
    call(&server, "check", json!({"id": id, "code": wrong})).await;
    let (status, again) = call(&server, "resend", json!({"id": id})).await;
    assert_eq!((status, &again["id"]), (200, &json!(id)));
    let second = code(&server, "+525512340001", "sms", 2).await;
    let (_, old) = call(&server, "check", json!({"id": id, "code": wrong})).await;
    assert_eq!(old["attempts_remaining"], 1);
    let (status, right) = call(&server, "check", json!({"id": id, "code": second})).await;
    assert_eq!((status, &right["approved"], &right["attempts_remaining"]), (200, &json!(true), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_whatsapp_fails_an_sms_comes_for_the_same_challenge() {
    let server = Server::start_with(&OWN).await;
    let to = "+525512340020";
    let fault = json!({"provider": "twilio", "kind": "status", "operation": "messages.whatsapp", "status": 400,
        "body": {"code": 63024, "message": "Invalid message recipient", "status": 400}, "times": 1});
    let set = server.client.post(format!("{}/sandbox/faults", server.sandbox)).json(&fault).send().await;
    assert!(set.unwrap().status().is_success());
    let (status, sent) =
        call(&server, "send", json!({"phone": to, "channel": "whatsapp", "fallback": ["sms"]})).await;
    assert_eq!(status, 200, "{sent}");
    let code = code(&server, to, "sms", 1).await;
    let id = sent["id"].as_str().unwrap();
    let shown = server.get(&format!("/api/v1/verify/{id}")).await.text().await.unwrap();
    assert!(shown.contains("whatsapp") && shown.contains("sms") && !shown.contains(&code), "{shown}");
    let (_, checked) = call(&server, "check", json!({"id": id, "code": code})).await;
    assert_eq!(checked["approved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_verified_by_our_own_code_and_a_person_who_opted_out_gets_none() {
    let server = Server::start_with(&OWN).await;
    let to = "+525512340030";
    server.ask(to, "saldo", "CONFIRMAR").await;
    let begun = Instant::now();
    let code = loop {
        let texts = server.inbox(to, 0).await;
        let text =
            texts.iter().filter_map(|text| text["body"].as_str()).find(|body| body.contains("tu código es "));
        if let Some(text) = text {
            break text.split("tu código es ").nth(1).unwrap().chars().take(6).collect::<String>();
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    server.ask(to, &format!("CONFIRMAR {code}"), "Tu saldo es").await;
    server.say_by("twilio", to, "BAJA").await;
    let begun = Instant::now();
    loop {
        let (status, refused) = call(&server, "send", json!({"phone": to, "channel": "whatsapp"})).await;
        if status == 409 {
            assert_eq!(refused["code"], "recipient_opted_out");
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{status} {refused}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
