//! Limits, locks and waits as callers see them: each caller is told their own, and nobody else's.

use crate::{
    people::{PASSWORD, answer, on_both_with, refused, wrong},
    server::Server,
};
use reqwest::{Method, Response, header::HeaderValue};
use serde_json::{Value, json};

const OWN: (&str, &str) = ("VERIFY_PROVIDER", "self");
const STRICT: [(&str, &str); 3] =
    [OWN, ("OTP_LOCK_AFTER_FAILURES", "2"), ("OTP_RESEND_COOLDOWN_SECONDS", "0")];

async fn check(server: &Server, body: Value) -> Response {
    server.post("/api/v1/verify/check", body).await
}

/// Calls a legacy endpoint as a signed-in person.
async fn legacy(server: &Server, path: &str, body: Value, person: &Value) -> u16 {
    let call = server.client.post(format!("{}/api/auth/{path}", server.base)).json(&body);
    let token = person["access_token"].as_str().unwrap();
    call.bearer_auth(token).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_told_by_id_and_by_number() {
    let server = Server::start_with(&STRICT).await;
    let phone = "+525512346001";
    let (id, code) = server.begin(phone, "login", None).await;
    answer(check(&server, json!({"id": id, "code": wrong(&code)})).await, 200).await;
    let last = answer(check(&server, json!({"phone": phone, "code": wrong(&code)})).await, 200).await;
    assert_eq!((&last["approved"], &last["attempts_remaining"]), (&json!(false), &json!(0)));
    for body in [json!({"id": id, "code": code}), json!({"phone": phone, "code": code})] {
        refused(check(&server, body).await, 423, "otp_locked").await;
    }
    let again = server.post("/api/v1/verify/resend", json!({"id": id})).await;
    refused(again, 423, "otp_locked").await;
    let shown = answer(server.get(&format!("/api/v1/verify/{}", id.as_str().unwrap())).await, 200).await;
    assert_eq!((&shown["status"], &shown["attempts_remaining"]), (&json!("canceled"), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_a_limited_route_tells_what_is_left() {
    let server = Server::start_with(&[("RATE_LIMIT_VERIFY_PER_MINUTE", "2")]).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let refused = check(&server, json!({"phone": "+525512346002", "code": "123456"})).await;
        let header = |name: &str| refused.headers()[name].to_str().unwrap().to_owned();
        assert!(header("ratelimit-policy").contains("q=2;w=60"));
        let left = header("ratelimit");
        seen.push((refused.status().as_u16(), left.split(';').nth(1).unwrap().to_owned()));
    }
    // A new minute may have begun between them.
    assert_eq!((seen[0].0, seen[0].1.as_str()), (400, "r=1"));
    assert!(seen.contains(&(429, "r=0".into())) || seen.iter().filter(|(_, left)| left == "r=1").count() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_challenge_is_shown_as_expired() {
    let server = Server::start_on_postgres(&[OWN]).await;
    let (id, code) = server.begin("+525512346003", "login", None).await;
    server.sql("update verifications set expires_at = now() - interval '1 second'");
    let shown = answer(server.get(&format!("/api/v1/verify/{}", id.as_str().unwrap())).await, 200).await;
    assert_eq!((&shown["status"], &shown["attempts_remaining"]), (&json!("expired"), &json!(0)));
    refused(check(&server, json!({"id": id, "code": code})).await, 400, "code_invalid_or_expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_goes_out_as_the_first_send_did() {
    let server = Server::start_with(&STRICT).await;
    let phone = "+525512346004";
    let asked = json!({"phone": phone, "channel": "whatsapp", "fallback": ["whatsapp", "sms", "sms"], "locale": "en"});
    let id = answer(server.post("/api/v1/verify/send", asked).await, 200).await["id"].clone();
    server.code(phone, "whatsapp", 0).await;
    let since = server.newest(phone).await;
    let fault = json!({"provider": "twilio", "kind": "status", "operation": "messages.whatsapp", "status": 400,
        "body": {"code": 63024, "message": "Invalid message recipient", "status": 400}, "times": 1});
    let set = server.client.post(format!("{}/sandbox/faults", server.sandbox)).json(&fault).send().await;
    assert!(set.unwrap().status().is_success());
    answer(server.post("/api/v1/verify/resend", json!({"id": id})).await, 200).await;
    let code = server.code(phone, "sms", since).await;
    let sent = server.inbox(phone, since).await;
    assert!(sent.iter().all(|one| one["body"].as_str().unwrap().contains("code")), "in English: {sent:?}");
    let right = answer(check(&server, json!({"id": id, "code": code})).await, 200).await;
    assert_eq!(right["approved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_account_locks_and_exhausts_nobody_else() {
    let settings = [&STRICT[..], &[("MAX_OTP_PER_PHONE_PER_DAY", "2")]].concat();
    for server in on_both_with(&settings).await {
        let phone = "+525512346005";
        let made = server.tell("auth/register", json!({"email": "eve@example.com", "password": PASSWORD}));
        let eve = answer(made.await, 201).await;
        assert_eq!(legacy(&server, "send-verification-code", json!({"phoneNumber": phone}), &eve).await, 200);
        for _ in 0..3 {
            assert_eq!(legacy(&server, "verify-code", json!({"code": "000000"}), &eve).await, 400);
        }
        let again = legacy(&server, "send-verification-code", json!({"phoneNumber": phone}), &eve).await;
        assert_ne!(again, 200, "they are locked");
        for _ in 0..2 {
            let (id, code) = server.begin(phone, "login", None).await;
            let right = answer(check(&server, json!({"id": id, "code": code})).await, 200).await;
            assert_eq!(right["approved"], true, "the number's owner goes on");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_number_is_replaced_with_a_code_to_the_old_number() {
    let server = Server::start_with(&STRICT).await;
    let (old, new) = ("+525512346006", "+525512346007");
    let person = server.sign_up("ana@example.com", old).await;
    let since = server.newest(old).await;
    assert_eq!(legacy(&server, "send-verification-code", json!({"phoneNumber": old}), &person).await, 200);
    let old_code = server.code(old, "whatsapp", since).await;
    let (_, new_code) = server.begin(new, "registration", None).await;
    let wanted = json!({"phone": new, "otp_code": new_code, "old_phone_code": old_code});
    let me = answer(server.as_person(Method::PATCH, "me", Some(wanted), &person).await, 200).await;
    assert_eq!((&me["phone"], &me["phone_verified"]), (&json!(new), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_get_without_the_body() {
    let server = Server::start().await;
    let head = |path: &str| server.client.head(format!("{}{path}", server.base)).send();
    let health = head("/health").await.unwrap();
    assert_eq!(health.status(), 200);
    assert_ne!(health.headers()["content-length"], HeaderValue::from_static("0"));
    assert_eq!(health.text().await.unwrap(), "");
    assert_eq!(head("/api/v1/verify/send").await.unwrap().status(), 405);
}
