//! Plays the gateway of a core bank, as `docs/bank-api.yaml` describes it: tokens, payments, their status, balance and
//! statement, and the notices that it sends.

mod accounts;
mod assertion;
pub(crate) mod control;
mod notices;
mod order;
mod token;
mod transfers;

use crate::{answer::Answer, bank_config::BankConfig, calls::ProviderCall, clock::now, world::Shared};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use domain::money::bank::OperatingDate;
use serde_json::{Value, json};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/oauth/token").route(web::post().to(token::grant)))
        .service(web::resource("/transfers").route(web::post().to(transfers::take)))
        .service(web::resource("/transfers/{reference}").route(web::get().to(transfers::status)))
        .service(web::resource("/accounts/{account}/balance").route(web::get().to(accounts::balance)))
        .service(web::resource("/accounts/{account}/statement").route(web::get().to(accounts::statement)));
}

/// Checks the token of a call, applies a fault, does the work, records the call with its query, and answers.
async fn answer(
    world: Shared,
    request: HttpRequest,
    (operation, shown): (&'static str, Value),
    work: impl FnOnce(&Shared, &BankConfig) -> Answer,
) -> HttpResponse {
    let config = world.config.bank.clone();
    let is_known = bearer(&request).is_some_and(|token| world.memory().bank.knows_token(token, now()));
    let query = Some(request.query_string()).filter(|query| !query.is_empty());
    let call = ProviderCall {
        path: query.map_or_else(|| request.path().to_owned(), |query| format!("{}?{query}", request.path())),
        world,
        request,
        provider: "bank",
        operation: operation.to_owned(),
        shown,
    };
    match config.filter(|_| is_known) {
        None => call.refuse(&error(401, "invalid_token")),
        Some(config) => call.answer(|world| work(world, &config)).await,
    }
}

/// The token of an `Authorization: Bearer` header.
fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn error(status: u16, error: &str) -> Answer {
    Answer { status, body: json!({"error": error}) }
}

/// The day that something which happens now belongs to.
fn operating_date(config: &BankConfig) -> OperatingDate {
    OperatingDate::at(now(), &config.zone, config.cutoff)
}

/// The name of a new line of the statement.
fn entry_id(world: &Shared) -> String {
    format!("E{}", hex::encode(world.random_bytes::<7>()))
}
