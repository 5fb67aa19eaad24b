//! The older systems' routes: thin aliases of our own, with the JSON that their callers know.

mod whatsapp;

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(whatsapp::routes);
}
