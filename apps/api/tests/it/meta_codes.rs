//! Codes of our own over Meta's WhatsApp: by the approved template, and by SMS if it does not arrive.

use crate::server::{PATIENCE, Server};
use ring::hmac;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const NUMBER: &str = "+525512340050";
const APP_SECRET: &str = "an app secret of the tests and long enough";
const OWN: [(&str, &str); 5] = [
    ("WHATSAPP_PROVIDER", "meta"),
    ("VERIFY_PROVIDER", "self"),
    ("META_APP_SECRET", APP_SECRET),
    ("WHATSAPP_CODE_TEMPLATE", "acceso_ventanilla"),
    ("OTP_RESEND_COOLDOWN_SECONDS", "0"),
];
/// Well below the half minute after which a code goes to its fallback channel.
const BY_NEWS: Duration = Duration::from_secs(20);

async fn post(server: &Server, path: &str, body: Value) -> Value {
    let answer = server.post(&format!("/api/v1/verify/{path}"), body).await;
    let status = answer.status();
    let told: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{told}");
    told
}

async fn approves(server: &Server, id: &Value, code: &str) {
    let checked = post(server, "check", json!({"id": id, "code": code})).await;
    assert_eq!(checked["approved"], true, "{checked}");
}

/// The newest message that Meta was asked to send.
async fn asked_of_meta(server: &Server) -> Value {
    let address = format!("{}/sandbox/requests?provider=meta", server.sandbox);
    let calls: Vec<Value> = server.client.get(address).send().await.unwrap().json().await.unwrap();
    calls.into_iter().rfind(|call| call["operation"] == "send").unwrap()["body"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_goes_out_as_the_approved_template() {
    let server = Server::start_with(&OWN).await;
    for (to, locale, language) in
        [(NUMBER, "es", "es"), ("+525512340051", "en", "en"), ("+525512340052", "pt", "pt_BR")]
    {
        let asked = json!({"phone": to, "channel": "whatsapp", "purpose": "login", "locale": locale});
        let sent = post(&server, "send", asked).await;
        let code = server.code(to, "whatsapp", 0).await;
        let arrived = server.inbox(to, 0).await.remove(0);
        assert_eq!(
            (&arrived["provider"], &arrived["buttons"][0]["kind"]),
            (&json!("meta"), &json!("copy_code"))
        );
        let message = asked_of_meta(&server).await;
        let shape = [&message["messaging_product"], &message["to"], &message["type"]];
        assert_eq!(shape, [&json!("whatsapp"), &json!(to), &json!("template")], "{message}");
        let text = json!([{"type": "text", "text": code}]);
        assert_eq!(
            message["template"],
            json!({"name": "acceso_ventanilla", "language": {"code": language}, "components": [
                {"type": "body", "parameters": text},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": text},
            ]})
        );
        approves(&server, &sent["id"], &code).await;
        assert!(!server.log().contains(&code), "the log tells the code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_meta_refuses_the_number_an_sms_comes() {
    let server = Server::start_with(&OWN).await;
    let refusal = json!({"error": {"message": "(#131026) Message undeliverable", "type": "OAuthException",
        "code": 131_026, "error_data": {"details": "Message Undeliverable."}, "fbtrace_id": "A"}});
    let fault = json!({"provider": "meta", "kind": "status", "operation": "send", "status": 400,
        "body": refusal, "times": 1});
    let set = server.client.post(format!("{}/sandbox/faults", server.sandbox)).json(&fault).send().await;
    assert!(set.unwrap().status().is_success());
    let (begun, asked) =
        (Instant::now(), json!({"phone": NUMBER, "channel": "whatsapp", "fallback": ["sms"]}));
    let sent = post(&server, "send", asked).await;
    let code = server.code(NUMBER, "sms", 0).await;
    assert!(begun.elapsed() < BY_NEWS, "it waited for silence");
    approves(&server, &sent["id"], &code).await;
}

/// Posts Meta's report of a message that did not arrive, signed as Meta signs.
async fn reports_failed(server: &Server, message: &str) {
    let status = json!({"id": message, "status": "failed", "timestamp": "1795273200",
        "recipient_id": NUMBER.trim_start_matches('+'),
        "errors": [{"code": 131_026, "title": "Message undeliverable"}]});
    let value = json!({"messaging_product": "whatsapp", "statuses": [status],
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "100000000000001"}});
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"id": "100000000000002", "changes": [{"field": "messages", "value": value}]}]});
    let body = body.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    let signature = format!("sha256={}", hex::encode(hmac::sign(&key, body.as_bytes())));
    let call = server.client.post(format!("{}/webhooks/meta", server.base)).body(body);
    let call = call.header("Content-Type", "application/json").header("X-Hub-Signature-256", signature);
    assert_eq!(call.send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_meta_reports_it_undelivered_the_same_code_comes_by_sms() {
    // The sandbox's own delivery reports lead nowhere: they would say that it was delivered.
    let astray = [OWN.as_slice(), &[("PUBLIC_BASE_URL", "http://127.0.0.1:9")]].concat();
    let server = Server::start_with(&astray).await;
    let (begun, asked) =
        (Instant::now(), json!({"phone": NUMBER, "channel": "whatsapp", "fallback": ["sms"]}));
    let sent = post(&server, "send", asked).await;
    let code = server.code(NUMBER, "whatsapp", 0).await;
    let message = server.inbox(NUMBER, 0).await.remove(0);
    reports_failed(&server, message["id"].as_str().unwrap()).await;
    assert_eq!(server.code(NUMBER, "sms", 0).await, code);
    assert!(begun.elapsed() < BY_NEWS.min(PATIENCE), "it waited for silence");
    let path = format!("/api/v1/verify/{}", sent["id"].as_str().unwrap());
    let shown: Value = server.get(&path).await.json().await.unwrap();
    let channels: Vec<_> = shown["sends"].as_array().unwrap().iter().map(|send| &send["channel"]).collect();
    assert_eq!(channels, [&json!("whatsapp"), &json!("sms")], "{shown}");
    assert_eq!(shown["sends"][0]["status"], "failed", "{shown}");
    approves(&server, &sent["id"], &code).await;
}
