//! What goes over the wire, and what comes of what a server answers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_nlu_rasa::{NotConfirmed, RasaConfig, RasaService};
use domain::messaging::{
    intent::{Dialogue, Intent, Understanding},
    opinion::{Excerpt, ServiceFailure},
};
use ports::messaging::understanding_service::UnderstandingService;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use testkit::MovableClock;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjp7fX0.c2ln";

fn config(base: &str) -> RasaConfig {
    RasaConfig {
        base: base.into(),
        token: Some("rasa token&x=1".into()),
        confidence_min: 0.7,
        gap_min: 0.1,
        timeout: Duration::from_secs(2),
        calls_max: 8,
    }
}

fn service(config: RasaConfig) -> RasaService {
    RasaService::new(config, Arc::<MovableClock>::default()).unwrap()
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn excerpt(text: &str) -> Excerpt {
    Excerpt::to_ask(text, &Understanding::unknown(), &Dialogue::default()).unwrap()
}

fn parsed(name: &str) -> ResponseTemplate {
    let intent = json!({"name": name, "confidence": 0.97});
    let body = json!({"text": "x", "intent": intent, "entities": [], "intent_ranking": [intent]});
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn the_text_goes_out_alone_and_the_token_in_the_query() {
    for end in ["", "/"] {
        let server = server(parsed("consultar_saldo")).await;
        let opinion =
            service(config(&format!("{}{end}", server.uri()))).ask(&excerpt("flantina quorlo")).await;
        assert_eq!(opinion.unwrap().intent, Intent::CheckBalance);
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1);
        let request = &requests[0];
        let query: Vec<_> = request.url.query_pairs().into_owned().collect();
        assert_eq!(request.url.path(), "/model/parse");
        assert_eq!(query, [("token".to_owned(), "rasa token&x=1".to_owned())]);
        assert!(!request.headers.contains_key("authorization"));
        assert_eq!(request.body_json::<Value>().unwrap(), json!({"text": "flantina quorlo"}));
    }
}

#[tokio::test]
async fn a_jwt_goes_as_bearer_and_without_a_token_nothing_does() {
    for (token, expected) in [(Some(JWT), Some(format!("Bearer {JWT}"))), (None, None)] {
        let server = server(parsed("ayuda")).await;
        let config = RasaConfig { token: token.map(Into::into), ..config(&server.uri()) };
        service(config).ask(&excerpt("flantina")).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let sent = requests[0].headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!((sent, requests[0].url.query()), (expected, None));
    }
}

#[tokio::test]
async fn a_failure_is_told_by_its_kind_and_nothing_is_tried_twice() {
    let failed = |status: u16| {
        let body = json!({"status": "failure", "reason": "x", "code": status, "message": "x"});
        ResponseTemplate::new(status).set_body_json(body)
    };
    for (answer, expected) in [
        (failed(401), ServiceFailure::Http),
        (failed(403), ServiceFailure::Http),
        (failed(409), ServiceFailure::Http),
        (failed(500), ServiceFailure::Http),
        (ResponseTemplate::new(200).set_body_string("{\"intent\":"), ServiceFailure::Invalid),
        (parsed("vender_acciones"), ServiceFailure::Invalid),
        (parsed("nlu_fallback"), ServiceFailure::Unsure),
    ] {
        let server = server(answer).await;
        assert_eq!(service(config(&server.uri())).ask(&excerpt("flantina")).await, Err(expected));
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
    let slow = server(parsed("ayuda").set_delay(Duration::from_mins(1))).await;
    let hasty = RasaConfig { timeout: Duration::from_millis(200), ..config(&slow.uri()) };
    assert_eq!(service(hasty).ask(&excerpt("flantina")).await, Err(ServiceFailure::Timeout));
}

#[tokio::test]
async fn five_failures_in_half_a_minute_end_the_calls_for_as_long() {
    let server = server(ResponseTemplate::new(409)).await;
    let clock = Arc::<MovableClock>::default();
    let service = RasaService::new(config(&server.uri()), Arc::<MovableClock>::clone(&clock)).unwrap();
    for _ in 0..5 {
        assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Http));
    }
    assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Breaker));
    clock.advance(chrono::Duration::seconds(30));
    assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Http), "one trial");
    assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Breaker));
    assert_eq!(server.received_requests().await.unwrap().len(), 6);
}

#[tokio::test]
async fn a_server_is_confirmed_by_its_status() {
    for (status, expected) in [
        (200, Ok(())),
        (401, Err(NotConfirmed::TokenRefused(401))),
        (403, Err(NotConfirmed::TokenRefused(403))),
        (409, Err(NotConfirmed::NoModel)),
        (404, Err(NotConfirmed::Status(404))),
    ] {
        let server = server(ResponseTemplate::new(status)).await;
        assert_eq!(service(config(&server.uri())).confirm().await, expected);
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests[0].url.path(), "/status");
        assert!(requests[0].url.query().is_some_and(|query| query.starts_with("token=")));
    }
}
