//! Legacy WhatsApp endpoints: sending, and debug routes. Two debug routes are public and show no secret; the
//! two that ask Meta need the debug key, and are closed if none is set.

use crate::{
    composition::{Messaging, Operations},
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::answer_once,
        json::{JsonBody, time},
        problem::{ApiError, Problem},
    },
    routes::messaging::messages::{answer_written, fingerprint_of, words_of},
    scopes::Scope,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::HeaderValue},
    web,
};
use adapter_meta_whatsapp::NotTold;
use application::operations::idempotent_requests::IdempotentRequests;
use domain::phone::PhoneNumber;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A message of a legacy caller; unknown fields are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyMessage)]
pub(crate) struct SendBody {
    #[schema(example = "+525512345678")]
    to: String,
    #[schema(max_length = 4096, example = "Tu tarjeta está lista.")]
    text: String,
}

/// The message will be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyMessageSent)]
pub(crate) struct SendAnswer {
    /// `true` in this answer.
    success: bool,
    message_id: String,
    /// The number, masked.
    #[schema(example = "****5678")]
    to: String,
}

/// What a debug route found out.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyChecks)]
pub(crate) struct ChecksJson {
    /// `ok`, or what is wrong.
    #[schema(example = "ok")]
    status: &'static str,
    /// The single findings.
    #[schema(value_type = Object)]
    checks: Value,
}

/// The path of a message that is sent.
pub(super) const SEND: &str = "/api/whatsapp/send";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource(SEND).route(web::post().to(send)))
        .service(web::resource("/api/whatsapp/debug/selftest").route(web::get().to(self_test)))
        .service(web::resource("/api/whatsapp/debug/webhook-status").route(web::get().to(webhook_status)))
        .service(web::resource("/api/whatsapp/debug/waba").route(web::get().to(waba)))
        .service(web::resource("/api/whatsapp/debug/token").route(web::get().to(token)));
}

/// Sends a text by WhatsApp.
///
/// Needs the scope `messages`. Errors: `invalid_phone_number` (400), `outside_window` (409) for text outside the
/// 24-hour window, `recipient_opted_out` (409).
#[utoipa::path(post, path = "/api/whatsapp/send", operation_id = "legacy_send_message", tag = "legacy",
    request_body = SendBody, params(("Idempotency-Key" = Option<String>, Header,
        description = "Recommended. A repeated request with the same key sends no second message.")),
    responses((status = 200, body = SendAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn send(
    app: web::Data<Messaging>,
    requests: web::Data<IdempotentRequests>,
    caller: Caller,
    header: IdempotencyHeader,
    body: JsonBody<SendBody>,
) -> Result<HttpResponse, ApiError> {
    let client = caller.require(Scope::Messages)?.to_owned();
    let SendBody { to, text } = body.0;
    let to = PhoneNumber::parse(&to, app.settings.default_region)
        .map_err(|_invalid| ApiError::invalid_phone_number("This is not a possible phone number."))?;
    let words = words_of(&app, Some(text), None)?;
    let fingerprint = fingerprint_of(to.e164(), &words);
    let key = header.key(&caller, "whatsapp.send");
    let shared = app.clone().into_inner();
    answer_once(&requests, StatusCode::OK, key, fingerprint, async move {
        let masked = to.masked();
        let written = answer_written(shared.send_message.to_number(&to, words, &client).await?)?;
        Ok(SendAnswer { success: true, message_id: written.id, to: masked })
    })
    .await
}

/// Shows whether the database answers and Meta is set up.
///
/// It shows no secret and asks no provider.
#[utoipa::path(get, path = "/api/whatsapp/debug/selftest", operation_id = "legacy_self_test", tag = "legacy",
    responses((status = 200, body = ChecksJson)))]
pub(crate) async fn self_test(app: web::Data<Operations>) -> HttpResponse {
    let store = app.store.ping().await.is_ok();
    let meta = app.settings.meta.is_some();
    let status = if store && meta { "ok" } else { "degraded" };
    let checks = json!({"store": store, "meta_configured": meta, "signature_required": true});
    HttpResponse::Ok().json(ChecksJson { status, checks })
}

