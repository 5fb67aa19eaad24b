//! `POST /model/parse` and `GET /status`, as Rasa words them.

use super::{bearer, table};
use crate::{answer::Answer, memory::Told, world::Shared};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

pub(super) async fn parse(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let refusal = refusal(&world, &request).or_else(|| {
        let is_text = body.get("text").is_some_and(Value::is_string);
        (!is_text).then(|| failure(400, "BadRequest", "An unexpected error occurred: 'text'"))
    });
    let told = world.memory().nlu.rasa.clone().filter(|_| refusal.is_none());
    super::answer(world, request, ("rasa", body), told, |body, told| match (refusal, told) {
        (Some(refusal), _) => refusal,
        (None, Some(told)) => as_told(&told, body),
        (None, None) => {
            let text = body["text"].as_str().unwrap_or_default();
            Answer::ok(parsed(text, table::intent_of(text)))
        }
    })
    .await
}

pub(super) async fn status(world: Shared, request: HttpRequest) -> HttpResponse {
    let refusal = refusal(&world, &request);
    super::answer(world, request, ("status", Value::Null), None, |_, _| {
        let status =
            json!({"model_file": "sandbox.tar.gz", "model_id": "sandbox", "num_active_training_jobs": 0});
        refusal.unwrap_or_else(|| Answer::ok(status))
    })
    .await
}

/// A token goes into the query, a JWT into the header.
fn refusal(world: &Shared, request: &HttpRequest) -> Option<Answer> {
    let token = world.config.nlu.rasa_token.as_deref()?;
    let mut query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let is_right =
        query.any(|(name, value)| name == "token" && value == token) || bearer(request) == Some(token);
    (!is_right).then(|| failure(401, "NotAuthenticated", "User is not authenticated."))
}

fn failure(status: u16, reason: &str, message: &str) -> Answer {
    let body = json!({"version": "3.6.0", "status": "failure", "reason": reason, "message": message, "code": status});
    Answer { status, body }
}

fn as_told(told: &Told, body: &Value) -> Answer {
    let status = told.status.unwrap_or(200);
    let text = body["text"].as_str().unwrap_or_default();
    match &told.reply {
        None if status >= 400 => failure(status, "ParsingError", "The sandbox was told to fail."),
        None => Answer { status, body: parsed(text, None) },
        // An intent alone.
        Some(Value::String(intent)) => Answer { status, body: parsed(text, Some(intent)) },
        Some(whole) => Answer { status, body: whole.clone() },
    }
}

fn parsed(text: &str, intent: Option<&str>) -> Value {
    let intent = json!({"name": intent.unwrap_or("nlu_fallback"), "confidence": 0.97});
    json!({
        "text": text, "intent": intent, "entities": [],
        "intent_ranking": [intent, {"name": "another", "confidence": 0.01}],
    })
}
