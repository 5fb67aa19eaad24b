//! Webhooks: 200 once the events are stored; the work happens after. The webhook of a provider that is not
//! set up is refused.

use crate::{
    composition::Messaging,
    http::{
        in_flight::Share,
        problem::{ApiError, Problem},
        raw_webhook,
        route_rules::{RouteRule, RouteRules},
    },
    telemetry::count_taken,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, http::StatusCode, web};
use application::messaging::accept_webhook::{AcceptWebhookError, WebhookSummary};
use serde_json::json;
use utoipa::ToSchema;

/// Largest body of a webhook, in bytes. Meta puts many messages into one.
const BODY_MAX: usize = 64 * 1024;
const META_BODY_MAX: usize = 3 * 1024 * 1024;
const TWIML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// The fields of Twilio's webhook that are read; it sends more.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the API documentation reads it; the adapter reads the form")]
pub(crate) struct TwilioForm {
    /// Twilio's id of the message.
    #[schema(rename = "MessageSid", example = "SM00000000000000000000000000000000")]
    message_sid: String,
    /// Who wrote, or our number in a status.
    #[schema(rename = "From", example = "whatsapp:+5215512345678")]
    from: String,
    /// Our number. Left out: the account of the messaging service, else the only one there is.
    #[schema(rename = "To", example = "whatsapp:+14155238886")]
    to: Option<String>,
    /// The messaging service that received the message.
    #[schema(rename = "MessagingServiceSid")]
    messaging_service_sid: Option<String>,
    /// The text that the person wrote.
    #[schema(rename = "Body", example = "saldo")]
    body: Option<String>,
    /// The text of a button that was pressed.
    #[schema(rename = "ButtonText")]
    button_text: Option<String>,
    /// The id of a button that was pressed.
    #[schema(rename = "ButtonPayload")]
    button_payload: Option<String>,
    /// The status of a message of ours: then this is a delivery report.
    #[schema(rename = "MessageStatus")]
    message_status: Option<String>,
}

/// The webhook was stored.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the API documentation reads it")]
pub(crate) struct TakenJson {
    /// The status `ok`.
    #[schema(example = "ok")]
    status: String,
}

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
/// The request is signed: `X-Twilio-Signature`. Error: `signature_invalid` (403).
#[utoipa::path(post, path = "/webhooks/twilio", operation_id = "receive_twilio", tag = "webhooks",
    request_body(content = TwilioForm, content_type = "application/x-www-form-urlencoded"),
    params(("X-Twilio-Signature" = String, Header, description = "Base64 of HMAC-SHA1 over the address and the fields.")),
    responses((status = 200, description = "Stored; the answer is empty TwiML.", content((String = "text/xml"))),
        (status = "4XX", body = Problem)), extensions(("x-also-at" = json!(["/webhook/whatsapp"]))))]
pub(crate) async fn twilio(
    app: web::Data<Messaging>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, TWILIO, &request, body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Receives delivery reports from Twilio.
///
/// The address contains our message's id. The request is signed: `X-Twilio-Signature`.
#[utoipa::path(post, path = "/webhooks/twilio/status", operation_id = "receive_twilio_status", tag = "webhooks",
    request_body(content = TwilioForm, content_type = "application/x-www-form-urlencoded"),
    params(("X-Twilio-Signature" = String, Header, description = "Base64 of HMAC-SHA1 over the address and the fields."),
        ("m" = Option<String>, Query, description = "Our message's id; it is signed too.")),
    responses((status = 200, description = "Stored; the answer is empty TwiML.", content((String = "text/xml"))),
        (status = "4XX", body = Problem)))]
pub(crate) async fn twilio_status(
    app: web::Data<Messaging>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, TWILIO_STATUS, &request, body).await?;
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(TWIML))
}

/// Receives messages, delivery reports and notices from Meta.
///
/// The request is signed: `X-Hub-Signature-256`. Error: `signature_invalid` (403).
#[utoipa::path(post, path = "/webhooks/meta", operation_id = "receive_meta", tag = "webhooks",
    request_body(content = serde_json::Value, description = "Meta's notification."),
    params(("X-Hub-Signature-256" = String, Header, description = "`sha256=` and the hex of HMAC-SHA256 over the body.")),
    responses((status = 200, description = "Stored.", body = TakenJson), (status = "4XX", body = Problem)),
    extensions(("x-also-at" = json!(["/api/whatsapp/webhook"]))))]
pub(crate) async fn meta(
    app: web::Data<Messaging>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    accept(&app, META, &request, body).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}

/// Receives an update from Telegram.
///
/// The request carries `X-Telegram-Bot-Api-Secret-Token`. With `TELEGRAM_MODE=polling` there is no such
/// route. Errors: `signature_invalid` (403), `not_found` (404).
#[utoipa::path(post, path = "/webhooks/telegram", operation_id = "receive_telegram", tag = "webhooks",
    request_body(content = serde_json::Value, description = "Telegram's update."),
    params(("X-Telegram-Bot-Api-Secret-Token" = String, Header, description = "The secret that the webhook was set up with.")),
    responses((status = 200, description = "Stored.", body = TakenJson), (status = "4XX", body = Problem)),
    extensions(("x-also-at" = json!(["/webhook/telegram"]))))]
pub(crate) async fn telegram(
    app: web::Data<Messaging>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    if app.poll.is_some() {
        return Err(ApiError::of_status(StatusCode::NOT_FOUND));
    }
    accept(&app, TELEGRAM, &request, body).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}

/// Answers Meta's verification of the webhook's address.
///
/// If the token is right, the answer is the challenge as plain text. Error: `forbidden` (403).
#[utoipa::path(get, path = "/webhooks/meta", operation_id = "verify_meta_webhook", tag = "webhooks",
    params(("hub.mode" = String, Query), ("hub.verify_token" = String, Query), ("hub.challenge" = String, Query)),
    responses((status = 200, description = "The challenge.", content((String = "text/plain"))),
        (status = "4XX", body = Problem)), extensions(("x-also-at" = json!(["/api/whatsapp/webhook"]))))]
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
    endpoint: WebhookEndpoint,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<(), ApiError> {
    let refused = || ApiError::signature_invalid("The provider's signature is missing or wrong.");
    let webhook = app.webhooks.get(endpoint.name).ok_or_else(refused)?;
    if !request.headers().contains_key(endpoint.proof) {
        return Err(refused());
    }
    let raw = raw_webhook::read(&app.settings.public_base_url, request, body, META_BODY_MAX).await?;
    // Its signature is checked before anything is waited for: a body that is refused is freed at once.
    drop(request.extensions_mut().remove::<Share>());
    match app.accept.run(endpoint.name, webhook.as_ref(), &raw).await {
        Ok(taken) => {
            note(endpoint, taken);
            Ok(())
        }
        Err(AcceptWebhookError::SignatureInvalid) => Err(refused()),
        Err(AcceptWebhookError::Undecodable(reason)) => {
            tracing::warn!(
                webhook = endpoint.name,
                error = reason,
                "a webhook can't be read; it is kept as a dead letter"
            );
            // It is answered as if it could be read: the provider would only send it again.
            Ok(())
        }
        Err(AcceptWebhookError::Store(fault)) => Err(fault.into()),
    }
}

fn note(endpoint: WebhookEndpoint, taken: WebhookSummary) {
    let WebhookSummary { new, duplicates, statuses, notices, .. } = taken;
    tracing::debug!(webhook = endpoint.name, new, duplicates, statuses, notices, "a webhook was stored");
    count_taken(endpoint.name, &taken);
}
