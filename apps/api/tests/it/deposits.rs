//! Money that comes in, people who are brought over, and the statistics of codes.

use crate::{
    people::{answer, on_both, on_both_with, refused},
    server::{DEMO, PATIENCE, Server},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Instant;

/// The ids of the demo person and of their wallet, which holds 1000.00.
async fn demo(server: &Server) -> (Value, Value) {
    let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
    let wallets = wallets["wallets"].as_array().unwrap().clone();
    let wallet = wallets.iter().find(|wallet| wallet["balance"] == "1000.00").unwrap();
    (wallet["user_id"].clone(), wallet["id"].clone())
}

async fn balance(server: &Server, wallet: &Value) -> Value {
    let path = format!("/api/v1/wallets/{}", wallet.as_str().unwrap());
    answer(server.get(&path).await, 200).await["balance"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_comes_in_once_is_told_and_goes_back() {
    for server in on_both_with(&[("LIMIT_PER_DEPOSIT", "500")]).await {
        let (user, wallet) = demo(&server).await;
        server.ask(DEMO, "hola", "Ventanilla").await;
        let deposit = |body: Value| server.post("/api/v1/deposits", body);
        let cash = json!({"wallet_id": wallet, "amount": "150.50", "reference": "r-1", "concept": "Nómina"});
        let since = server.newest(DEMO).await;
        let made = answer(deposit(cash.clone()).await, 201).await;
        assert_eq!(
            (&made["direction"], &made["status"], &made["client_tx_id"], &made["concept"]),
            (&json!("in"), &json!("completed"), &json!("r-1"), &json!("Nómina"))
        );
        let again = deposit(cash).await;
        assert_eq!(again.headers()["idempotent-replayed"], "true");
        assert_eq!(answer(again, 201).await["id"], made["id"]);
        let other = json!({"user_id": user, "amount": "150.50", "reference": "r-1"});
        refused(deposit(other).await, 422, "idempotency_key_reused").await;
        let much = json!({"user_id": user, "amount": "500.01", "reference": "r-2", "source": "card"});
        refused(deposit(much).await, 422, "limit_exceeded").await;
        let nobody = json!({"wallet_id": user, "amount": "1", "reference": "r-3"});
        refused(deposit(nobody).await, 404, "not_found").await;
        let correction =
            json!({"user_id": user, "amount": "0.50", "reference": "r-4", "source": "adjustment"});
        answer(deposit(correction).await, 201).await;
        assert_eq!(balance(&server, &wallet).await, "1151.00");
        told(&server, since, "Recibiste un depósito de 150.50 MXN. Concepto: Nómina").await;
        let id = made["id"].as_str().unwrap();
        let reverse = format!("/api/v1/transfers/{id}/reverse");
        answer(server.post(&reverse, json!({"reason": "prueba"})).await, 201).await;
        assert_eq!(balance(&server, &wallet).await, "1000.50");
        let (is_sound, said) = server.command(&["ledger", "verify"]);
        assert!(is_sound, "{said}");
    }
}

/// Waits until the demo phone shows it.
async fn told(server: &Server, since: u64, words: &str) {
    let began = Instant::now();
    loop {
        let messages = server.inbox(DEMO, since).await;
        if messages.iter().any(|message| message["body"] == words) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{messages:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_deposits_once() {
    let server = Server::start().await;
    let (_, wallet) = demo(&server).await;
    let deposit = |amount: &str| {
        let wallet = wallet.as_str().unwrap();
        server.command(&["ledger", "deposit", "--wallet", wallet, "--amount", amount, "--reference", "cmd-1"])
    };
    for done in ["50.25 MXN deposited", "50.25 MXN was deposited before"] {
        let (is_done, said) = deposit("50.25");
        assert!(is_done && said.contains(done), "{said}");
    }
    assert!(!deposit("50.26").0 && !deposit("0").0);
    assert_eq!(balance(&server, &wallet).await, "1050.25");
    let (_, said) = deposit("50.25");
    let transfer = said.split("transfer ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    let give_back = |amount: &str, reference: &str| {
        let words =
            ["ledger", "reverse", "--transfer", &transfer, "--amount", amount, "--reason", "typed twice"];
        server.command(&[&words[..], &["--reference", reference]].concat())
    };
    for done in ["20.25 MXN given back", "20.25 MXN was given back before"] {
        let (is_done, said) = give_back("20.25", "back-1");
        assert!(is_done && said.contains(done), "{said}");
    }
    assert!(!give_back("20.26", "back-1").0 && !give_back("30.01", "back-2").0 && !give_back("1", "").0);
    assert!(give_back("30.00", "back-3").0);
    assert_eq!(balance(&server, &wallet).await, "1000.00");
    let nothing = [
        "ledger",
        "reverse",
        "--transfer",
        wallet.as_str().unwrap(),
        "--reason",
        "x",
        "--reference",
        "back-4",
    ];
    assert!(!server.command(&nothing).0, "an id of no transfer");
    assert_eq!(server.command(&["ledger", "verify"]), (true, "the ledger is sound\n".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_imported_once_and_bad_lines_are_named() {
    let server = Server::start().await;
    server.write_file(
        "people.csv",
        "email,phone,first_name,last_name\n\
         ana@example.com,55 1234 5678,Ana,\"López, Díaz\"\n\
         \n\
         nobody,,Eva,\n\
         leo@example.com,12,Leo,\n\
         ivo@example.com,,Ivo,Sosa\n",
    );
    for summary in [
        "2 people imported, 0 known before, 2 lines refused",
        "0 people imported, 2 known before, 2 lines refused",
    ] {
        let ended = server.dialogue(&["people", "import", "people.csv"], &[]).end();
        assert_eq!((ended.code, ended.out.trim()), (Some(1), summary), "{}", ended.told);
        assert!(
            ended.told.contains("line 4: email ") && ended.told.contains("line 5: phone "),
            "{}",
            ended.told
        );
    }
    let sign_in = server.log_in("ana@example.com", crate::people::PASSWORD).await;
    refused(sign_in, 401, "unauthorized").await;
    answer(server.tell("auth/password/forgot", json!({"email": "ana@example.com"})).await, 202).await;
    let began = Instant::now();
    while server.inbox("ana@example.com", 0).await.is_empty() {
        assert!(began.elapsed() < PATIENCE, "no reset link came");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_counted_by_channel_country_and_day() {
    for server in on_both().await {
        let (id, code) = server.begin("+525512340048", "login", None).await;
        let check = json!({"id": id, "code": code});
        answer(server.post("/api/v1/verify/check", check).await, 200).await;
        for (by, key) in [("channel", "sms"), ("country", "MX")] {
            let path = format!("reports/verifications?group_by={by}");
            let report = server.call(Method::GET, &path, None, Some(&server.token)).await;
            let report = answer(report, 200).await;
            let item = &report["items"][0];
            assert_eq!(
                (&item["key"], &item["approved"], &item["failed"]),
                (&json!(key), &json!(1), &json!(0))
            );
            assert_eq!(item["sent"], 1, "{report}");
        }
        let days = server.get("/api/v1/reports/verifications?group_by=day").await;
        assert_eq!(answer(days, 200).await["items"].as_array().unwrap().len(), 1);
        for bad in ["group_by=colour", "from=2026-1-1", "from=2026-02-01&to=2026-01-01", "from=2020-01-01"] {
            let path = format!("/api/v1/reports/verifications?{bad}");
            refused(server.get(&path).await, 422, "validation_failed").await;
        }
        refused(server.call(Method::GET, "reports/verifications", None, None).await, 401, "unauthorized")
            .await;
    }
}
