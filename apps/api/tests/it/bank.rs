//! Payments that a bank carries out, the same on both databases. The sandbox plays the bank.

use crate::{
    people::{answer, on_both_with, refused},
    server::{PATIENCE, Server},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SETTINGS: [(&str, &str); 6] = [
    ("BANK_CLIENT_MODE", "http"),
    ("BANK_API_CLIENT_ID", "ventanilla"),
    ("BANK_ACCOUNT", "646180000100000007"),
    ("CLABE_PREFIX", "6461800002"),
    ("BANK_CUTOFF", "23:59"),
    ("TRANSFER_2FA_THRESHOLD", "100000"),
];
/// The bank pays it at once.
const PAID: &str = "012180000000000157";

/// The demo person's wallet.
async fn wallet(server: &Server) -> Value {
    answer(server.get("/api/v1/wallets").await, 200).await["wallets"][0].clone()
}

async fn pay(server: &Server, wallet: &Value, amount: &str) -> Value {
    let body = json!({"from_wallet_id": wallet["id"], "amount": amount, "destination_account": PAID});
    let taken = answer(server.post("/api/v1/transfers", body).await, 201).await;
    assert_eq!(taken["status"], "processing", "{taken}");
    taken
}

/// The transfer, once it has that status.
async fn until(server: &Server, transfer: &Value, status: &str) -> Value {
    let path = format!("/api/v1/transfers/{}", transfer["id"].as_str().unwrap());
    let begun = Instant::now();
    loop {
        let now = answer(server.get(&path).await, 200).await;
        if now["status"] == status {
            return now;
        }
        assert!(begun.elapsed() < PATIENCE, "{now}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The posted and the available balance.
async fn purse(server: &Server) -> (Value, Value) {
    let wallet = wallet(server).await;
    (wallet["balance"].clone(), wallet["available"].clone())
}

async fn reconcile(server: &Server) -> (Value, Vec<Value>) {
    let run = answer(server.post("/api/v1/reconciliations", json!({})).await, 201).await;
    let path = format!("/api/v1/reconciliations/{}/items", run["id"].as_str().unwrap());
    let items = answer(server.get(&path).await, 200).await["items"].as_array().unwrap().clone();
    (run, items)
}

fn of_class<'a>(items: &'a [Value], class: &str) -> Vec<&'a Value> {
    items.iter().filter(|item| item["class"] == class).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_out_comes_in_and_agrees_with_the_banks_statement() {
    for server in on_both_with(&SETTINGS).await {
        let own = wallet(&server).await;
        let paid = pay(&server, &own, "100.10").await;
        let paid = until(&server, &paid, "completed").await;
        assert_eq!(purse(&server).await, (json!("899.90"), json!("899.90")));

        let receiving = format!("/api/v1/wallets/{}/receiving", own["id"].as_str().unwrap());
        let clabe = answer(server.get(&receiving).await, 200).await["clabe"].clone();
        for creditor in [&clabe, &json!("646180000299999999")] {
            let entry = json!({"amount": "75.25", "creditor_account": creditor, "concept": "renta"});
            server.play("/bank/entries", entry).await;
        }
        let (run, items) = reconcile(&server).await;
        assert_eq!(purse(&server).await.0, "975.15", "one of the two is theirs");
        let matched = of_class(&items, "matched");
        assert_eq!(matched.len(), 2, "{items:?}");
        assert!(matched.iter().any(|item| item["reference"] == paid["bank_reference"]));
        let [stray] = of_class(&items, "missing_here")[..] else { panic!("{items:?}") };
        assert_eq!((&stray["theirs"], items.len()), (&json!("75.25"), 3));

        let (run_again, again) = reconcile(&server).await;
        assert_eq!(again, items, "the same findings, open since the same time");
        let runs = answer(server.get("/api/v1/reconciliations").await, 200).await;
        assert_eq!(runs["items"], json!([run_again, run]));
        let sheet = format!("/api/v1/reconciliations/{}/items?format=csv", run["id"].as_str().unwrap());
        let sheet = server.get(&sheet).await.text().await.unwrap();
        assert!(sheet.starts_with("class,reference,entry_id,") && sheet.lines().count() == 4, "{sheet}");

        let (is_clean, said) = server.command(&["reconcile"]);
        assert!(!is_clean && said.contains("matched: 2\n") && said.contains("missing_here: 1\n"), "{said}");
        assert_eq!(server.command(&["ledger", "verify"]), (true, "the ledger is sound\n".into()));
    }
}

fn as_operator(server: &Server, email: &str, role: &str) -> String {
    assert!(server.command(&["operator", "add", email, "--role", role]).0);
    server.command(&["operator", "token", email]).1.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_decide_what_is_in_doubt() {
    for server in on_both_with(&SETTINGS).await {
        let own = wallet(&server).await;
        let fault = json!({"provider": "bank", "operation": "transfer", "kind": "status", "status": 503,
            "times": 1});
        server.play("/faults", fault).await;
        let doubtful = pay(&server, &own, "40").await;
        until(&server, &doubtful, "unknown").await;
        assert_eq!(purse(&server).await, (json!("1000.00"), json!("960.00")), "its hold stays");

        let [looks, first, second] = [
            as_operator(&server, "looks@example.com", "look"),
            as_operator(&server, "first@example.com", "decide"),
            as_operator(&server, "second@example.com", "admin"),
        ];
        let id = doubtful["id"].as_str().unwrap();
        let calls = format!("transfers/{id}/attempts");
        let calls = answer(server.call(Method::GET, &calls, None, Some(&looks)).await, 200).await;
        assert_eq!(calls["items"][0]["outcome"], "no_usable_answer", "{calls}");
        let path = format!("transfers/{id}/resolution");
        let say = |token: &str, verdict: &str| {
            let body = json!({"as": verdict, "evidence": "case 123"});
            let (server, path, token) = (&server, path.clone(), token.to_owned());
            async move { server.call(Method::POST, &path, Some(body), Some(&token)).await }
        };
        refused(say(&looks, "not_paid").await, 403, "forbidden").await;
        assert_eq!(answer(say(&first, "not_paid").await, 202).await, json!({"needs_second": true}));
        refused(say(&first, "not_paid").await, 409, "conflict").await;
        refused(say(&second, "settled").await, 409, "conflict").await;
        assert_eq!(answer(say(&second, "not_paid").await, 200).await["status"], "failed");
        assert_eq!(purse(&server).await, (json!("1000.00"), json!("1000.00")));
        refused(say(&first, "not_paid").await, 409, "conflict").await;
        let events = answer(server.get("/api/v1/events").await, 200).await.to_string();
        assert!(events.contains("payment.resolution.second") && events.contains("\"operator:"), "{events}");
        assert!(!server.log().contains(PAID), "no account stands in the log");
    }
}
