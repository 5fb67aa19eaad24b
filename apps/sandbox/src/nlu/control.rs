//! The control route: what a service answers from now on.

use crate::{faults::DELAY_MAX_MS, memory::Told, world::Shared};
use actix_web::{HttpResponse, web};
use serde_json::json;

/// Tells a service what to answer to everything, until it is told otherwise or everything is forgotten.
pub(crate) async fn tell(world: Shared, body: web::Bytes) -> HttpResponse {
    let told: Told = match serde_json::from_slice(&body) {
        Ok(told) => told,
        Err(fault) => return unprocessable(&fault.to_string()),
    };
    if told.status.is_some_and(|status| !(200..=599).contains(&status)) {
        return unprocessable("status: must be 200 to 599");
    }
    if told.delay_ms.is_some_and(|ms| ms > DELAY_MAX_MS) {
        return unprocessable("delay_ms: must be at most 600000");
    }
    let mut memory = world.memory();
    let place = match told.provider.as_str() {
        "openai" => &mut memory.nlu.openai,
        "rasa" => &mut memory.nlu.rasa,
        _ => return unprocessable("provider: must be openai or rasa"),
    };
    *place = Some(told);
    HttpResponse::Ok().json(json!({"told": true}))
}

fn unprocessable(what: &str) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({"error": what}))
}