/// Shows how Meta's webhooks are set up.
///
/// It shows no secret.
#[utoipa::path(get, path = "/api/whatsapp/debug/webhook-status", operation_id = "legacy_webhook_status", tag = "legacy",
    responses((status = 200, body = ChecksJson)))]
pub(crate) async fn webhook_status(app: web::Data<Messaging>) -> HttpResponse {
    let meta = app.settings.meta.as_ref();
    let checks = json!({
        "paths": ["/webhooks/meta", "/api/whatsapp/webhook"],
        "verify_token_set": meta.is_some(),
        "signature_secrets": meta.map_or(0, |meta| meta.app_secrets.len()),
        "api_version": meta.map(|meta| meta.graph_version.as_str()),
    });
    HttpResponse::Ok()
        .json(ChecksJson { status: if meta.is_some() { "ok" } else { "not_configured" }, checks })
}

/// Shows the WhatsApp business account, as Meta knows it.
///
/// Errors: `forbidden` (403) without the debug key, `unavailable` (503) if Meta is not set up.
#[utoipa::path(get, path = "/api/whatsapp/debug/waba", operation_id = "legacy_waba", tag = "legacy",
    params(("X-Debug-Key" = Option<String>, Header, description = "The debug key of this server.")),
    responses((status = 200, body = ChecksJson), (status = "4XX", body = Problem)))]
pub(crate) async fn waba(app: web::Data<Messaging>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    open_with_key(&app, &request)?;
    let account = &app.meta.as_ref().ok_or_else(not_set_up)?.account;
    let told = account.waba().await;
    Ok(answer(told.map(|waba| json!({"waba": waba.id, "name": waba.name}))))
}

/// Shows whether Meta accepts the access token.
///
/// Errors: `forbidden` (403) without the debug key, `unavailable` (503) if Meta is not set up.
#[utoipa::path(get, path = "/api/whatsapp/debug/token", operation_id = "legacy_token", tag = "legacy",
    params(("X-Debug-Key" = Option<String>, Header, description = "The debug key of this server.")),
    responses((status = 200, body = ChecksJson), (status = "4XX", body = Problem)))]
pub(crate) async fn token(app: web::Data<Messaging>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    open_with_key(&app, &request)?;
    let account = &app.meta.as_ref().ok_or_else(not_set_up)?.account;
    let told = account.token().await;
    Ok(answer(told.map(|token| {
        json!({
            "valid": token.is_valid,
            "type": token.kind,
            "app": token.app_id,
            "expires_at": token.expires_at.map(time),
            "scopes": token.scopes,
        })
    })))
}

fn not_set_up() -> ApiError {
    ApiError::unavailable("Meta is not set up on this server.")
}

/// Meta's answer, masked by the adapter, or `unreachable`.
fn answer(told: Result<Value, NotTold>) -> HttpResponse {
    match told {
        Ok(checks) => HttpResponse::Ok().json(ChecksJson { status: "ok", checks }),
        Err(NotTold(reason)) => {
            tracing::warn!(error = reason, "a debug request to Meta failed");
            HttpResponse::Ok().json(ChecksJson { status: "unreachable", checks: json!({}) })
        }
    }
}

/// Refuses the request unless a debug key is set and `X-Debug-Key` has it.
fn open_with_key(app: &Messaging, request: &HttpRequest) -> Result<(), ApiError> {
    let given = request.headers().get("X-Debug-Key").map(HeaderValue::as_bytes).unwrap_or_default();
    let is_right = app
        .settings
        .debug_key
        .as_ref()
        .is_some_and(|key| adapter_crypto::is_same_secret(key.expose_secret().as_bytes(), given));
    if is_right { Ok(()) } else { Err(ApiError::forbidden("X-Debug-Key missing or wrong.")) }
}
