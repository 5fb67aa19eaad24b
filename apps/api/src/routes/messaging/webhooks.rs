//! Webhooks: 200 once the events are durable; the work happens after. A provider that is not set up has a
//! closed door, and a request that bears no signature at all is refused before its body is read.

use crate::{composition::App, http::problem::ApiError, telemetry::count_taken, wakeups::WorkerWakeups};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use application::messaging::accept_webhook::{AcceptWebhookError, WebhookSummary};
use ports::messaging::inbound_webhook::RawWebhook;
use serde_json::json;

/// The largest webhook taken.
const WEBHOOK_MAX: usize = 3 * 1024 * 1024;
const TWIML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// A provider's door: whose decoder is behind it, and the header that proves who knocks.
#[derive(Clone, Copy)]
struct WebhookEndpoint {
    name: &'static str,
    proof: &'static str,
}

const TWILIO: WebhookEndpoint = WebhookEndpoint { name: "twilio", proof: "x-twilio-signature" };
const TWILIO_STATUS: WebhookEndpoint = WebhookEndpoint { name: "twilio_status", proof: "x-twilio-signature" };
const META: WebhookEndpoint = WebhookEndpoint { name: "meta", proof: "x-hub-signature-256" };
const TELEGRAM: WebhookEndpoint =
    WebhookEndpoint { name: "telegram", proof: "x-telegram-bot-api-secret-token" };

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/webhooks/twilio", "/webhook/whatsapp"] {
        config.service(web::resource(path).route(web::post().to(twilio)));
    }
    for path in ["/webhooks/meta", "/api/whatsapp/webhook"] {
        config.service(web::resource(path).route(web::post().to(meta)).route(web::get().to(verify_meta)));
    }
    for path in ["/webhooks/telegram", "/webhook/telegram"] {
        config.service(web::resource(path).route(web::post().to(telegram)));
    }
    config.service(web::resource("/webhooks/twilio/status").route(web::post().to(twilio_status)));
}

/// Inbound messages of Twilio's; signed by `X-Twilio-Signature`.
#[utoipa::path(post, path = "/webhooks/twilio", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "kept; empty TwiML"), (status = 403, description = "the signature is wrong")))]
pub(crate) async fn twilio(
    app: web::Data<App>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, TWILIO, &request, body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Statuses of messages that we sent; their address bears our id.
#[utoipa::path(post, path = "/webhooks/twilio/status", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "taken down"), (status = 403, description = "the signature is wrong")))]
pub(crate) async fn twilio_status(
    app: web::Data<App>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, TWILIO_STATUS, &request, body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Messages, statuses and all other news of Meta's; signed by `X-Hub-Signature-256`.
#[utoipa::path(post, path = "/webhooks/meta", tag = "webhooks", request_body(content = serde_json::Value),
    responses((status = 200, description = "kept"), (status = 403, description = "the signature is wrong")))]
pub(crate) async fn meta(
    app: web::Data<App>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, META, &request, body).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}

/// One update of Telegram's; it bears `X-Telegram-Bot-Api-Secret-Token`.
#[utoipa::path(post, path = "/webhooks/telegram", tag = "webhooks", request_body(content = serde_json::Value),
    responses((status = 200, description = "kept"), (status = 403, description = "the secret is wrong")))]
pub(crate) async fn telegram(
    app: web::Data<App>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, TELEGRAM, &request, body).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}

/// Meta verifies the address: the right token gets its challenge back, bare.
#[utoipa::path(get, path = "/webhooks/meta", tag = "webhooks",
    params(("hub.mode" = String, Query), ("hub.verify_token" = String, Query), ("hub.challenge" = String, Query)),
    responses((status = 200, description = "the challenge"), (status = 403, description = "the token is wrong")))]
pub(crate) async fn verify_meta(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let refused = || ApiError::forbidden("The verify token is wrong.");
    let meta = app.meta.as_ref().ok_or_else(refused)?;
    let challenge = meta.webhook.handshake(request.query_string()).map_err(|_invalid| refused())?;
    // Plain text, and never guessed to be anything else: it is what the caller sent.
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(challenge))
}

async fn accept(
    app: &App,
    wakeups: &WorkerWakeups,
    door: WebhookEndpoint,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<(), ApiError> {
    let refused = || ApiError::signature_invalid("The request does not bear the provider's signature.");
    let webhook = app.webhooks.get(door.name).ok_or_else(refused)?;
    if !request.headers().contains_key(door.proof) {
        return Err(refused());
    }
    let raw = read(app, request, body).await?;
    match app.accept.run(door.name, webhook.as_ref(), &raw).await {
        Ok(taken) => {
            note(door, taken);
            if taken.to_handle > 0 {
                wakeups.inbox.notify_one();
            }
            Ok(())
        }
        Err(AcceptWebhookError::SignatureInvalid) => Err(refused()),
        Err(AcceptWebhookError::Undecodable(reason)) => {
            tracing::warn!(
                webhook = door.name,
                reason,
                "a webhook can't be read; it was kept for people to look at"
            );
            // Twilio tells a wrong form apart; the others would send theirs again for days.
            if door.name.starts_with(TWILIO.name) { Err(ApiError::field("", reason)) } else { Ok(()) }
        }
        Err(AcceptWebhookError::Store(fault)) => Err(fault.into()),
    }
}

async fn read(app: &App, request: &HttpRequest, body: web::Payload) -> Result<RawWebhook, ApiError> {
    let too_large = || ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE);
    let body = body
        .to_bytes_limited(WEBHOOK_MAX)
        .await
        .map_err(|_over| too_large())?
        .map_err(|_broken| ApiError::of_status(StatusCode::BAD_REQUEST))?;
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers().iter();
    Ok(RawWebhook {
        method: request.method().to_string(),
        public_url: format!("{}{path}", app.settings.public_base_url),
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect(),
        body: body.to_vec(),
    })
}

fn note(door: WebhookEndpoint, taken: WebhookSummary) {
    let WebhookSummary { new, duplicates, statuses, notices, .. } = taken;
    tracing::debug!(webhook = door.name, new, duplicates, statuses, notices, "webhook");
    count_taken(door.name, &taken);
}
