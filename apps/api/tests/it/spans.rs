//! What a line of the log belongs to: a request, or a turn.

use crate::server::{DEMO, PATIENCE, Server};
use serde_json::Value;
use std::time::Instant;

/// The span of this name around the first line with this message.
async fn span(server: &Server, message: &str, name: &str) -> Value {
    let begun = Instant::now();
    loop {
        let log = server.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        if let Some(line) = lines.into_iter().find(|line| line["message"] == message) {
            let spans = line["spans"].as_array().expect("a line names its spans");
            return spans.iter().find(|span| span["name"] == name).expect("the span is open").clone();
        }
        assert!(begun.elapsed() < PATIENCE, "«{message}» is not in the log");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_names_its_request_or_its_turn_and_no_person() {
    let server = Server::start().await;
    let refused = server
        .client
        .get(format!("{}/api/v1/wallets", server.base))
        .header("X-Signature", "nothing")
        .header("X-Request-Id", "a-request-of-mine")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.headers()["X-Request-Id"], "a-request-of-mine");
    let request = span(&server, "a signed request is malformed", "request").await;
    assert_eq!((&request["request_id"], &request["method"]), (&"a-request-of-mine".into(), &"GET".into()));

    server.ask(DEMO, "saldo", "CONFIRMAR").await;
    let turn = span(&server, "a turn was carried out", "turn").await;
    assert!(turn["event"].is_string() && turn["conversation"].is_string(), "{turn}");
    assert!(!server.log().contains("521234567890"));
}
