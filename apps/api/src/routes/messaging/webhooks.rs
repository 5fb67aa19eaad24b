//! Webhooks: 200 once the events are stored; the work happens after. The webhook of a provider that is not
//! set up is refused.

use crate::{
    composition::Messaging,
    http::{
        in_flight::Share,
        problem::ApiError,
        route_rules::{RouteRule, RouteRules},
    },
    telemetry::count_taken,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, http::StatusCode, web};
use application::messaging::accept_webhook::{AcceptWebhookError, WebhookSummary};
use ports::messaging::inbound_webhook::RawWebhook;
use serde_json::json;

/// Largest body of a webhook, in bytes. Meta puts many messages into one.
const BODY_MAX: usize = 64 * 1024;
const META_BODY_MAX: usize = 3 * 1024 * 1024;
const TWIML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// A provider's webhook address: the name of its decoder, and the header that authenticates it.
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

const TWILIO_PATHS: [&str; 2] = ["/webhooks/twilio", "/webhook/whatsapp"];
const TWILIO_STATUS_PATH: &str = "/webhooks/twilio/status";
const META_PATHS: [&str; 2] = ["/webhooks/meta", "/api/whatsapp/webhook"];
const TELEGRAM_PATHS: [&str; 2] = ["/webhooks/telegram", "/webhook/telegram"];

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for path in TWILIO_PATHS {
        config.service(web::resource(path).route(web::post().to(twilio)));
    }
    for path in META_PATHS {
        config.service(web::resource(path).route(web::post().to(meta)).route(web::get().to(verify_meta)));
    }
    for path in TELEGRAM_PATHS {
        config.service(web::resource(path).route(web::post().to(telegram)));
    }
    config.service(web::resource(TWILIO_STATUS_PATH).route(web::post().to(twilio_status)));
}

/// How large their bodies may be.
pub(super) fn rules(mut rules: RouteRules) -> RouteRules {
    for path in TWILIO_PATHS.into_iter().chain(TELEGRAM_PATHS).chain([TWILIO_STATUS_PATH]) {
        rules = rules.set(path, RouteRule { body_max: BODY_MAX, ..RouteRule::default() });
    }
    for path in META_PATHS {
        rules = rules.set(path, RouteRule { body_max: META_BODY_MAX, ..RouteRule::default() });
    }
    rules
}

/// Receives inbound messages from Twilio.
///
/// The request is signed: `X-Twilio-Signature`.
#[utoipa::path(post, path = "/webhooks/twilio", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "stored; the answer is empty TwiML"),
        (status = 403, description = "the signature is missing or wrong")))]
pub(crate) async fn twilio(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, TWILIO, &request, body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Receives delivery reports from Twilio.
///
/// The address contains our message's id. The request is signed: `X-Twilio-Signature`.
#[utoipa::path(post, path = "/webhooks/twilio/status", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "stored"),
        (status = 403, description = "the signature is missing or wrong")))]
pub(crate) async fn twilio_status(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, TWILIO_STATUS, &request, body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Receives messages, delivery reports and notices from Meta.
///
/// The request is signed: `X-Hub-Signature-256`.
#[utoipa::path(post, path = "/webhooks/meta", tag = "webhooks", request_body(content = serde_json::Value),
    responses((status = 200, description = "stored"),
        (status = 403, description = "the signature is missing or wrong")))]
pub(crate) async fn meta(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, META, &request, body).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}

/// Receives an update from Telegram.
///
/// The request carries `X-Telegram-Bot-Api-Secret-Token`.
#[utoipa::path(post, path = "/webhooks/telegram", tag = "webhooks", request_body(content = serde_json::Value),
    responses((status = 200, description = "stored"),
        (status = 403, description = "the secret is missing or wrong")))]
pub(crate) async fn telegram(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, &wakeups, TELEGRAM, &request, body).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}

/// Answers Meta's verification of the webhook's address.
///
/// If the token is right, the answer is the challenge as plain text.
#[utoipa::path(get, path = "/webhooks/meta", tag = "webhooks",
    params(("hub.mode" = String, Query), ("hub.verify_token" = String, Query), ("hub.challenge" = String, Query)),
    responses((status = 200, description = "the challenge"), (status = 403, description = "the token is wrong")))]
pub(crate) async fn verify_meta(
    app: web::Data<Messaging>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let refused = || ApiError::forbidden("The verify token is wrong.");
    let meta = app.meta.as_ref().ok_or_else(refused)?;
    let challenge = meta.webhook.handshake(request.query_string()).map_err(|_invalid| refused())?;
    // Plain text, because the caller chose it and a browser must not run it.
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(challenge))
}

async fn accept(
    app: &Messaging,
    wakeups: &WorkerWakeups,
    endpoint: WebhookEndpoint,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<(), ApiError> {
    let refused = || ApiError::signature_invalid("The provider's signature is missing or wrong.");
    let webhook = app.webhooks.get(endpoint.name).ok_or_else(refused)?;
    if !request.headers().contains_key(endpoint.proof) {
        return Err(refused());
    }
    let raw = read(app, request, body).await?;
    // Its signature is checked before anything is waited for: a body that is refused is freed at once.
    drop(request.extensions_mut().remove::<Share>());
    match app.accept.run(endpoint.name, webhook.as_ref(), &raw).await {
        Ok(taken) => {
            note(endpoint, taken);
            if taken.to_handle > 0 {
                wakeups.inbox.notify_one();
            }
            Ok(())
        }
        Err(AcceptWebhookError::SignatureInvalid) => Err(refused()),
        Err(AcceptWebhookError::Undecodable(reason)) => {
            tracing::warn!(
                webhook = endpoint.name,
                error = reason,
                "a webhook can't be read; it is kept as a dead letter"
            );
            // Twilio gets the error; the others would send the webhook again for days.
            if endpoint.name.starts_with(TWILIO.name) { Err(ApiError::field("", reason)) } else { Ok(()) }
        }
        Err(AcceptWebhookError::Store(fault)) => Err(fault.into()),
    }
}

async fn read(app: &Messaging, request: &HttpRequest, body: web::Payload) -> Result<RawWebhook, ApiError> {
    let body = body
        .to_bytes_limited(META_BODY_MAX)
        .await
        .map_err(|_over| ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE))?
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

fn note(endpoint: WebhookEndpoint, taken: WebhookSummary) {
    let WebhookSummary { new, duplicates, statuses, notices, .. } = taken;
    tracing::debug!(webhook = endpoint.name, new, duplicates, statuses, notices, "a webhook was stored");
    count_taken(endpoint.name, &taken);
}
