//! The API's documentation, made from the routes themselves.

use super::{accounts, messaging, money, operations, pages, verification};
use actix_web::{HttpResponse, http::header, web};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        api.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ventanilla",
        description = "Banking in the chat people already use, and phone verification for any team.\n\n\
            Every POST that moves money or sends a code takes an `Idempotency-Key`: asked again under the same key, the first \
            answer comes again with `Idempotent-Replayed: true`. We recommend it on each of them.\n\n\
            A team bears a service token, or signs each request: `X-Client-Id`, `X-Timestamp` (unix seconds), `X-Nonce` and \
            `X-Signature`, the lower-case hex of HMAC-SHA256 over `METHOD:PATH?QUERY:TIMESTAMP:NONCE:SHA256(body) hex`. What is \
            signed wrongly, too long ago or for the second time is 403 `signature_invalid`. Where the server demands it, calls \
            about money are signed on top of the token.\n\n\
            Errors are RFC 9457 problems; branch on `code`.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Bearer),
    tags(
        (name = "verification", description = "Prove that a number is somebody's"),
        (name = "accounts", description = "People: sign-up, sign-in, sessions, second factor"),
        (name = "money", description = "Balances, entries, transfers"),
        (name = "messages", description = "Write to people who may be written to"),
        (name = "conversations", description = "For people at the desk"),
        (name = "operation", description = "What did not come through"),
        (name = "audit", description = "Who decided what, and whether the log is whole"),
        (name = "flows", description = "Questionnaires in the chat, and what was answered"),
        (name = "understanding", description = "What a text means"),
        (name = "webhooks", description = "For the providers"),
        (name = "health", description = "Whether we can work")
    )
)]
struct Documentation;

/// The whole document: each feature describes its own routes.
fn documentation() -> utoipa::openapi::OpenApi {
    let features = [
        operations::Api::openapi(),
        verification::Api::openapi(),
        accounts::Api::openapi(),
        pages::Api::openapi(),
        money::Api::openapi(),
        messaging::Api::openapi(),
    ];
    let mut whole = Documentation::openapi();
    features.into_iter().for_each(|feature| whole.merge(feature));
    whole
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let ui = SwaggerUi::new("/docs/{_:.*}")
        .url("/openapi.json", documentation())
        .config(Config::default().use_base_layout().validator_url("none"));
    config.service(web::resource("/docs").route(web::get().to(to_docs))).service(ui);
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_openapi_3_1_and_names_every_route() {
        let document = serde_json::to_value(documentation()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let paths = document["paths"].as_object().unwrap();
        for path in [
            "/api/v1/transfers",
            "/api/v1/verify/check",
            "/api/v1/nlu/parse",
            "/api/v1/flows/{id}/responses",
            "/webhooks/twilio",
        ] {
            assert!(paths.contains_key(path), "{path}");
        }
    }
}
