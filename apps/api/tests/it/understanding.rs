//! An understanding service behind the chat and the API: asked for what the rules don't know, never believed about money.

use crate::server::{DEMO, Server};
use serde_json::{Value, json};

async fn asked(server: &Server) -> Vec<Value> {
    let address = format!("{}/sandbox/requests?provider=nlu", server.sandbox);
    server.client.get(address).send().await.unwrap().json().await.unwrap()
}

async fn says(server: &Server, intent: &str, amount: Value, payee: Value) {
    let frame = json!({"intent": intent, "amount_text": amount, "payee_text": payee, "concept_text": null});
    server.play("/nlu", json!({"provider": "openai", "reply": frame})).await;
}

async fn parse(server: &Server, text: &str) -> Value {
    let answer = server.post("/api/v1/nlu/parse", json!({"text": text, "locale": "es"})).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn balance(server: &Server) -> Value {
    let wallets: Value = server.get("/api/v1/wallets").await.json().await.unwrap();
    wallets["wallets"][0]["balance"].clone()
}

/// Takes the demo person's number through its first verification.
async fn verify(server: &Server) {
    server.say_by("twilio", DEMO, "saldo").await;
    let code = server.code(DEMO, "whatsapp", 0).await;
    server.ask(DEMO, &format!("CONFIRMAR {code}"), "Tu saldo es: 1000.00 MXN").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_asked_for_what_the_rules_do_not_know_and_pays_nothing() {
    let server = Server::start_with(&[("NLU_PROVIDER", "openai"), ("NLU_OPENAI_API_KEY", "any")]).await;
    verify(&server).await;
    assert!(asked(&server).await.is_empty(), "the rules knew all of that");
    says(&server, "consultar_saldo", Value::Null, Value::Null).await;
    server.ask(DEMO, "flantina quorlo", "Tu saldo es: 1000.00 MXN").await;
    says(&server, "transferir", json!("35"), json!("Tacho")).await;
    server.ask(DEMO, "flantina 35 zimbrondo Tacho", "acho").await;
    server.ask(DEMO, "012180000000000167", "35.00 MXN").await;
    for intent in ["confirmar", "codigo", "alta"] {
        says(&server, intent, Value::Null, Value::Null).await;
        server.ask(DEMO, &format!("tarquindo {intent}ble"), "35.00 MXN").await;
    }
    assert_eq!(balance(&server).await, "1000.00", "only a yes pays");
    let events = server.get("/api/v1/events?limit=200").await.text().await.unwrap();
    assert!(
        events.contains("message.understood") && events.contains("provider=openai model=sandbox"),
        "{events}"
    );
    let shown = Value::from(asked(&server).await).to_string();
    assert!(shown.contains("flantina quorlo") && !shown.contains("1234567890") && !shown.contains("1000.00"));
    assert!(!server.log().contains("flantina"), "texts are not logged");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_says_whose_reading_it_is_and_why() {
    let server = Server::start_with(&[
        ("NLU_PROVIDER", "openai"),
        ("NLU_OPENAI_API_KEY", "any"),
        ("NLU_TIMEOUT_MS", "500"),
    ])
    .await;
    says(&server, "transferir", json!("35"), json!("Tacho")).await;
    let read = parse(&server, "flantina 35 zimbrondo Tacho").await;
    assert_eq!((&read["provider"], &read["intent"]["name"]), (&json!("openai"), &json!("transferir")));
    assert_eq!((&read["entities"]["amount"], read.get("fallback_reason")), (&json!("35"), None));
    let read = parse(&server, "saldo").await;
    assert_eq!((&read["provider"], read.get("fallback_reason")), (&json!("rule"), None));
    says(&server, "transferir", json!("9000"), json!("Tacho")).await;
    let read = parse(&server, "flantina 35 zimbrondo Tacho").await;
    assert_eq!((&read["provider"], &read["fallback_reason"]), (&json!("rule"), &json!("not_verbatim")));
    assert_eq!(read["intent"]["name"], "desconocido");
    for (told, reason) in [
        (json!({"provider": "openai", "status": 500}), "http"),
        (json!({"provider": "openai", "delay_ms": 60_000}), "timeout"),
    ] {
        server.play("/nlu", told).await;
        let read = parse(&server, "flantina quorlo").await;
        assert_eq!((&read["provider"], &read["fallback_reason"]), (&json!("rule"), &json!(reason)));
    }
    let metrics = server.get("/metrics").await.text().await.unwrap();
    for outcome in ["ok", "not_verbatim", "http", "timeout"] {
        assert!(
            metrics.contains(&format!("nlu_requests_total{{provider=\"openai\",outcome=\"{outcome}\"}} 1")),
            "{metrics}"
        );
    }
    let (_, line) = server.command(&["nlu", "parse", "--provider", "openai", "cuánta flantina"]);
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&told["provider"], &told["fallback_reason"]), (&json!("rule"), &json!("timeout")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_delays_nobody_whom_the_rules_understand() {
    let settings = [
        ("NLU_PROVIDER", "openai"),
        ("NLU_OPENAI_API_KEY", "any"),
        ("NLU_TIMEOUT_MS", "10000"),
        ("TURN_WORKERS", "2"),
    ];
    let server = Server::start_with(&settings).await;
    server.play("/nlu", json!({"provider": "openai", "delay_ms": 60_000})).await;
    let unsure = ["+525511110021", "+525511110022", "+525511110023"];
    for person in unsure {
        server.say_by("twilio", person, "flantina quorlo").await;
    }
    server.ask("+525511110024", "ayuda", "Esto puedo hacer").await;
    let mut waiting = 0;
    for person in unsure {
        waiting += usize::from(server.inbox(person, 0).await.is_empty());
    }
    assert_eq!(
        (waiting > 0, asked(&server).await.len()),
        (true, 1),
        "one of two workers waits for the service"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_a_questionnaire_stay_here() {
    let server = Server::start_with(&[("NLU_PROVIDER", "rasa")]).await;
    server.play("/nlu", json!({"provider": "rasa", "reply": "consultar_saldo"})).await;
    server.ask(DEMO, "abrir cartera", "ACEPTO").await;
    server.ask(DEMO, "acepto", "nombre completo").await;
    server.ask(DEMO, "Zimbrondo Quorlo", "¿Cuándo naciste?").await;
    server.ask(DEMO, "flantina brumelio", "Necesito una fecha").await;
    assert!(asked(&server).await.is_empty());
}
