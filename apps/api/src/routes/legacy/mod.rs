//! The legacy endpoints: other names for our own routes, with the JSON that their callers know.

mod otp;
mod phone_verification;
mod response;
mod whatsapp;

use actix_web::web;

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
