//! Money over REST, the same on both databases.

use crate::server::{DEMO, Server};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

const ACCOUNT: &str = "012345678901234567";
const SETTINGS: [(&str, &str); 2] = [("TRANSFER_2FA_THRESHOLD", "100000"), ("LIMIT_PER_DAY", "700")];

async fn on_both(settings: &[(&str, &str)]) -> [Server; 2] {
    [Server::start_with(settings).await, Server::start_on_postgres(settings).await]
}

async fn answer(response: Response, status: u16) -> Value {
    let got = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(got, StatusCode::from_u16(status).unwrap(), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The ids of the demo person and of their wallet.
async fn demo(server: &Server) -> (Value, Value) {
    let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
    let wallet = &wallets["wallets"][0];
    (wallet["user_id"].clone(), wallet["id"].clone())
}

async fn pay(server: &Server, user: &Value, amount: &str, key: &str) -> Response {
    let body =
        json!({"user_id": user, "amount": amount, "destination_account": ACCOUNT, "client_tx_id": key});
    server.post("/api/v1/transfers", body).await
}

fn path(of: &str, id: &Value, what: &str) -> String {
    format!("/api/v1/{of}/{}{what}", id.as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_between_wallets_and_back_and_the_statement_says_so() {
    for server in on_both(&SETTINGS).await {
        let (user, wallet) = demo(&server).await;
        let savings = json!({"user_id": user, "name": "Ahorro", "type": "savings", "currency": "MXN"});
        let savings = answer(server.post("/api/v1/wallets", savings).await, 201).await;
        assert_eq!((&savings["balance"], &savings["type"]), (&json!("0.00"), &json!("savings")));
        let moved = json!({"from_wallet_id": wallet, "to_wallet_id": savings["id"], "amount": "100.10",
            "concept": "=1+1", "client_tx_id": "w2w"});
        let moved = answer(server.post("/api/v1/transfers", moved).await, 201).await;
        let reverse = path("transfers", &moved["id"], "/reverse");
        let too_much = server.post(&reverse, json!({"reason": "r", "amount": "100.11"})).await;
        assert_eq!(answer(too_much, 422).await["code"], "limit_exceeded");
        let part = answer(server.post(&reverse, json!({"reason": "r", "amount": "40.10"})).await, 201).await;
        assert_eq!(part["original_transaction_id"], moved["id"]);
        answer(server.post(&reverse, json!({"reason": "r"})).await, 201).await;
        let whole = answer(server.get(&path("transfers", &moved["id"], "")).await, 200).await;
        assert_eq!((&whole["status"], &whole["reversed_amount"]), (&json!("reversed"), &json!("100.10")));
        assert_eq!(whole["history"].as_array().unwrap().len(), 2);
        let csv = server.get(&path("wallets", &wallet, "/statement?format=csv")).await;
        assert!(csv.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
        let csv = csv.text().await.unwrap();
        assert_eq!(
            csv.lines().next(),
            Some("id,amount,balance_after,transfer_id,counterpart,concept,created_at")
        );
        assert!(csv.lines().count() == 5 && csv.contains("'=1+1"), "no cell is a formula: {csv}");
        let statement = answer(server.get(&path("wallets", &wallet, "/statement")).await, 200).await;
        let ends = (&statement["opening_balance"], &statement["closing_balance"]);
        assert_eq!(ends, (&json!("0.00"), &json!("1000.00")));
        let earlier = path("wallets", &wallet, "/statement?from=2020-01-01&to=2020-01-31");
        assert_eq!(answer(server.get(&earlier).await, 200).await["items"], json!([]));
        assert_eq!(server.command(&["ledger", "verify"]), (true, "the ledger is sound\n".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_bind_and_their_refusals_are_replayed() {
    for server in on_both(&SETTINGS).await {
        let (user, _) = demo(&server).await;
        answer(pay(&server, &user, "600", "one").await, 201).await;
        for _ in 0..2 {
            let refused = answer(pay(&server, &user, "100.01", "two").await, 422).await;
            let detail = "The limit per day is 700.00 MXN; 100.00 MXN is left.";
            assert_eq!((&refused["code"], &refused["detail"]), (&json!("limit_exceeded"), &json!(detail)));
        }
        answer(pay(&server, &user, "100.00", "three").await, 201).await;
        let reverse = answer(pay(&server, &user, "600", "one").await, 201).await["id"].clone();
        let gone = server.post(&path("transfers", &reverse, "/reverse"), json!({"reason": "r"})).await;
        assert_eq!(answer(gone, 409).await["code"], "conflict", "it has left the platform");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_the_wallet_that_pays() {
    for server in on_both(&SETTINGS).await {
        let (user, wallet) = demo(&server).await;
        for (field, value) in [("destination_account", json!(DEMO)), ("to_wallet_id", wallet.clone())] {
            let body = json!({"user_id": user, "amount": "1", field: value});
            let refused = answer(server.post("/api/v1/transfers", body).await, 422).await;
            assert_eq!(refused["errors"][0]["pointer"], format!("/{field}"), "{refused}");
        }
        let balance = answer(server.get(&path("accounts", &user, "/balance")).await, 200).await;
        assert_eq!(balance["balance"], "1000.00");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_payee_waits_and_the_answer_says_until_when() {
    let settings = [("NEW_PAYEE_COOLOFF_MINUTES", "30")];
    for server in on_both(&settings).await {
        let (user, _) = demo(&server).await;
        let refused = answer(pay(&server, &user, "10", "one").await, 422).await;
        assert_eq!(refused["code"], "limit_exceeded");
        assert!(refused["detail"].as_str().unwrap().contains("can be paid from 20"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_listed_and_their_seals_checked() {
    for server in on_both(&SETTINGS).await {
        let (user, _) = demo(&server).await;
        for n in 0..3 {
            answer(pay(&server, &user, "1", &format!("k{n}")).await, 201).await;
        }
        let page = answer(server.get("/api/v1/events?limit=2").await, 200).await;
        let newest = &page["items"][0];
        assert_eq!(
            (&newest["action"], &newest["who"]),
            (&json!("transfer.completed"), &json!("client:development"))
        );
        assert_eq!(newest["after"], "completed: 1.00 MXN");
        let next = format!("/api/v1/events?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
        assert_ne!(answer(server.get(&next).await, 200).await["items"][0], *newest);
        let chain = answer(server.get("/api/v1/events/verify").await, 200).await;
        assert_eq!((&chain["ok"], chain.get("first_bad")), (&json!(true), None));
        let (is_sound, said) = server.command(&["audit", "verify"]);
        assert!(is_sound && said.starts_with("the audit log is sound"), "{said}");
        let (is_sound, said) =
            server.command(&["audit", "verify", "--head", &format!("1:{}", "0".repeat(64))]);
        assert!(!is_sound && said.contains("block 1 was removed"), "a head that never was: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_requests_name_the_field() {
    let server = Server::start().await;
    let (user, wallet) = demo(&server).await;
    let with = |name: &str, kind: &str, currency: &str| json!({"user_id": user, "name": name, "type": kind, "currency": currency});
    for (body, pointer) in [
        (with("", "cash", "MXN"), "/name"),
        (with("a\u{0}b", "cash", "MXN"), "/name"),
        (with(&"n".repeat(61), "cash", "MXN"), "/name"),
        (with("n", "", "MXN"), "/type"),
        (with("n", "cash", "XXY"), "/currency"),
        (json!({"user_id": "x", "name": "n", "type": "cash"}), "/user_id"),
        (json!({"name": "n", "type": "cash"}), "/user_id"),
    ] {
        let refused = answer(server.post("/api/v1/wallets", body.clone()).await, 422).await;
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}");
    }
    let paid = answer(pay(&server, &user, "1", "k").await, 201).await;
    let reverse = path("transfers", &paid["id"], "/reverse");
    for (body, pointer) in [
        (json!({}), "/reason"),
        (json!({"reason": "\u{0}"}), "/reason"),
        (json!({"reason": "r", "amount": "0"}), "/amount"),
        (json!({"reason": "r", "amount": "0.001"}), "/amount"),
    ] {
        let refused = answer(server.post(&reverse, body.clone()).await, 422).await;
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}");
    }
    for query in ["from=yesterday", "format=pdf", "from=2026-02-01&to=2026-01-01"] {
        let refused = server.get(&path("wallets", &wallet, &format!("/statement?{query}"))).await;
        assert_eq!(answer(refused, 422).await["code"], "validation_failed", "{query}");
    }
    for cursor in ["x", "1", "%27"] {
        let refused = server.get(&format!("/api/v1/transfers?cursor={cursor}")).await;
        assert_eq!(answer(refused, 422).await["errors"][0]["pointer"], "/cursor", "{cursor}");
    }
    answer(server.get("/api/v1/wallets/00000000-0000-7000-8000-000000000000/statement").await, 404).await;
    let nobody = "/api/v1/transfers/00000000-0000-7000-8000-000000000000/reverse";
    answer(server.post(nobody, json!({"reason": "r"})).await, 404).await;
}
