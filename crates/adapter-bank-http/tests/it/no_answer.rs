//! No answer is no failure: whatever isn't tabulated leaves the payment in doubt. What didn't go out, for certain, is
//! told apart.

use crate::bank::{
    bank, bank_answering, client, closed, config, misbehaving, order, requests, shown, submitted,
};
use domain::money::bank::{NotSentCause, SubmitOutcome};
use ports::money::core_bank::CoreBank;
use serde_json::json;
use std::{
    io::Write,
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};
use wiremock::{MockServer, ResponseTemplate};

async fn in_doubt(act: fn(TcpStream)) {
    let client = client(config(&misbehaving(act)));
    let answer = client.submit(&order()).await;
    assert_eq!((answer.outcome, answer.http_status), (SubmitOutcome::NoUsableAnswer, None));
}

#[tokio::test]
async fn an_answer_that_says_something_else_leaves_the_payment_in_doubt() {
    let mut other = shown("ACSC");
    other["reference"] = json!("TEST0123456789ABCXYZ");
    let mut no_amount = shown("ACSC");
    no_amount["amount"] = json!(100.5);
    for answer in [
        ResponseTemplate::new(500).set_body_json(shown("RJCT")),
        ResponseTemplate::new(502).set_body_json(json!({"error": "bad gateway"})),
        ResponseTemplate::new(503),
        ResponseTemplate::new(403).set_body_json(json!({"status": "RJCT", "reason": {"code": "AC04"}})),
        ResponseTemplate::new(404).set_body_json(json!({"error": "not found"})),
        ResponseTemplate::new(408),
        ResponseTemplate::new(429),
        ResponseTemplate::new(204),
        ResponseTemplate::new(400).set_body_json(json!({"error": "against the protocol"})),
        ResponseTemplate::new(422).set_body_json(json!({"status": "RJCT"})),
        ResponseTemplate::new(201).set_body_json(shown("WHAT")),
        ResponseTemplate::new(201).set_body_json(other),
        ResponseTemplate::new(201).set_body_json(no_amount),
        ResponseTemplate::new(201).set_body_string("<html><body>Mantenimiento</body></html>"),
        ResponseTemplate::new(200).set_body_bytes(b"{\"reference\": \"\xff\xfe".to_vec()),
    ] {
        let answer = submitted(answer).await;
        assert_eq!(answer.outcome, SubmitOutcome::NoUsableAnswer, "{:?}", answer.http_status);
        assert!(answer.http_status.is_some());
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    assert_eq!(submitted(answer).await.outcome, SubmitOutcome::NoUsableAnswer);
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_the_payment_in_doubt() {
    in_doubt(drop).await;
    in_doubt(|stream| stream.shutdown(Shutdown::Both).unwrap()).await;
    in_doubt(|mut stream| {
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n{\"ref").unwrap();
    })
    .await;
    in_doubt(|mut stream| stream.write_all(b"HTTP/1.1 banana\r\n\r\n").unwrap()).await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_not_to_its_end_is_waited_for_a_while() {
    in_doubt(|stream| {
        let _held = stream.peek(&mut [0; 1]);
    })
    .await;
    in_doubt(|mut stream| {
        let _begun = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n");
        // Ends when the client has gone away.
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    })
    .await;
}

#[tokio::test]
async fn a_huge_answer_is_not_read() {
    in_doubt(|mut stream| {
        let _begun = stream.write_all(b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n");
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    })
    .await;
}

#[tokio::test]
async fn what_did_not_go_out_is_told_apart() {
    let unreachable = SubmitOutcome::NotSent(NotSentCause::Unreachable);
    let server = bank().await;
    let mut config = config(&server.uri());
    config.base = closed().parse().unwrap();
    let answer = client(config).submit(&order()).await;
    assert_eq!((&answer.outcome, answer.http_status), (&unreachable, None), "nobody listens");
    let answer = client(crate::bank::config(&closed())).submit(&order()).await;
    assert_eq!(answer.outcome, unreachable, "nobody gives a token");
}

#[tokio::test]
async fn with_an_open_breaker_nothing_goes_out() {
    let server = bank_answering(ResponseTemplate::new(503)).await;
    let client = client(config(&server.uri()));
    for _ in 0..5 {
        assert_eq!(client.submit(&order()).await.outcome, SubmitOutcome::NoUsableAnswer);
    }
    let answer = client.submit(&order()).await;
    assert_eq!(answer.outcome, SubmitOutcome::NotSent(NotSentCause::Unreachable));
    assert_eq!(requests(&server, "/transfers").await.len(), 5);
}
