//! Plays Telegram's Bot API: the methods of a bot, and updates, posted with the webhook's secret or asked for.

mod answer;
mod calls;
mod chats;
mod edits;
mod files;
mod inbound;
mod keyboards;
mod methods;
mod send;
mod updates;
mod webhook;

pub(crate) use inbound::post_inbound;

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/file/bot{token}/{path:.*}").route(web::get().to(files::download)))
        .service(
            web::resource("/bot{token}/{method}")
                .route(web::get().to(methods::call))
                .route(web::post().to(methods::call)),
        )
        .default_service(web::to(answer::not_found));
}
