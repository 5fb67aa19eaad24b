//! Payments, and questions about them, that the bank answers.

use crate::bank::{
    ACCOUNT, PAYEE, bank, bank_answering, client, config, date, header, order, reference, requests, shown,
    submitted,
};
use domain::money::bank::{BankStatus, StatusOutcome, SubmitOutcome};
use ports::money::core_bank::{BankAnswer, CoreBank, RAW_ANSWER_BYTES_MAX};
use serde_json::{Value, json};
use wiremock::{Mock, ResponseTemplate, matchers::any};

#[tokio::test]
async fn a_payment_is_sent_to_the_letter() {
    let server = bank_answering(ResponseTemplate::new(201).set_body_json(shown("ACSC"))).await;
    // A base with a slash at its end is the same.
    let mut config = config(&server.uri());
    config.base = format!("{}/", server.uri()).parse().unwrap();
    client(config).submit(&order()).await;
    let [request] = requests(&server, "/transfers").await.try_into().unwrap();
    assert_eq!(header(&request, "authorization"), "Bearer t1");
    assert_eq!(header(&request, "idempotency-key"), reference().as_str());
    assert_eq!(header(&request, "content-type"), "application/json");
    let body: Value = request.body_json().unwrap();
    let expected = json!({
        "reference": reference().as_str(), "operating_date": "2026-03-10", "amount": "100.50", "currency": "MXN",
        "debtor": {"account": ACCOUNT},
        "creditor": {"account": PAYEE, "account_type": "clabe", "name": "Ana"},
        "concept": "renta",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_the_bank_takes_has_its_status() {
    for (http, code, status) in [
        (200, "PDNG", BankStatus::Pending),
        (201, "ACSC", BankStatus::SettledByDebtor),
        (202, "RCVD", BankStatus::Received),
        (200, "RJCT", BankStatus::Rejected),
    ] {
        let answer = submitted(ResponseTemplate::new(http).set_body_json(shown(code))).await;
        let SubmitOutcome::Taken(report) = answer.outcome else { panic!("{code}") };
        assert_eq!((report.status, report.amount), (status, Some(order().amount)));
        assert_eq!(answer.http_status, Some(http));
        assert_eq!(serde_json::from_slice::<Value>(&answer.raw).unwrap(), shown(code));
    }
}

#[tokio::test]
async fn a_refusal_with_its_reason_is_definite() {
    let refusal = json!({"status": "RJCT", "reason": {"code": "AC04", "text": "ClosedAccountNumber"}});
    for http in [400, 422] {
        let answer = submitted(ResponseTemplate::new(http).set_body_json(&refusal)).await;
        let SubmitOutcome::Refused(reason) = answer.outcome else { panic!("{http}") };
        assert_eq!((reason.code(), reason.text()), ("AC04", "ClosedAccountNumber"));
    }
    let answer = submitted(ResponseTemplate::new(409).set_body_json(json!({"error": "duplicate"}))).await;
    assert_eq!((answer.outcome, answer.http_status), (SubmitOutcome::TakenBefore, Some(409)));
}

#[tokio::test]
async fn a_long_answer_is_kept_in_part() {
    let long = "x".repeat(20_000);
    let answer = submitted(ResponseTemplate::new(500).set_body_string(long)).await;
    assert_eq!((answer.outcome, answer.raw.len()), (SubmitOutcome::NoUsableAnswer, RAW_ANSWER_BYTES_MAX));
}

async fn asked(answer: ResponseTemplate) -> (BankAnswer<StatusOutcome>, String) {
    let server = bank().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let answer = client(config(&server.uri())).status(reference(), date()).await;
    let path = format!("/transfers/{}", reference());
    let [request] = requests(&server, &path).await.try_into().unwrap();
    (answer, request.url.query().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_payment_is_asked_for_by_its_date() {
    let (answer, query) = asked(ResponseTemplate::new(200).set_body_json(shown("ACCC"))).await;
    let StatusOutcome::Known(report) = answer.outcome else { panic!() };
    assert_eq!((report.status, query.as_str()), (BankStatus::SettledByCreditor, "operating_date=2026-03-10"));
}

#[tokio::test]
async fn only_404_means_that_the_bank_does_not_know_it() {
    assert_eq!(asked(ResponseTemplate::new(404)).await.0.outcome, StatusOutcome::NotFound);
    let other =
        json!({"reference": "TEST0123456789ABCXYZ", "status": "ACSC", "amount": "100.50", "currency": "MXN"});
    for answer in [
        ResponseTemplate::new(500).set_body_json(shown("ACSC")),
        ResponseTemplate::new(403),
        ResponseTemplate::new(201).set_body_json(shown("ACSC")),
        ResponseTemplate::new(302),
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_json(shown("WHAT")),
        ResponseTemplate::new(200).set_body_json(other),
        ResponseTemplate::new(200).set_body_json(json!([])),
    ] {
        assert_eq!(asked(answer).await.0.outcome, StatusOutcome::NoUsableAnswer);
    }
}
