//! What goes over the wire, and what comes of what a server answers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_nlu_openai::{NotConfirmed, OpenAiConfig, OpenAiService, TokensField};
use domain::messaging::{
    intent::{Dialogue, Intent, Understanding},
    opinion::{Excerpt, ServiceFailure},
};
use ports::messaging::understanding_service::UnderstandingService;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use testkit::MovableClock;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const KEY: &str = "sk-test-key";

fn config(base: &str) -> OpenAiConfig {
    OpenAiConfig {
        api_base: base.into(),
        api_key: Some(KEY.into()),
        model: "modelo".into(),
        tokens_field: TokensField::MaxTokens,
        forbids_reasoning: false,
        timeout: Duration::from_secs(2),
        calls_max: 8,
    }
}

fn service(config: OpenAiConfig) -> OpenAiService {
    OpenAiService::new(config, Arc::<MovableClock>::default()).unwrap()
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn excerpt(text: &str) -> Excerpt {
    Excerpt::to_ask(text, &Understanding::unknown(), &Dialogue::default()).unwrap()
}

fn completion(content: &Value) -> ResponseTemplate {
    let message = json!({"role": "assistant", "content": content.to_string(), "refusal": null});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    ResponseTemplate::new(200).set_body_json(json!({"choices": [choice]}))
}

fn balance() -> ResponseTemplate {
    completion(
        &json!({"intent": "consultar_saldo", "amount_text": null, "payee_text": null, "concept_text": null}),
    )
}

/// The path, the key and the body of the only request.
async fn only_request(server: &MockServer) -> (String, Option<String>, Value) {
    let requests = server.received_requests().await.unwrap();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let key = request.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    (request.url.path().to_owned(), key, request.body_json().unwrap_or_default())
}

#[tokio::test]
async fn a_base_with_or_without_v1_leads_to_the_same_place() {
    for end in ["", "/", "/v1", "/v1/"] {
        let server = server(balance()).await;
        let opinion =
            service(config(&format!("{}{end}", server.uri()))).ask(&excerpt("flantina quorlo")).await;
        assert_eq!(opinion.unwrap().intent, Intent::CheckBalance);
        let (path, key, _) = only_request(&server).await;
        assert_eq!(
            (path.as_str(), key.as_deref()),
            ("/v1/chat/completions", Some("Bearer sk-test-key")),
            "{end}"
        );
    }
}

#[tokio::test]
async fn the_request_is_closed_short_and_has_nothing_but_the_excerpt() {
    let server = server(balance()).await;
    service(config(&server.uri())).ask(&excerpt("flantina quorlo")).await.unwrap();
    let (_, _, body) = only_request(&server).await;
    assert_eq!(
        (&body["model"], &body["max_tokens"], &body["temperature"]),
        (&json!("modelo"), &json!(300), &json!(0))
    );
    let format = &body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["strict"]), (&json!("json_schema"), &json!(true)));
    let messages = body["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1], json!({"role": "user", "content": "<message>\nflantina quorlo\n</message>"}));
    assert!(messages[0]["content"].as_str().is_some_and(|told| !told.contains("flantina")));
    for absent in ["tools", "stream", "user", "reasoning_effort", "max_completion_tokens"] {
        assert!(body.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn reasoning_models_and_servers_of_ones_own_are_asked_in_their_way() {
    let first = server(balance()).await;
    let reasoning = OpenAiConfig { tokens_field: TokensField::MaxCompletionTokens, ..config(&first.uri()) };
    service(reasoning).ask(&excerpt("flantina quorlo")).await.unwrap();
    let (_, _, body) = only_request(&first).await;
    assert_eq!((&body["max_completion_tokens"], &body["reasoning_effort"]), (&json!(1000), &json!("low")));
    assert!(body.get("temperature").is_none() && body.get("max_tokens").is_none());
    let own = server(balance()).await;
    let config = OpenAiConfig { forbids_reasoning: true, api_key: None, ..config(&own.uri()) };
    service(config).ask(&excerpt("flantina quorlo")).await.unwrap();
    let (_, key, body) = only_request(&own).await;
    assert_eq!((key, &body["reasoning_effort"]), (None, &json!("none")));
}

#[tokio::test]
async fn a_failure_is_told_by_its_kind_and_nothing_is_tried_twice() {
    let error = json!({"error": {"message": "down", "type": "server_error", "param": null, "code": null}});
    let status = |status| ResponseTemplate::new(status).set_body_json(&error);
    for (answer, expected) in [
        (status(500), ServiceFailure::Http),
        (status(401), ServiceFailure::Http),
        (status(404), ServiceFailure::Http),
        (status(429).insert_header("retry-after", "0"), ServiceFailure::Http),
        (status(503), ServiceFailure::Http),
        (status(200), ServiceFailure::Http),
        (ResponseTemplate::new(302).insert_header("location", "/elsewhere"), ServiceFailure::Http),
        (ResponseTemplate::new(200).set_body_string("<html>login</html>"), ServiceFailure::Invalid),
        (ResponseTemplate::new(200).set_body_string("x".repeat(300 << 10)), ServiceFailure::Invalid),
        (completion(&json!({"intent": "vender_acciones"})), ServiceFailure::Invalid),
    ] {
        let server = server(answer).await;
        let opinion = service(config(&server.uri())).ask(&excerpt("flantina quorlo")).await;
        assert_eq!(opinion, Err(expected));
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
    let slow = server(balance().set_delay(Duration::from_mins(1))).await;
    let hasty = OpenAiConfig { timeout: Duration::from_millis(200), ..config(&slow.uri()) };
    assert_eq!(service(hasty).ask(&excerpt("flantina")).await, Err(ServiceFailure::Timeout));
    let nobody = service(config("http://127.0.0.1:1")).ask(&excerpt("flantina")).await;
    assert_eq!(nobody, Err(ServiceFailure::Http));
}

#[tokio::test]
async fn five_failures_in_half_a_minute_end_the_calls_for_as_long() {
    let server = server(ResponseTemplate::new(401)).await;
    let clock = Arc::<MovableClock>::default();
    let service = OpenAiService::new(config(&server.uri()), Arc::<MovableClock>::clone(&clock)).unwrap();
    for _ in 0..5 {
        assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Http));
    }
    assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Breaker));
    assert_eq!(server.received_requests().await.unwrap().len(), 5);
    server.reset().await;
    Mock::given(any()).respond_with(balance()).mount(&server).await;
    clock.advance(chrono::Duration::seconds(29));
    assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Breaker));
    clock.advance(chrono::Duration::seconds(1));
    assert_eq!(service.ask(&excerpt("flantina")).await.unwrap().intent, Intent::CheckBalance);
    assert_eq!(service.ask(&excerpt("flantina")).await.unwrap().intent, Intent::CheckBalance);
}

