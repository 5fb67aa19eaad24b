//! Routes of messaging: providers' webhooks, messages, conversations, flows, understanding.

mod conversations;
mod flows;
pub(in crate::routes) mod messages;
mod nlu;
mod webhooks;

use crate::http::route_rules::RouteRules;
use actix_web::web::ServiceConfig;

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    flows::list,
    flows::responses,
    nlu::parse,
    messages::send,
    messages::show,
    messages::opt_outs,
    conversations::list,
    conversations::show,
    conversations::lines,
    conversations::write,
    conversations::hand_off,
    conversations::release,
    webhooks::twilio,
    webhooks::twilio_status,
    webhooks::meta,
    webhooks::verify_meta,
    webhooks::telegram
))]
pub(super) struct Api;

/// The rules of these routes that differ from the usual one.
pub(crate) fn rules(rules: RouteRules) -> RouteRules {
    webhooks::rules(rules)
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(webhooks::routes)
        .configure(messages::routes)
        .configure(conversations::routes)
        .configure(flows::routes)
        .configure(nlu::routes);
}
