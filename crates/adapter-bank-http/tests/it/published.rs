//! The published protocol, `docs/bank-api.yaml`, is the one that is spoken here.

use crate::bank::{ACCOUNT, bank, bank_answering, client, config, order, reference, requests};
use adapter_bank_http::{NoticeSecrets, SignedNotices};
use domain::money::bank::{BankStatus, SubmitOutcome};
use ports::{
    money::core_bank::{BankNotice, BankNotices, CoreBank, StatementQuery},
    raw_webhook::RawWebhook,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::Arc};
use testkit::MovableClock;
use wiremock::{Mock, ResponseTemplate, matchers::method};
use yaml_rust2::{Yaml, YamlLoader};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn published() -> Value {
    let [document] = YamlLoader::load_from_str(include_str!("../../../../docs/bank-api.yaml"))
        .unwrap()
        .try_into()
        .unwrap_or_else(|_| panic!("one document"));
    json_of(&document)
}

fn json_of(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Hash(fields) => {
            let named = |(name, value): (&Yaml, &Yaml)| (name.as_str().unwrap().to_owned(), json_of(value));
            Value::Object(fields.iter().map(named).collect::<Map<_, _>>())
        }
        Yaml::Array(items) => items.iter().map(json_of).collect(),
        Yaml::String(text) => json!(text),
        Yaml::Integer(number) => json!(number),
        Yaml::Boolean(flag) => json!(flag),
        Yaml::Null => Value::Null,
        other => panic!("{other:?}"),
    }
}

/// The example of a body.
fn example(holder: &Value) -> Value {
    holder["content"]["application/json"]["example"].clone()
}

#[test]
fn it_is_openapi_and_every_reference_leads_somewhere() {
    let published = published();
    assert_eq!(published["openapi"], "3.1.0");
    let paths: Vec<_> = published["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "/accounts/{account}/balance",
        "/accounts/{account}/statement",
        "/transfers",
        "/transfers/{reference}",
    ];
    assert_eq!(BTreeSet::from_iter(paths), BTreeSet::from(expected));
    let webhooks: BTreeSet<_> =
        published["webhooks"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(webhooks, BTreeSet::from(["entry.booked", "transfer.status"]));
    let mut open = vec![&published];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                    let pointer = target.strip_prefix('#').unwrap();
                    assert!(published.pointer(pointer).is_some(), "{target}");
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

#[test]
fn the_statuses_are_those_that_are_known() {
    let published = published();
    let listed = published["components"]["schemas"]["Status"]["enum"].as_array().unwrap().clone();
    let known: Vec<Value> = BankStatus::all().map(|status| json!(status.code())).collect();
    assert_eq!(listed, known);
}

#[tokio::test]
async fn the_payment_that_is_sent_has_the_fields_that_are_published() {
    let server = bank_answering(ResponseTemplate::new(500)).await;
    client(config(&server.uri())).submit(&order()).await;
    let [request] = requests(&server, "/transfers").await.try_into().unwrap();
    let sent: Value = request.body_json().unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let shown = example(&published()["paths"]["/transfers"]["post"]["requestBody"]);
    assert_eq!(names(&sent), names(&shown));
    assert_eq!(names(&sent["creditor"]), names(&shown["creditor"]));
}

#[tokio::test]
async fn the_answers_that_are_published_are_understood() {
    let responses = &published()["components"]["responses"];
    let mut taken = example(&responses["Transfer"]);
    taken["reference"] = json!(reference().as_str());
    let answer = crate::bank::submitted(ResponseTemplate::new(201).set_body_json(taken)).await;
    assert!(matches!(answer.outcome, SubmitOutcome::Taken(report) if report.booked_at.is_some()));
    let refused = example(&responses["Refusal"]);
    let answer = crate::bank::submitted(ResponseTemplate::new(422).set_body_json(refused)).await;
    assert!(matches!(answer.outcome, SubmitOutcome::Refused(_)));
}

#[tokio::test]
async fn the_balance_and_the_statement_that_are_published_are_read() {
    let published = published();
    for (path, is_read) in [("balance", false), ("statement", true)] {
        let operation = &published["paths"][format!("/accounts/{{account}}/{path}")]["get"];
        let body = example(&operation["responses"]["200"]);
        let server = bank().await;
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let client = client(config(&server.uri()));
        if is_read {
            let day = "2026-03-10".parse().unwrap();
            let query = StatementQuery { account: ACCOUNT.into(), from: day, to: day, cursor: None };
            let page = client.statement(&query).await.unwrap();
            assert_eq!((page.entries.len(), page.unreadable), (1, 0));
            assert_eq!(page.entries[0].amount.minor, -150_000);
        } else {
            assert_eq!(client.balance(ACCOUNT).await.unwrap().booked.minor, 25_000_000);
        }
    }
}

#[test]
fn the_notices_that_are_published_mean_something() {
    let secrets = NoticeSecrets::parse(&SECRET.into()).unwrap();
    let notices = SignedNotices::new(secrets, Arc::<MovableClock>::default());
    for name in ["transfer.status", "entry.booked"] {
        let body = example(&published()["webhooks"][name]["post"]["requestBody"]);
        assert_eq!(body["type"], name);
        let webhook = RawWebhook {
            method: "POST".into(),
            public_url: "https://example.com/webhooks/bank".into(),
            headers: Vec::new(),
            body: body.to_string().into(),
        };
        assert!(!matches!(notices.decode(&webhook), BankNotice::Meaningless), "{name}");
    }
}
