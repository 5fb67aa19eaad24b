//! The API documentation, made from the routes.

use super::{accounts, messaging, money, operations, pages, verification, verification_report};
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
    modifiers(&Bearer),
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
        (name = "health", description = "Liveness and readiness")
    )
)]
struct Documentation;

/// The whole document: each feature describes its own routes.
fn documentation() -> utoipa::openapi::OpenApi {
    let features = [
        operations::Api::openapi(),
        verification::Api::openapi(),
        verification_report::Api::openapi(),
        accounts::Api::openapi(),
        pages::Api::openapi(),
        money::Api::openapi(),
        messaging::Api::openapi(),
    ];
    let mut whole = Documentation::openapi();
    for feature in features {
        whole.merge(feature);
    }
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
