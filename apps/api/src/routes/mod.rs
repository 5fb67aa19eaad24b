//! The routes: read the request, authorise, call a use case, answer. The use case decides.

mod accounts;
mod docs;
mod legacy;
mod messaging;
mod money;
mod operations;
pub(crate) mod pages;
mod privacy;
mod verification;
mod verification_report;

pub(crate) use self::operations::metrics_without_token;
use actix_web::{HttpResponse, ResponseError, http::StatusCode, web};

use crate::http::{json::BODY_MAX, problem::ApiError, route_rules::RouteRules};

/// The rules of the routes that differ from the usual one.
pub(crate) fn rules() -> RouteRules {
    legacy::rules(money::rules(messaging::rules(RouteRules::default())))
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(BODY_MAX))
        .app_data(web::QueryConfig::default().error_handler(|fault, _| {
            // Parameters are texts, so only one that occurs twice can't be read.
            let words = fault.to_string();
            let name = words.split('`').nth(1).unwrap_or_default();
            let pointer = if name.is_empty() { String::new() } else { format!("/{name}") };
            ApiError::field(&pointer, "must occur once, in valid percent-encoding").into()
        }))
        .app_data(
            web::PathConfig::default()
                .error_handler(|_, _| ApiError::of_status(StatusCode::NOT_FOUND).into()),
        )
        .configure(docs::routes)
        .configure(operations::routes)
        .configure(messaging::routes)
        .configure(pages::routes)
        .configure(verification_report::routes)
        .configure(verification::routes)
        .configure(accounts::routes)
        .configure(privacy::routes)
        .configure(money::routes)
        .configure(legacy::routes)
        .default_service(web::to(no_such_route));
}

async fn no_such_route() -> HttpResponse {
    ApiError::of_status(StatusCode::NOT_FOUND).error_response()
}
