//! The account itself.

use super::calls::Call;
use crate::{answer::Answer, world::World};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// When the account was made.
const MADE: &str = "Thu, 01 Jan 2026 00:00:00 +0000";

pub(super) async fn fetch(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "account".into() }
        .answer(|world, _| {
            let sid = &world.config.account_sid;
            let base = format!("/2010-04-01/Accounts/{sid}");
            // The token is covered: the traffic log and the page show answers to everybody at this machine.
            Answer::ok(json!({
                "sid": sid, "owner_account_sid": sid, "friendly_name": "Ventanilla", "status": "active",
                "type": "Full", "auth_token": "••••••", "date_created": MADE, "date_updated": MADE,
                "subresource_uris": {"messages": format!("{base}/Messages.json")}, "uri": format!("{base}.json"),
            }))
        })
        .await
}
