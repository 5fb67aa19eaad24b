//! `POST /v1/chat/completions` and `GET /v1/models`, as OpenAI words them.

use super::{bearer, table};
use crate::{answer::Answer, memory::Told, world::Shared};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

pub(super) async fn complete(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let refusal = refusal(&world, &request).or_else(|| unreadable(&body));
    let told = world.memory().nlu.openai.clone().filter(|_| refusal.is_none());
    super::answer(world, request, ("openai", body), told, |body, told| match (refusal, told) {
        (Some(refusal), _) => refusal,
        (None, Some(told)) => as_told(&told),
        (None, None) => Answer::ok(completion(&usual(body))),
    })
    .await
}

/// The list is empty: the sandbox plays every model.
pub(super) async fn models(world: Shared, request: HttpRequest) -> HttpResponse {
    let refusal = refusal(&world, &request);
    super::answer(world, request, ("models", Value::Null), None, |_, _| {
        refusal.unwrap_or_else(|| Answer::ok(json!({"object": "list", "data": []})))
    })
    .await
}

fn refusal(world: &Shared, request: &HttpRequest) -> Option<Answer> {
    let key = world.config.nlu.openai_key.as_deref()?;
    let is_right = bearer(request) == Some(key);
    (!is_right)
        .then(|| error(401, "invalid_request_error", Some("invalid_api_key"), "Incorrect API key provided"))
}

/// The answer to a body without a model or messages.
fn unreadable(body: &Value) -> Option<Answer> {
    let missing =
        |name| error(400, "invalid_request_error", None, &format!("Missing required parameter: '{name}'."));
    if !body["model"].is_string() {
        return Some(missing("model"));
    }
    body["messages"].as_array().is_none_or(Vec::is_empty).then(|| missing("messages"))
}

fn error(status: u16, kind: &str, code: Option<&str>, message: &str) -> Answer {
    let error = json!({"message": message, "type": kind, "param": null, "code": code});
    Answer { status, body: json!({"error": error}) }
}

fn as_told(told: &Told) -> Answer {
    let status = told.status.unwrap_or(200);
    match &told.reply {
        None if status >= 400 => error(status, "server_error", None, "The sandbox was told to fail."),
        None => Answer { status, body: completion(&frame("desconocido").to_string()) },
        Some(Value::String(content)) => Answer { status, body: completion(content) },
        Some(whole) if whole.get("choices").is_some() || whole.get("error").is_some() => {
            Answer { status, body: whole.clone() }
        }
        Some(content) => Answer { status, body: completion(&content.to_string()) },
    }
}

/// The content by the table, for the text of the last message.
fn usual(body: &Value) -> String {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = messages.last().and_then(|last| last["content"].as_str()).unwrap_or_default();
    frame(table::intent_of(text).unwrap_or("desconocido")).to_string()
}

fn frame(intent: &str) -> Value {
    json!({"intent": intent, "amount_text": null, "payee_text": null, "concept_text": null})
}

fn completion(content: &str) -> Value {
    json!({
        "id": "chatcmpl-sandbox", "object": "chat.completion", "created": 1_790_000_000, "model": "sandbox",
        "choices": [{
            "index": 0, "finish_reason": "stop", "logprobs": null,
            "message": {"role": "assistant", "content": content, "refusal": null, "annotations": []},
        }],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    })
}
