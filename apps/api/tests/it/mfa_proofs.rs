//! MFA settings change by a proof, and the person is told.

use crate::{
    people::{PASSWORD, answer, on_both, refused, wrong},
    server::{PATIENCE, Server},
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::Instant;

async fn change(server: &Server, what: &str, proof: Value, person: &Value) -> Response {
    server.as_person(Method::POST, &format!("auth/mfa/{what}"), Some(proof), person).await
}

/// Waits until a mail to that address says it.
async fn told(server: &Server, email: &str, words: &str) {
    let began = Instant::now();
    loop {
        let mails = server.inbox(email, 0).await;
        if mails.iter().any(|mail| mail["body"].as_str().unwrap().contains(words)) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{words}: {mails:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mfa_changes_by_password_code_or_backup_code_and_each_is_told() {
    for server in on_both().await {
        let (phone, email) = ("+525512340047", "rosa@example.com");
        let person = server.sign_up(email, phone).await;
        for what in ["enable", "disable", "backup-codes"] {
            refused(change(&server, what, json!({}), &person).await, 403, "step_up_required").await;
            let wrong_one = json!({"password": "esta no es la clave"});
            refused(change(&server, what, wrong_one, &person).await, 401, "unauthorized").await;
            let both = json!({"password": PASSWORD, "code": "123456"});
            refused(change(&server, what, both, &person).await, 422, "validation_failed").await;
        }
        refused(
            change(&server, "enable", json!({"backup_code": "x"}), &person).await,
            422,
            "validation_failed",
        )
        .await;
        answer(change(&server, "enable", json!({"password": PASSWORD}), &person).await, 204).await;
        told(&server, email, "se activó la verificación en dos pasos").await;

        let since = server.newest(phone).await;
        let send = json!({"phoneNumber": phone});
        let path = format!("{}/api/auth/send-verification-code", server.base);
        let token = person["access_token"].as_str().unwrap();
        let sent = server.client.post(path).bearer_auth(token).json(&send).send().await.unwrap();
        answer(sent, 200).await;
        let code = server.code(phone, "whatsapp", since).await;
        let by = |code: &str| json!({"code": code});
        refused(change(&server, "disable", by(wrong(&code)), &person).await, 400, "code_invalid_or_expired")
            .await;
        let codes = answer(change(&server, "backup-codes", by(&code), &person).await, 201).await;
        told(&server, email, "códigos de respaldo nuevos").await;
        refused(change(&server, "disable", by(&code), &person).await, 400, "code_invalid_or_expired").await;

        let backup = |n: usize| json!({"backup_code": codes["codes"][n]});
        answer(change(&server, "disable", backup(0), &person).await, 204).await;
        told(&server, email, "se desactivó la verificación en dos pasos").await;
        refused(change(&server, "disable", backup(0), &person).await, 400, "code_invalid_or_expired").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_proofs_are_slowed_like_a_sign_in() {
    let server = Server::start().await;
    let register = json!({"email": "lola@example.com", "password": PASSWORD});
    let person = answer(server.tell("auth/register", register).await, 201).await;
    let mut statuses = Vec::new();
    for n in 0..21 {
        let wrong_one = json!({"backup_code": format!("wrong-{n}")});
        statuses.push(change(&server, "disable", wrong_one, &person).await.status().as_u16());
    }
    assert_eq!((statuses[19], statuses[20]), (400, 429), "{statuses:?}");
}
