//! Twilio's Messages resource: send and fetch messages.

use super::{answer::error, calls::Call, webhooks};
use crate::{
    answer::Answer,
    clock::now,
    memory::{Delivered, TwilioMessage},
    world::World,
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

/// Longest message body, in characters.
const BODY_LENGTH_MAX: usize = 1600;

pub(crate) async fn send(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let is_whatsapp = url::form_urlencoded::parse(&body)
        .any(|(name, value)| name == "To" && value.starts_with("whatsapp:"));
    let operation = if is_whatsapp { "messages.whatsapp" } else { "messages.sms" }.to_owned();
    let shared = world.clone();
    Call { world, request, body, operation }
        .answer(move |world, form| {
            let given = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
            let Some(to) = given("To") else {
                return error(400, 21604, "A 'To' phone number is required.");
            };
            let Some(from) = given("From").or_else(|| given("MessagingServiceSid")) else {
                return error(400, 21603, "A 'From' phone number is required.");
            };
            let template =
                given("ContentSid").map(|sid| json!({"sid": sid, "variables": given("ContentVariables")}));
            let text = given("Body").unwrap_or_default();
            if text.is_empty() && template.is_none() && given("MediaUrl").is_none() {
                return error(400, 21602, "Message body is required.");
            }
            if text.chars().count() > BODY_LENGTH_MAX {
                return error(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
            }
            let own = if is_whatsapp { &world.config.whatsapp_from } else { &world.config.sms_from };
            if from != own && !from.starts_with("MG") {
                return error(400, 63007, "Twilio could not find a Channel with the specified From address");
            }
            let number = to.trim_start_matches("whatsapp:");
            if domain::phone::PhoneNumber::parse_international(number).is_err() {
                return error(400, 21211, "Invalid 'To' Phone Number");
            }
            let message = TwilioMessage {
                sid: world.new_sid("SM"),
                to: to.to_owned(),
                from: from.to_owned(),
                body: text.to_owned(),
                status: "queued".into(),
                status_callback: given("StatusCallback").map(str::to_owned),
                created_at: now(),
            };
            let answer = Answer::created(resource(world, &message));
            deliver(world, &message, template);
            webhooks::report_progress(shared, message.sid);
            answer
        })
        .await
}

fn deliver(world: &World, message: &TwilioMessage, template: Option<Value>) {
    let channel = if message.to.starts_with("whatsapp:") { "whatsapp" } else { "sms" };
    let mut memory = world.memory();
    memory.deliver(Delivered {
        channel: channel.into(),
        provider: "twilio".into(),
        from: message.from.clone(),
        to: message.to.clone(),
        body: message.body.clone(),
        template,
        id: message.sid.clone(),
        ..Delivered::default()
    });
    memory.twilio.messages.insert(message.sid.clone(), message.clone());
}

pub(crate) async fn list(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "messages.list".into() }
        .answer(|world, form| {
            let size = form.get("PageSize").and_then(|n| n.parse().ok()).unwrap_or(50_usize).min(1000);
            let since = form.get("DateSent>").or_else(|| form.get("DateSent>=")).cloned().unwrap_or_default();
            let memory = world.memory();
            let mut found: Vec<&TwilioMessage> = memory
                .twilio
                .messages
                .values()
                .filter(|m| form.get("To").is_none_or(|to| *to == m.to))
                .filter(|m| form.get("From").is_none_or(|from| *from == m.from))
                .filter(|m| m.created_at.format("%Y-%m-%d").to_string() >= since)
                .collect();
            found.sort_by_key(|m| std::cmp::Reverse(m.created_at));
            let messages: Vec<Value> = found.into_iter().take(size).map(|m| resource(world, m)).collect();
            let uri = format!("/2010-04-01/Accounts/{}/Messages.json?PageSize={size}&Page=0", world.config.account_sid);
            Answer::ok(json!({
                "end": messages.len().saturating_sub(1), "first_page_uri": uri, "messages": messages,
                "next_page_uri": null, "page": 0, "page_size": size, "previous_page_uri": null, "start": 0, "uri": uri,
            }))
        })
        .await
}

pub(crate) async fn fetch(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "messages.fetch".into() }
        .answer(move |world, _| match world.memory().twilio.messages.get(&sid) {
            Some(message) => Answer::ok(resource(world, message)),
            None => error(404, 20404, "The requested resource was not found"),
        })
        .await
}

fn resource(world: &World, message: &TwilioMessage) -> Value {
    let account = &world.config.account_sid;
    let base = format!("/2010-04-01/Accounts/{account}/Messages/{}", message.sid);
    let created = message.created_at.to_rfc2822();
    json!({
        "account_sid": account, "api_version": "2010-04-01", "body": message.body, "date_created": created,
        "date_sent": if message.status == "queued" { Value::Null } else { json!(created) }, "date_updated": created,
        "direction": "outbound-api", "error_code": null, "error_message": null, "from": message.from,
        "messaging_service_sid": null, "num_media": "0", "num_segments": "1", "price": price(message), "price_unit": "USD",
        "sid": message.sid, "status": message.status,
        "subresource_uris": {"media": format!("{base}/Media.json")}, "to": message.to, "uri": format!("{base}.json"),
    })
}

/// What a message cost, as Twilio writes it: negative, and absent until the message is delivered.
fn price(message: &TwilioMessage) -> Option<&'static str> {
    let is_over = matches!(message.status.as_str(), "delivered" | "read");
    is_over.then(|| if message.to.starts_with("whatsapp:") { "-0.00500" } else { "-0.00790" })
}
