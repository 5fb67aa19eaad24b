//! CLABEs and numbers by which wallets are paid, the same on both databases.

use crate::{
    people::{SETTINGS, answer, on_both, refused},
    server::Server,
};
use reqwest::Method;
use serde_json::{Value, json};

fn receiving(wallet: &Value) -> String {
    format!("wallets/{}/receiving", wallet["id"].as_str().unwrap())
}

async fn open(server: &Server, user: &Value, currency: &str) -> Value {
    let body = json!({"user_id": user, "name": "Viaje", "type": "cash", "currency": currency});
    answer(server.post("/api/v1/wallets", body).await, 201).await
}

async fn wallet_of(server: &Server, person: &Value) -> Value {
    let wallets = answer(server.as_person(Method::GET, "wallets", None, person).await, 200).await;
    wallets["wallets"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_in_pesos_is_paid_by_its_clabe() {
    for server in on_both().await {
        let phone = "+525512349011";
        let person = server.sign_up("rita@example.com", phone).await;
        let wallet = wallet_of(&server, &person).await;
        let shown = server.as_person(Method::GET, &receiving(&wallet), None, &person).await;
        let shown = answer(shown, 200).await;
        let clabe = shown["clabe"].as_str().unwrap();
        assert!(clabe.starts_with("6461800001") && clabe.len() == 18, "{shown}");
        assert_eq!((&shown["phone"], &shown["wallet_id"]), (&json!(phone), &wallet["id"]));

        let demo = answer(server.get("/api/v1/wallets").await, 200).await["wallets"][0].clone();
        let pay = |to: String, amount: &str| {
            let body = json!({"from_wallet_id": demo["id"], "amount": amount, "destination_account": to});
            server.post("/api/v1/transfers", body)
        };
        answer(pay(clabe.to_owned(), "7.50").await, 201).await;
        assert_eq!(wallet_of(&server, &person).await["balance"], "7.50");
        let entries = format!("wallets/{}/entries", wallet["id"].as_str().unwrap());
        let entries = answer(server.as_person(Method::GET, &entries, None, &person).await, 200).await;
        assert_eq!(entries["items"][0]["counterpart"], "Sofía", "the payer's first name");
        refused(pay("646180000199999999".into(), "7.50").await, 422, "recipient_not_found").await;

        let dollars = open(&server, &person["user_id"], "USD").await;
        let shown = answer(server.get(&format!("/api/v1/{}", receiving(&dollars))).await, 200).await;
        assert_eq!((&shown["clabe"], &shown["name"]), (&Value::Null, &json!("Viaje")));
        let stranger = server.sign_up("sara@example.com", "+525512349012").await;
        let peeped = server.as_person(Method::GET, &receiving(&wallet), None, &stranger).await;
        refused(peeped, 404, "not_found").await;
        let (_, token) = server.command(&["token", "--scopes", "transfers"]);
        let without_scope = server.call(Method::GET, &receiving(&wallet), None, Some(token.trim())).await;
        refused(without_scope, 403, "forbidden").await;
        assert_eq!(server.command(&["ledger", "verify"]), (true, "the ledger is sound\n".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_numbers_a_wallet_opens_without_a_clabe() {
    let server = Server::start_on_postgres(&SETTINGS).await;
    let person = server.sign_up("rita@example.com", "+525512349011").await;
    server.sql("update clabe_prefixes set next_number = 10000000 - 1");
    let last = open(&server, &person["user_id"], "MXN").await;
    let none = open(&server, &person["user_id"], "MXN").await;
    let clabe = |wallet: Value| {
        let path = format!("/api/v1/{}", receiving(&wallet));
        let server = &server;
        async move { answer(server.get(&path).await, 200).await["clabe"].clone() }
    };
    assert!(clabe(last).await.is_string());
    assert_eq!(clabe(none).await, Value::Null);
    assert!(server.log().contains("no numbers are left"));
}
