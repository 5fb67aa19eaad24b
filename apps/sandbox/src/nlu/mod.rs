//! Plays the understanding services: a server that speaks OpenAI's chat completions, and Rasa. What they answer is told
//! by the control route; otherwise a small table decides.

mod control;
mod openai;
mod rasa;
mod table;

pub(crate) use control::tell;

use crate::{answer::Answer, calls::ProviderCall, memory::Told, world::Shared};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::Value;
use std::time::Duration;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/openai/v1/chat/completions").route(web::post().to(openai::complete)))
        .service(web::resource("/openai/v1/models").route(web::get().to(openai::models)))
        .service(web::resource("/rasa/model/parse").route(web::post().to(rasa::parse)))
        .service(web::resource("/rasa/status").route(web::get().to(rasa::status)));
}

/// The token of an `Authorization: Bearer` header.
fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Records the call of a service and gives its answer: what was told, or `usual`. A refusal comes before either.
async fn answer(
    world: Shared,
    request: HttpRequest,
    (service, body): (&'static str, Value),
    told: Option<Told>,
    answer: impl FnOnce(&Value, Option<Told>) -> Answer,
) -> HttpResponse {
    let delay = told.as_ref().and_then(|told| told.delay_ms).map(Duration::from_millis);
    let answer = answer(&body, told);
    let call = ProviderCall {
        path: request.path().to_owned(),
        world,
        request,
        provider: "nlu",
        operation: service.to_owned(),
        shown: body,
    };
    call.answer_late(&answer, delay.unwrap_or_default()).await
}
