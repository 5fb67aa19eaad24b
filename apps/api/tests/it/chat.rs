//! The main path: prove the number, ask, pay, get the receipt; the same money over REST.

use crate::server::{DEMO, Server};
use serde_json::{Value, json};

const ACCOUNT: &str = "012345678901234567";

/// The six digits in a text.
fn code_in(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
}

/// Proves a number by writing from it for the first time.
pub(crate) async fn prove(server: &Server, phone: &str) {
    server.ask(phone, "saldo", "CONFIRMAR").await;
    let code =
        server.inbox(phone, 0).await.iter().find_map(|m| code_in(m["body"].as_str().unwrap())).unwrap();
    server.ask(phone, &code, "Tu saldo es").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_pays_and_the_payee_is_remembered() {
    let server = Server::start().await;
    prove(&server, DEMO).await;
    server.ask(DEMO, "manda 150 a mi mamá", "no conozco la cuenta de mamá").await;
    server.ask(DEMO, ACCOUNT, "¿Confirmas?").await;
    let receipt = server.ask(DEMO, "sí", "completada").await;
    assert!(receipt.contains("150.00 MXN") && receipt.contains("****4567") && receipt.contains("850.00 MXN"));
    let card = server.ask(DEMO, "envíale 50 a mi mamá", "¿Confirmas?").await;
    assert!(card.contains("50.00 MXN a mamá, cuenta ****4567"), "{card}");
    server.ask(DEMO, "no", "cancelada").await;
    server.ask(DEMO, "movimientos", "-150.00 MXN").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_payment_takes_a_code_by_sms() {
    let server = Server::start().await;
    prove(&server, DEMO).await;
    server.ask(DEMO, "manda 1000 a mi mamá", "no conozco la cuenta de mamá").await;
    server.ask(DEMO, ACCOUNT, "¿Confirmas?").await;
    server.ask(DEMO, "sí", "necesito un código más").await;
    let sms = loop {
        let all = server.inbox(DEMO, 0).await;
        if let Some(sms) = all.into_iter().find(|m| m["channel"] == "sms") {
            break sms["body"].as_str().unwrap().to_owned();
        }
    };
    assert!(sms.contains("1000.00 MXN") && sms.contains("****4567"), "{sms}");
    server.ask(DEMO, "sí", "Falta el código").await;
    server.ask(DEMO, &format!("CONFIRMAR {}", code_in(&sms).unwrap()), "completada").await;
    server.ask(DEMO, "saldo", "Tu saldo es: 0.00 MXN").await;
    // The payee is remembered: only the money is missing now.
    server.ask(DEMO, "manda 1 a mi mamá", "Saldo insuficiente").await;
    let log = server.log();
    assert!(!log.contains(&code_in(&sms).unwrap()) && !log.contains("521234567890"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_moves_money_once_and_sees_only_its_own() {
    let server = Server::start().await;
    let wallets: Value = server.get("/api/v1/wallets").await.json().await.unwrap();
    let user = &wallets["wallets"][0]["user_id"];
    let body =
        json!({"user_id": user, "amount": 12.30, "destination_account": ACCOUNT, "client_tx_id": "one"});
    let first = server.post("/api/v1/transfers", body.clone()).await;
    assert_eq!(first.status(), 201);
    let first: Value = first.json().await.unwrap();
    assert_eq!((&first["amount"], &first["destination"]), (&json!("12.30"), &json!("****4567")));
    let again = server.post("/api/v1/transfers", body).await;
    assert_eq!(again.headers().get("Idempotent-Replayed").unwrap(), "true");
    let again: Value = again.json().await.unwrap();
    assert_eq!(again, first);
    let shown = server.get(&format!("/api/v1/transfers/{}", first["id"].as_str().unwrap())).await;
    let shown: Value = shown.json().await.unwrap();
    assert_eq!(shown["history"][0]["status"], "completed");
    let strange = server.get(&format!("/api/v1/transfers/{}", uuid::Uuid::max())).await;
    assert_eq!(strange.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_in_the_language_of_the_person() {
    let server = Server::start().await;
    server.ask("+525511110001", "what can you do?", "Here is what I can do").await;
    server.ask("+525511110002", "quanto tenho na minha conta?", "Recebi sua mensagem").await;
    server.ask("+525511110003", "STOP", "START").await;
}
