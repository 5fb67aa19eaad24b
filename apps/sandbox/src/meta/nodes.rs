//! The nodes that describe an account: the business account, its number, a token.

use super::{
    answer::{no_such_object, parameter},
    calls::{MetaCall, pick, query},
    media, templates,
    webhooks::DISPLAY_NUMBER,
};
use crate::{answer::Answer, config::MetaConfig, world::Shared};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];
const APP_ID: &str = "1234567890123456";

pub(super) async fn node(world: Shared, request: HttpRequest) -> HttpResponse {
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let fields = query(&request).remove("fields");
    // The address at which the caller reaches the sandbox.
    let own_base = format!("http://{}", request.connection_info().host());
    MetaCall { world, request, operation: "node", body: None }
        .answer(move |world, config| {
            let memory = world.memory();
            let node = found(config, &id, &world.config.api_base)
                .or_else(|| memory.meta.media.get(&id).map(|kept| media::node(&id, kept, &own_base)))
                .or_else(|| templates::find(&memory, &id));
            match node {
                Some(node) => Answer::ok(pick(&node, &id, fields.as_deref())),
                None => no_such_object("GET", &id),
            }
        })
        .await
}

/// The numbers of the business account: there is one.
pub(super) async fn numbers(world: Shared, request: HttpRequest) -> HttpResponse {
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let fields = query(&request).remove("fields");
    MetaCall { world, request, operation: "numbers", body: None }
        .answer(move |world, config| {
            if id != config.business_account_id {
                return no_such_object("GET", &id);
            }
            let number = found(config, &config.phone_number_id, &world.config.api_base).unwrap_or_default();
            let number = pick(&number, &config.phone_number_id, fields.as_deref());
            Answer::ok(
                json!({"data": [number], "paging": {"cursors": {"before": "MAZDZD", "after": "MAZDZD"}}}),
            )
        })
        .await
}

fn found(config: &MetaConfig, id: &str, api_base: &str) -> Option<Value> {
    if id == config.business_account_id {
        Some(json!({
            "id": id, "name": "Ventanilla", "currency": "MXN", "timezone_id": "75",
            "message_template_namespace": "5a0d0b0e_0000_4000_8000_000000000000",
            "account_review_status": "APPROVED", "business_verification_status": "verified",
            "status": "ACTIVE",
        }))
    } else if id == config.phone_number_id {
        Some(json!({
            "id": id, "verified_name": "Ventanilla", "display_phone_number": "+1 555-078-3881",
            "code_verification_status": "VERIFIED", "quality_rating": "GREEN", "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"}, "status": "CONNECTED",
            "phone_number": DISPLAY_NUMBER,
            "webhook_configuration": {"application": format!("{api_base}/webhooks/meta")},
        }))
    } else {
        None
    }
}

pub(super) async fn debug_token(world: Shared, request: HttpRequest) -> HttpResponse {
    let input = query(&request).remove("input_token");
    MetaCall { world, request, operation: "debug_token", body: None }
        .answer(move |_, config| match input {
            None => parameter("You must provide an input token"),
            Some(input) if input == config.access_token => Answer::ok(json!({"data": {
                "app_id": APP_ID, "type": "SYSTEM_USER", "application": "Ventanilla", "is_valid": true,
                "data_access_expires_at": 0, "expires_at": 0, "issued_at": 1_700_000_000, "scopes": SCOPES,
                "granular_scopes": SCOPES.map(|scope| {
                    json!({"scope": scope, "target_ids": [config.business_account_id]})
                }),
                "user_id": "122100000000000000",
            }})),
            Some(_) => Answer::ok(json!({"data": {
                "error": {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"},
                "is_valid": false, "scopes": [],
            }})),
        })
        .await
}
