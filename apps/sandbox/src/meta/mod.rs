//! Plays Meta's Graph API: messages of the `WhatsApp` Cloud API, the nodes that describe an account, and
//! signed webhooks with messages and statuses.

mod answer;
mod calls;
mod content;
mod fields;
mod inbound;
mod interactive;
mod media;
mod messages;
mod nodes;
mod payloads;
mod template;
mod templates;
mod webhooks;

pub(crate) use inbound::post_inbound;
pub(crate) use webhooks::post_status;

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/{version}/debug_token").route(web::get().to(nodes::debug_token)))
        .service(web::resource("/{version}/{id}/messages").route(web::post().to(messages::send)))
        .service(web::resource("/{version}/{id}/message_templates").route(web::get().to(templates::list)))
        .service(web::resource("/{version}/{id}/phone_numbers").route(web::get().to(nodes::numbers)))
        .service(web::resource("/{version}/{id}/media").route(web::post().to(media::upload)))
        .service(web::resource("/attachments/{id}").route(web::get().to(media::download)))
        .service(
            web::resource("/{version}/{id}")
                .route(web::get().to(nodes::node))
                .route(web::delete().to(media::delete)),
        )
        .default_service(web::to(answer::not_found));
}
