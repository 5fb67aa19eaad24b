//! Webhooks: 200 once the events are durable; the work happens after.

use crate::{http::problem::ApiError, wiring::App, workers::Bells};
use actix_web::{HttpRequest, HttpResponse, web};
use application::accept_webhook::AcceptWebhookError;
use ports::inbound_webhook::{InboundWebhook, RawWebhook};

/// The largest webhook taken.
const WEBHOOK_MAX: usize = 3 * 1024 * 1024;
const TWIML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/webhooks/twilio", "/webhook/whatsapp"] {
        config.service(
            web::resource(path).app_data(web::PayloadConfig::new(WEBHOOK_MAX)).route(web::post().to(twilio)),
        );
    }
    config.service(
        web::resource("/webhooks/twilio/status")
            .app_data(web::PayloadConfig::new(WEBHOOK_MAX))
            .route(web::post().to(twilio_status)),
    );
}

/// Inbound messages of Twilio's; signed by `X-Twilio-Signature`.
#[utoipa::path(post, path = "/webhooks/twilio", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "kept; empty TwiML"), (status = 403, description = "the signature is wrong")))]
pub(crate) async fn twilio(
    app: web::Data<App>,
    bells: web::Data<Bells>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &bells, &app.twilio_webhook, &request, &body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Statuses of messages that we sent; their address bears our id.
#[utoipa::path(post, path = "/webhooks/twilio/status", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "taken down"), (status = 403, description = "the signature is wrong")))]
pub(crate) async fn twilio_status(
    app: web::Data<App>,
    bells: web::Data<Bells>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &bells, &app.twilio_status_webhook, &request, &body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

async fn accept(
    app: &App,
    bells: &Bells,
    webhook: &dyn InboundWebhook,
    request: &HttpRequest,
    body: &web::Bytes,
) -> Result<(), ApiError> {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers().iter();
    let raw = RawWebhook {
        method: request.method().to_string(),
        public_url: format!("{}{path}", app.settings.public_base_url),
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect(),
        body: body.to_vec(),
    };
    match app.accept.run(webhook, &raw).await {
        Ok(taken) => {
            tracing::debug!(
                new = taken.new,
                duplicates = taken.duplicates,
                statuses = taken.statuses,
                "webhook"
            );
            if taken.to_handle > 0 {
                bells.inbox.notify_one();
            }
            Ok(())
        }
        Err(AcceptWebhookError::SignatureInvalid) => {
            Err(ApiError::signature_invalid("The request does not bear the provider's signature."))
        }
        Err(AcceptWebhookError::Undecodable(what)) => Err(ApiError::field("", what)),
        Err(AcceptWebhookError::Store(fault)) => Err(fault.into()),
    }
}
