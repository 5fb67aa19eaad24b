//! How we prove who we are, and what a refused token leads to.

use crate::bank::{
    CLIENT, SECRET, bank, bank_answering, client, config, date, header, order, reference, requests, shown,
    token,
};
use adapter_bank_http::{ClientAuthentication, SigningKey};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::money::bank::{NotSentCause, StatusOutcome, SubmitOutcome};
use ports::money::core_bank::{BankUnavailable, CoreBank};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{header as with_header, method, path},
};

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body).into_owned().collect()
}

/// The requests for a token that two payments lead to.
async fn token_requests(authentication: ClientAuthentication) -> Vec<Request> {
    let server = bank_answering(ResponseTemplate::new(201).set_body_json(shown("ACSC"))).await;
    let mut config = config(&server.uri());
    config.authentication = authentication;
    let client = client(config);
    for _ in 0..2 {
        assert!(matches!(client.submit(&order()).await.outcome, SubmitOutcome::Taken(_)));
    }
    requests(&server, "/oauth/token").await
}

#[tokio::test]
async fn one_token_serves_all_calls() {
    assert_eq!(token_requests(ClientAuthentication::SecretBasic(SECRET.into())).await.len(), 1);
}

#[tokio::test]
async fn id_and_secret_go_into_the_header_or_into_the_form() {
    let [basic] = token_requests(ClientAuthentication::SecretBasic(SECRET.into())).await.try_into().unwrap();
    let pair = STANDARD.encode(format!("{CLIENT}:a%2Bsecret%2Fwith%3Dsigns"));
    assert_eq!(header(&basic, "authorization"), format!("Basic {pair}"));
    let grant = [("grant_type", "client_credentials"), ("scope", "payments")];
    let with = |more: &[(&str, &str)]| -> BTreeMap<String, String> {
        grant.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(form(&basic), with(&[]));
    let [post] = token_requests(ClientAuthentication::SecretPost(SECRET.into())).await.try_into().unwrap();
    assert_eq!(form(&post), with(&[("client_id", CLIENT), ("client_secret", SECRET)]));
    let [tls] = token_requests(ClientAuthentication::Tls).await.try_into().unwrap();
    assert_eq!(form(&tls), with(&[("client_id", CLIENT)]));
    assert!([&post, &tls].iter().all(|request| header(request, "authorization").is_empty()));
}

#[tokio::test]
async fn an_assertion_is_a_new_one_each_time() {
    let key = SigningKey::from_pem(&rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let mut ids = Vec::new();
    let server = bank_answering(ResponseTemplate::new(401)).await;
    let mut config = config(&server.uri());
    let issuer = "https://bank.example".to_owned();
    config.authentication = ClientAuthentication::PrivateKeyJwt { key, issuer };
    client(config).submit(&order()).await;
    for request in requests(&server, "/oauth/token").await {
        let form = form(&request);
        assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert!(!form.contains_key("client_secret") && header(&request, "authorization").is_empty());
        let claims = form["client_assertion"].split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!((&claims["aud"], &claims["sub"]), (&json!("https://bank.example"), &json!(CLIENT)));
        ids.push(claims["jti"].as_str().unwrap().to_owned());
    }
    assert!(ids.len() == 2 && ids[0] != ids[1] && ids[0].len() == 32, "{ids:?}");
}

/// A bank that takes only the second of its tokens.
async fn bank_that_revokes() -> MockServer {
    let server = MockServer::start().await;
    let tokens = || Mock::given(method("POST")).and(path("/oauth/token"));
    tokens().respond_with(token("t1")).up_to_n_times(1).mount(&server).await;
    tokens().respond_with(token("t2")).mount(&server).await;
    Mock::given(path("/transfers"))
        .and(with_header("authorization", "Bearer t2"))
        .respond_with(ResponseTemplate::new(201).set_body_json(shown("ACSC")))
        .mount(&server)
        .await;
    Mock::given(path("/transfers")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    server
}

#[tokio::test]
async fn after_a_401_the_same_payment_goes_once_more_with_a_new_token() {
    let server = bank_that_revokes().await;
    let answer = client(config(&server.uri())).submit(&order()).await;
    assert!(matches!(answer.outcome, SubmitOutcome::Taken(_)) && answer.http_status == Some(201));
    let [first, second] = requests(&server, "/transfers").await.try_into().unwrap();
    assert_eq!(first.body, second.body);
    assert_eq!(header(&first, "idempotency-key"), header(&second, "idempotency-key"));
    assert_eq!(
        (header(&first, "authorization"), header(&second, "authorization")),
        ("Bearer t1", "Bearer t2")
    );
    assert_eq!(requests(&server, "/oauth/token").await.len(), 2);
}

#[tokio::test]
async fn a_second_401_is_the_end_of_it() {
    let server = bank_answering(ResponseTemplate::new(401)).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let client = client(config(&server.uri()));
    let answer = client.submit(&order()).await;
    assert_eq!((answer.outcome, answer.http_status), (SubmitOutcome::Unauthorized, Some(401)));
    assert_eq!(requests(&server, "/transfers").await.len(), 2);
    assert_eq!(client.status(reference(), date()).await.outcome, StatusOutcome::Unauthorized);
    assert!(matches!(client.balance("1").await, Err(BankUnavailable::Credentials(_))));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    for (status, body, cause) in [
        (401, json!({"error": "invalid_client"}), NotSentCause::Credentials),
        (400, json!({"error": "invalid_scope"}), NotSentCause::Credentials),
        (500, json!({"error": "invalid_client"}), NotSentCause::Unreachable),
        (200, json!({"access_token": 7}), NotSentCause::Unreachable),
        (302, json!({}), NotSentCause::Unreachable),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(path("/oauth/token")).respond_with(answer).mount(&server).await;
        let client = client(config(&server.uri()));
        assert_eq!(client.submit(&order()).await.outcome, SubmitOutcome::NotSent(cause), "{status}");
        assert_eq!(client.status(reference(), date()).await.outcome, StatusOutcome::NotSent(cause));
        assert!(requests(&server, "/transfers").await.is_empty());
    }
}

#[tokio::test]
async fn a_token_that_is_revoked_and_not_renewed_leaves_the_payment_unsent() {
    let server = MockServer::start().await;
    let tokens = || Mock::given(method("POST")).and(path("/oauth/token"));
    tokens().respond_with(token("t1")).up_to_n_times(1).mount(&server).await;
    let refusal = ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_client"}));
    tokens().respond_with(refusal).mount(&server).await;
    Mock::given(path("/transfers")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let answer = client(config(&server.uri())).submit(&order()).await;
    assert_eq!(answer.outcome, SubmitOutcome::NotSent(NotSentCause::Credentials));
}

#[tokio::test]
async fn a_check_asks_for_a_new_token_and_reads_the_balance() {
    let server = bank().await;
    let balance = json!({
        "account": crate::bank::ACCOUNT, "booked": "10.00", "available": "9.00", "currency": "MXN",
        "as_of": "2026-03-10T12:00:00Z",
    });
    let answer = ResponseTemplate::new(200)
        .insert_header("date", "Tue, 10 Mar 2026 12:00:00 GMT")
        .set_body_json(balance);
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    let check = client(config(&server.uri())).check().await.unwrap();
    assert_eq!(check.server_time, Some("2026-03-10T12:00:00Z".parse().unwrap()));
    let wrong = MockServer::start().await;
    let refusal = ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_client"}));
    Mock::given(path("/oauth/token")).respond_with(refusal).mount(&wrong).await;
    let said = client(config(&wrong.uri())).check().await.unwrap_err().to_string();
    assert_eq!(said, "the bank refuses our credentials: invalid_client (HTTP 401)");
}
