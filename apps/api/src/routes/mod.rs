//! The routes: parse, authorise, call, answer. What happens is decided elsewhere.

mod accounts;
mod auth;
mod conversations;
mod dead_letters;
pub(crate) mod docs;
mod events;
mod flows;
mod health;
mod home;
mod messages;
mod metrics;
mod nlu;
mod older;
pub(crate) mod pages;
mod transfers;
mod verify;
mod webhooks;

use actix_web::{HttpResponse, ResponseError, http::StatusCode, web};

use crate::http::problem::ApiError;

/// The largest body taken but on webhooks.
pub(crate) const BODY_MAX: usize = 256 * 1024;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(BODY_MAX))
        .app_data(web::QueryConfig::default().error_handler(|fault, _| {
            ApiError::field("", format!("the query can't be read: {fault}")).into()
        }))
        .app_data(
            web::PathConfig::default()
                .error_handler(|_, _| ApiError::not_found("There is nothing here.").into()),
        )
        .configure(health::routes)
        .configure(home::routes)
        .configure(docs::routes)
        .configure(webhooks::routes)
        .configure(pages::routes)
        .configure(verify::routes)
        .configure(auth::routes)
        .configure(accounts::routes)
        .configure(transfers::routes)
        .configure(events::routes)
        .configure(messages::routes)
        .configure(conversations::routes)
        .configure(dead_letters::routes)
        .configure(metrics::routes)
        .configure(older::routes)
        .configure(flows::routes)
        .configure(nlu::routes)
        .default_service(web::to(nothing_here));
}

async fn nothing_here() -> HttpResponse {
    ApiError::of_status(StatusCode::NOT_FOUND).error_response()
}
