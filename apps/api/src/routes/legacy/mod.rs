//! The legacy endpoints: other names for our own routes, with the JSON that their callers know.

mod otp;
mod phone_verification;
mod response;
mod whatsapp;

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(whatsapp::routes).configure(phone_verification::routes).configure(otp::routes);
}
