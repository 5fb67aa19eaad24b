//! The legacy endpoints: other names for our own routes, with the JSON that their callers know.

mod otp;
mod phone_verification;
mod response;
mod whatsapp;

use self::response::Refusal;
use crate::http::{
    problem::ApiError,
    route_rules::{RouteRule, RouteRules},
};
use actix_web::{HttpResponse, ResponseError, web};

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    otp::send,
    otp::check,
    otp::register,
    otp::forgot,
    phone_verification::send,
    phone_verification::check,
    phone_verification::resend,
    phone_verification::page,
    whatsapp::send,
    whatsapp::self_test,
    whatsapp::webhook_status,
    whatsapp::waba,
    whatsapp::token
))]
pub(super) struct Api;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(whatsapp::routes).configure(phone_verification::routes).configure(otp::routes);
}

/// Their refusals, also those from before their handlers, are in the JSON that their callers know.
pub(super) fn rules(rules: RouteRules) -> RouteRules {
    let rule = RouteRule { render, ..RouteRule::default() };
    let paths = [whatsapp::SEND].into_iter().chain(phone_verification::PATHS).chain(otp::PATHS);
    paths.fold(rules, |rules, path| rules.set(path, rule))
}

fn render(problem: &ApiError, _request_id: &str) -> HttpResponse {
    Refusal::from(problem.clone()).error_response()
}
