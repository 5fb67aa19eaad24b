//! Plays Twilio: Messages, Verify v2, Lookup v2, the account, signed webhooks, status callbacks.

mod account;
mod answer;
mod attempts;
mod calls;
mod lookup;
mod messages;
mod pages;
mod resource;
mod verify;
mod webhooks;

pub(crate) use webhooks::{post_inbound, post_status};

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/2010-04-01/Accounts/{account}/Messages.json")
                .route(web::post().to(messages::send))
                .route(web::get().to(messages::list)),
        )
        .service(
            web::resource("/2010-04-01/Accounts/{account}/Messages/{sid}.json")
                .route(web::get().to(messages::fetch))
                .route(web::post().to(messages::redact))
                .route(web::delete().to(messages::delete)),
        )
        .service(web::resource("/2010-04-01/Accounts/{account}.json").route(web::get().to(account::fetch)))
        .service(web::resource("/v2/Attempts").route(web::get().to(attempts::list)))
        .service(web::resource("/v2/Attempts/Summary").route(web::get().to(attempts::summary)))
        .service(web::resource("/v2/Attempts/{sid}").route(web::get().to(attempts::fetch)))
        .service(web::resource("/v2/Services/{service}").route(web::get().to(verify::service)))
        .service(web::resource("/v2/Services/{service}/Verifications").route(web::post().to(verify::start)))
        .service(
            web::resource("/v2/Services/{service}/Verifications/{sid}")
                .route(web::get().to(verify::fetch))
                .route(web::post().to(verify::update)),
        )
        .service(
            web::resource("/v2/Services/{service}/VerificationCheck").route(web::post().to(verify::check)),
        )
        .service(web::resource("/v2/PhoneNumbers/{number}").route(web::get().to(lookup::look_up)))
        .default_service(web::to(answer::not_found));
}
