//! The understanding services: what they answer by themselves, what they are told to, and what they refuse.

use crate::world::{NLU_KEY, World, read};
use serde_json::{Value, json};

impl World {
    async fn complete(&self, key: &str, body: &Value) -> (u16, Value) {
        let address = format!("{}/nlu/openai/v1/chat/completions", self.base);
        read(self.http.post(address).bearer_auth(key).json(body).send().await.unwrap()).await
    }

    async fn tell(&self, told: Value) {
        let (status, answer) = self.post("/sandbox/nlu", &told).await;
        assert_eq!(status, 200, "{answer}");
    }
}

fn asking(text: &str) -> Value {
    json!({"model": "m", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": text}]})
}

fn content(answer: &Value) -> Value {
    serde_json::from_str(answer["choices"][0]["message"]["content"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn openai_answers_by_its_table_and_then_as_it_is_told() {
    let world = World::start();
    let (_, answer) = world.complete(NLU_KEY, &asking("cuánta lana me queda")).await;
    assert_eq!(content(&answer)["intent"], "consultar_saldo");
    let (_, answer) = world.complete(NLU_KEY, &asking("flantina quorlo")).await;
    assert_eq!(content(&answer)["intent"], "desconocido");
    let frame = json!({"intent": "ayuda", "amount_text": null});
    let whole = json!({"choices": [{"message": {"content": frame.to_string()}}]});
    for reply in [frame.clone(), Value::from(frame.to_string()), whole] {
        world.tell(json!({"provider": "openai", "reply": reply})).await;
        let (status, answer) = world.complete(NLU_KEY, &asking("flantina quorlo")).await;
        assert_eq!((status, content(&answer)), (200, frame.clone()));
    }
    world.tell(json!({"provider": "openai", "status": 503})).await;
    let (status, answer) = world.complete(NLU_KEY, &asking("flantina quorlo")).await;
    assert_eq!((status, &answer["error"]["type"]), (503, &json!("server_error")));
    let asked = world.requests("nlu").await;
    assert_eq!(asked.len(), 6);
    assert!(
        asked.iter().all(|one| one["operation"] == "openai")
            && asked[5]["body"].to_string().contains("flantina")
    );
    world.stop().await;
}

#[tokio::test]
async fn rasa_answers_by_its_table_and_then_as_it_is_told() {
    let world = World::start();
    let path = format!("/nlu/rasa/model/parse?token={NLU_KEY}");
    let text = json!({"text": "me robaron"});
    assert_eq!(world.post(&path, &text).await.1["intent"]["name"], "congelar");
    let whole = json!({"text": "x", "intent": {"name": "ayuda", "confidence": 0.5}});
    world.tell(json!({"provider": "rasa", "reply": whole})).await;
    assert_eq!(world.post(&path, &text).await, (200, whole));
    world.tell(json!({"provider": "rasa", "reply": "saludo"})).await;
    assert_eq!(world.post(&path, &text).await.1["intent"]["name"], "saludo");
    world.tell(json!({"provider": "rasa", "status": 409})).await;
    assert_eq!(world.post(&path, &text).await.1["code"], 409);
    let shown = serde_json::to_string(&world.requests("nlu").await).unwrap();
    assert!(!shown.contains(NLU_KEY), "{shown}");
    assert_eq!(world.get(&format!("/nlu/rasa/status?token={NLU_KEY}")).await.0, 200);
    world.stop().await;
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::start();
    let (status, answer) = world.complete("another", &asking("x")).await;
    assert_eq!((status, &answer["error"]["code"]), (401, &json!("invalid_api_key")));
    assert_eq!(world.complete(NLU_KEY, &json!({"messages": []})).await.0, 400);
    assert_eq!(world.complete(NLU_KEY, &json!({"model": "m", "messages": []})).await.0, 400);
    assert_eq!(world.post("/nlu/rasa/model/parse?token=x", &json!({"text": "x"})).await.0, 401);
    assert_eq!(world.post(&format!("/nlu/rasa/model/parse?token={NLU_KEY}"), &json!({})).await.0, 400);
    for wrong in [
        json!({"provider": "gpt"}),
        json!({"provider": "openai", "status": 42}),
        json!({"provider": "openai", "relpy": "x"}),
        json!({"provider": "openai", "delay_ms": 600_001}),
    ] {
        assert_eq!(world.post("/sandbox/nlu", &wrong).await.0, 422, "{wrong}");
    }
    world.stop().await;
}