#[tokio::test]
async fn what_it_refuses_to_answer_is_no_failure_of_the_server() {
    let server = server(completion(&json!({"intent": "vender_acciones"}))).await;
    let service = service(config(&server.uri()));
    for _ in 0..8 {
        assert_eq!(service.ask(&excerpt("flantina")).await, Err(ServiceFailure::Invalid));
    }
}

#[tokio::test]
async fn eight_are_asked_at_once_and_no_more() {
    let server = server(balance()).await;
    let service = Arc::new(service(config(&server.uri())));
    let ask = || {
        let service = service.clone();
        tokio::spawn(async move { service.ask(&excerpt("flantina")).await })
    };
    let asked: Vec<_> = (0..9).map(|_| ask()).collect();
    let mut outcomes = Vec::new();
    for one in asked {
        outcomes.push(one.await.unwrap().map(|opinion| opinion.intent));
    }
    let (ninth, answered) = outcomes.split_last().unwrap();
    assert!(answered.iter().all(|one| *one == Ok(Intent::CheckBalance)), "{answered:?}");
    assert_eq!(*ninth, Err(ServiceFailure::Bulkhead));
}

#[tokio::test]
async fn a_server_is_confirmed_by_its_list_of_models() {
    let models = |ids: &[&str]| {
        let data: Vec<Value> = ids.iter().map(|id| json!({"id": id, "object": "model"})).collect();
        ResponseTemplate::new(200).set_body_json(json!({"object": "list", "data": data}))
    };
    for (answer, expected) in [
        (models(&["otro", "modelo"]), Ok(())),
        (models(&["modelo:latest"]), Ok(())),
        (ResponseTemplate::new(200).set_body_json(json!({"status": "ok"})), Ok(())),
        (models(&["modelo-grande"]), Err(NotConfirmed::NoSuchModel("modelo".into()))),
        (ResponseTemplate::new(401), Err(NotConfirmed::KeyRefused(401))),
        (ResponseTemplate::new(503), Err(NotConfirmed::Status(503))),
    ] {
        let server = server(answer).await;
        assert_eq!(service(config(&server.uri())).confirm().await, expected);
        let (path, key, _) = only_request(&server).await;
        assert_eq!((path.as_str(), key.as_deref()), ("/v1/models", Some("Bearer sk-test-key")));
    }
}
