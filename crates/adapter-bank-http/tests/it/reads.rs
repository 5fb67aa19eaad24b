//! Balance and statement.

use crate::bank::{ACCOUNT, bank, client, config, requests};
use ports::money::core_bank::{BankUnavailable, CoreBank, StatementQuery};
use serde_json::json;
use wiremock::{Mock, ResponseTemplate, matchers::method};

#[tokio::test]
async fn a_balance_is_read() {
    let server = bank().await;
    let body = json!({
        "account": ACCOUNT, "booked": "1000.00", "available": "-0.50", "currency": "MXN",
        "as_of": "2026-03-10T12:00:00Z",
    });
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let balance = client(config(&server.uri())).balance(ACCOUNT).await.unwrap();
    assert_eq!((balance.booked.minor, balance.available.minor), (100_000, -50));
    assert_eq!(requests(&server, &format!("/accounts/{ACCOUNT}/balance")).await.len(), 1);
}

#[tokio::test]
async fn a_statement_is_asked_for_by_its_days_and_its_cursor() {
    let server = bank().await;
    let body = json!({"items": [], "next_cursor": "next page"});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let client = client(config(&server.uri()));
    let mut query = StatementQuery {
        account: "AC/7 ?".into(),
        from: "2026-03-09".parse().unwrap(),
        to: "2026-03-10".parse().unwrap(),
        cursor: None,
    };
    let page = client.statement(&query).await.unwrap();
    assert_eq!((page.entries.len(), page.next_cursor.as_deref()), (0, Some("next page")));
    query.cursor = page.next_cursor;
    client.statement(&query).await.unwrap();
    let asked = requests(&server, "/accounts/AC%2F7%20%3F/statement").await;
    let queries: Vec<_> = asked.iter().map(|request| request.url.query().unwrap_or_default()).collect();
    assert_eq!(queries, ["from=2026-03-09&to=2026-03-10", "from=2026-03-09&to=2026-03-10&cursor=next+page"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(404),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_json(json!({"account": "another", "booked": "1.00"})),
    ] {
        let server = bank().await;
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let said = client(config(&server.uri())).balance(ACCOUNT).await;
        assert!(matches!(said, Err(BankUnavailable::NoUsableAnswer(_))), "{said:?}");
    }
}
