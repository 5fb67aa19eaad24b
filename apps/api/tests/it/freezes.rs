//! Freezes over REST, and what people are told; the same on both databases.

use crate::{
    people::{PASSWORD, answer, on_both, refused},
    server::{PATIENCE, Server},
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::Instant;

const OUTSIDE: &str = "012345678901234567";

/// The first message to a phone or address that is newer than `since` and contains the text.
async fn told(server: &Server, to: &str, since: u64, expected: &str) -> Value {
    let begun = Instant::now();
    loop {
        let inbox = server.inbox(to, since).await;
        let found = inbox.iter().find(|message| message["body"].as_str().unwrap().contains(expected));
        if let Some(found) = found {
            return found.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "{to} was not told «{expected}» but {inbox:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// The demo person pays a destination.
async fn demo_pays(server: &Server, amount: &str, to: &str) -> Response {
    let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
    let demo = &wallets["wallets"][0];
    let body = json!({"from_wallet_id": demo["id"], "amount": amount, "destination_account": to});
    server.post("/api/v1/transfers", body).await
}

async fn pays(server: &Server, person: &Value, key: &str) -> Response {
    let body = json!({"user_id": person["user_id"], "amount": "1.00", "destination_account": OUTSIDE,
        "client_tx_id": key});
    server.as_person(Method::POST, "transfers", Some(body), person).await
}

fn path(person: &Value, what: &str) -> String {
    format!("people/{}/{what}", person["user_id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_stops_all_money_out_until_it_is_lifted() {
    for server in on_both().await {
        let (phone, email) = ("+525512349001", "frida@example.com");
        let person = server.sign_up(email, phone).await;
        answer(demo_pays(&server, "50.00", phone).await, 201).await;
        let folio = answer(pays(&server, &person, "before").await, 201).await["folio"].clone();
        assert_eq!(folio.as_str().unwrap().len(), 8);
        let (sms, mail) = (server.newest(phone).await, server.newest(email).await);

        let call = |what: &str, body: Value| {
            let (server, person, path) = (&server, &person, path(&person, what));
            async move { server.as_person(Method::POST, &path, Some(body), person).await }
        };
        let frozen = answer(call("freeze", json!({"reason": "lost"})).await, 200).await;
        assert_eq!((&frozen["frozen"], &frozen["user_id"]), (&json!(true), &person["user_id"]));
        assert_eq!(
            answer(call("freeze", json!({})).await, 200).await,
            frozen,
            "a second one changes nothing"
        );
        let me = answer(server.as_person(Method::GET, "me", None, &person).await, 200).await;
        assert_eq!(me["frozen_at"], frozen["frozen_at"]);
        assert_eq!(told(&server, phone, sms, "congelada").await["channel"], "sms");
        assert_eq!(told(&server, email, mail, "congelada").await["channel"], "email");

        for _ in 0..2 {
            refused(pays(&server, &person, "during").await, 423, "frozen").await;
        }
        answer(demo_pays(&server, "5.00", phone).await, 201).await;
        refused(call("unfreeze", json!({})).await, 403, "step_up_required").await;
        refused(call("unfreeze", json!({"password": "no es esta clave"})).await, 401, "unauthorized").await;
        let since = server.newest(email).await;
        let sent = answer(call("unfreeze", json!({"password": PASSWORD})).await, 202).await;
        assert_eq!((&sent["frozen"], sent["code_sent_to"].is_string()), (&json!(true), true));
        let code = server.code(email, "email", since).await;
        let both = |code: &str| json!({"password": PASSWORD, "code": code});
        let wrong = if code == "000000" { "000001" } else { "000000" };
        refused(call("unfreeze", both(wrong)).await, 400, "code_invalid_or_expired").await;
        let lifted = answer(call("unfreeze", both(&code)).await, 200).await;
        assert_eq!((&lifted["frozen"], lifted["payable_at"].is_string()), (&json!(false), true));
        refused(pays(&server, &person, "after").await, 422, "limit_exceeded").await;
        let by_staff = format!("/api/v1/{}", path(&person, "unfreeze"));
        answer(server.post(&by_staff, json!({})).await, 200).await;
        answer(pays(&server, &person, "at last").await, 201).await;
        refused(pays(&server, &person, "during").await, 423, "frozen").await;
        assert_eq!(server.command(&["ledger", "verify"]), (true, "the ledger is sound\n".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_freezes_a_person() {
    let server = Server::start_with(&crate::people::SETTINGS).await;
    let person = server.sign_up("frida@example.com", "+525512349001").await;
    let stranger = server.sign_up("eva@example.com", "+525512349002").await;
    let (_, token) = server.command(&["token", "--scopes", "verify"]);
    for what in ["freeze", "unfreeze"] {
        let path = path(&person, what);
        let body = Some(json!({}));
        let by_stranger = server.as_person(Method::POST, &path, body.clone(), &stranger).await;
        refused(by_stranger, 404, "not_found").await;
        refused(server.call(Method::POST, &path, body.clone(), None).await, 401, "unauthorized").await;
        let without_scope = server.call(Method::POST, &path, body, Some(token.trim())).await;
        refused(without_scope, 403, "forbidden").await;
        let nobody = format!("/api/v1/people/{}/{what}", uuid::Uuid::max());
        refused(server.post(&nobody, json!({})).await, 404, "not_found").await;
    }
    let long = json!({"reason": "r".repeat(501)});
    let freeze = format!("/api/v1/{}", path(&person, "freeze"));
    refused(server.post(&freeze, long).await, 422, "validation_failed").await;
    let me = answer(server.as_person(Method::GET, "me", None, &person).await, 200).await;
    assert_eq!(me["frozen_at"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_are_paid_are_told_unless_they_stopped() {
    for server in on_both().await {
        let (ana, bea) = ("+525512349003", "+525512349004");
        for (phone, email) in [(ana, "ana@example.com"), (bea, "bea@example.com")] {
            server.sign_up(email, phone).await;
            server.ask(phone, "hola", "Ventanilla").await;
        }
        let since = server.newest(ana).await;
        answer(demo_pays(&server, "12.30", ana).await, 201).await;
        let body = told(&server, ana, since, "Recibiste 12.30 MXN").await["body"].clone();
        assert!(body.as_str().unwrap().contains("Sofía"), "{body}");

        server.ask(ana, "STOP", "START").await;
        let (of_ana, of_bea) = (server.newest(ana).await, server.newest(bea).await);
        answer(demo_pays(&server, "1.10", ana).await, 201).await;
        answer(demo_pays(&server, "1.20", bea).await, 201).await;
        // Alerts are told in their order: when the second payee hears, the first one would have heard.
        told(&server, bea, of_bea, "Recibiste 1.20 MXN").await;
        assert_eq!(server.inbox(ana, of_ana).await, Vec::<Value>::new());

        let lost = demo_pays(&server, "1.30", "+525599999999").await;
        refused(lost, 422, "recipient_not_found").await;
        let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
        assert_eq!(wallets["wallets"][0]["balance"], "985.40");
    }
}
