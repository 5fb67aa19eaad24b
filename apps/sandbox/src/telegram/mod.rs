//! Plays Telegram's Bot API: the methods of a bot, and updates posted with the webhook's secret.

mod answer;
mod calls;
mod inbound;
mod keyboards;
mod methods;
mod send;
mod webhook;

pub(crate) use inbound::post_inbound;

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/bot{token}/{method}")
                .route(web::get().to(methods::call))
                .route(web::post().to(methods::call)),
        )
        .default_service(web::to(answer::not_found));
}
