//! The API documentation, made from the routes.

#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value without the key is null, and tests read the whole document"
)]

mod answers;
mod complete;
mod examples;
mod fields;
mod problems;

use super::{
    accounts, legacy, messaging, money, operations, pages, privacy, verification, verification_report,
};
use crate::http::words::{ChannelWord, CurrencyWord, LocaleWord, PurposeWord};
use actix_web::{HttpResponse, http::header, web};
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ServerBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Adds the ways to prove who calls, and the server that answers.
struct Callers;

impl Modify for Callers {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let here =
            ServerBuilder::new().url("/").description(Some("The server that this document comes from"));
        api.servers = Some(vec![here.build()]);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A team's service token, or a person's access token."))
            .build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        for (name, header, meaning) in [
            ("client_id", "X-Client-Id", "The client that signs."),
            ("timestamp", "X-Timestamp", "The time in unix seconds."),
            ("nonce", "X-Nonce", "A text that no other request has."),
            (
                "signature",
                "X-Signature",
                "The lower-case hex of HMAC-SHA256 over `METHOD:PATH?QUERY:TIMESTAMP:NONCE:SHA256(body) hex`.",
            ),
        ] {
            let header = ApiKeyValue::with_description(header, meaning);
            components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Header(header)));
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ventanilla",
        description = "Banking in the chat people already use, and phone verification for any team.\n\n\
            Send an `Idempotency-Key` with every POST that moves money or sends something. A repeated \
            request with the same key gets the first answer again, with `Idempotent-Replayed: true`.\n\n\
            A team sends a service token, or signs each request: `X-Client-Id`, `X-Timestamp` (unix \
            seconds), `X-Nonce` and `X-Signature`, the lower-case hex of HMAC-SHA256 over \
            `METHOD:PATH?QUERY:TIMESTAMP:NONCE:SHA256(body) hex`. A signature that is wrong, too old or used \
            before is answered with 403 `signature_invalid`. A server can require signatures on calls about \
            money, in addition to the token.\n\n\
            Errors are RFC 9457 problems. Branch on `code`; `detail` is for people and may change.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Callers),
    components(schemas(ChannelWord, CurrencyWord, LocaleWord, PurposeWord)),
    tags(
        (name = "verification", description = "Send codes to numbers and e-mail addresses, and check them"),
        (name = "accounts", description = "People: sign-up, sign-in, sessions, MFA, new passwords"),
        (name = "money", description = "Wallets, balances, entries, statements, transfers"),
        (name = "messages", description = "Send messages to people, and list opt-outs"),
        (name = "conversations", description = "For agents: read conversations, take over, write, release"),
        (name = "operation", description = "Dead letters: list them, and try them again"),
        (name = "audit", description = "The audit log: who decided what, and whether its seals are intact"),
        (name = "flows", description = "Questionnaires in the chat, and their answers"),
        (name = "understanding", description = "Read intent and slots from a text"),
        (name = "webhooks", description = "Called by the providers"),
        (name = "health", description = "Liveness, readiness, metrics"),
        (name = "pages", description = "For people, in a browser"),
        (name = "legacy", description = "The older systems' routes, with their own JSON. New callers use the others.")
    )
)]
struct Documentation;

/// The whole document: each feature describes its own routes, and what is the same for all is added here.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let features = [
        operations::Api::openapi(),
        verification::Api::openapi(),
        verification_report::Api::openapi(),
        accounts::Api::openapi(),
        privacy::Api::openapi(),
        pages::Api::openapi(),
        money::Api::openapi(),
        messaging::Api::openapi(),
        legacy::Api::openapi(),
        problems::Api::openapi(),
        Api::openapi(),
    ];
    let mut whole = Documentation::openapi();
    for feature in features {
        whole.merge(feature);
    }
    let mut document = serde_json::to_value(whole).unwrap_or_default();
    complete::complete(&mut document);
    document
});

/// The document as it is sent.
static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let settings = Config::new(["/openapi.json"]).use_base_layout().validator_url("none");
    let ui = SwaggerUi::new("/docs/{_:.*}").config(settings);
    config
        .service(web::resource("/docs").route(web::get().to(to_docs)))
        .service(web::resource("/docs/").route(web::get().to(page)))
        .service(web::resource("/docs/page.css").route(web::get().to(style)))
        .service(web::resource("/docs/theme.js").route(web::get().to(theme)))
        .service(web::resource("/openapi.json").route(web::get().to(document)))
        .configure(problems::routes)
        .service(ui);
}

/// The routes of this feature, as the API documentation shows them.
#[derive(OpenApi)]
#[openapi(paths(document))]
struct Api;

/// Returns this document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_document", tag = "health",
    responses((status = 200, description = "The OpenAPI 3.1 document.", body = serde_json::Value,
        example = json!({"openapi": "3.1.0"}))))]
pub(crate) async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(TEXT.as_str())
}

/// Swagger UI's page with a viewport for phones and the system's colours.
async fn page() -> HttpResponse {
    file("text/html; charset=utf-8", include_str!("../../../assets/docs/index.html"))
}

async fn style() -> HttpResponse {
    file("text/css; charset=utf-8", include_str!("../../../assets/docs/page.css"))
}

async fn theme() -> HttpResponse {
    file("text/javascript; charset=utf-8", include_str!("../../../assets/docs/theme.js"))
}

fn file(kind: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(kind).insert_header((header::CACHE_CONTROL, "no-cache")).body(text)
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

#[cfg(test)]
mod tests;
