//! Twilio Verify v2 with real codes, which arrive on the phone.

use super::{answer::error, calls::Call};
use crate::{
    answer::Answer,
    clock::now,
    memory::{Delivered, TwilioVerification},
    world::World,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Duration, SecondsFormat};
use domain::phone::PhoneNumber;
use serde_json::{Value, json};

const TTL: Duration = Duration::minutes(10);
const SENDS_MAX: usize = 5;
const CHECKS_MAX: u32 = 5;

/// The service itself, by its id.
pub(crate) async fn service(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("service").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "verify.service".into() }
        .answer(move |world, _| {
            Answer::ok(json!({
                "sid": sid, "account_sid": world.config.account_sid, "friendly_name": "Ventanilla", "code_length": 6,
                "lookup_enabled": false, "url": format!("https://verify.twilio.com/v2/Services/{sid}"),
            }))
        })
        .await
}

pub(crate) async fn start(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "verify.start".into() }
        .answer(|world, form| {
            let given = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
            let (Some(to), Some(channel)) = (given("To"), given("Channel")) else {
                return error(400, 60200, "Missing required parameter To or Channel");
            };
            if !["sms", "whatsapp", "call", "email", "sna", "auto"].contains(&channel) {
                return error(400, 60200, "Invalid parameter `Channel`");
            }
            let is_number = to.starts_with('+') && PhoneNumber::parse_international(to).is_ok();
            if !(is_number || channel == "email" && to.contains('@')) {
                return error(400, 60200, "Invalid parameter `To`");
            }
            let mut verification = find_pending(world, to).unwrap_or_else(|| TwilioVerification {
                sid: world.new_sid("VE"),
                to: to.to_owned(),
                channel: channel.to_owned(),
                code: world.new_code(),
                status: "pending".into(),
                sends: Vec::new(),
                checks: 0,
                created_at: now(),
            });
            if verification.sends.len() >= SENDS_MAX {
                return error(429, 60203, "Max send attempts reached");
            }
            channel.clone_into(&mut verification.channel);
            verification.sends.push((now(), channel.to_owned(), world.new_sid("VL")));
            deliver(world, &verification, given("Locale").unwrap_or("en"));
            let answer = Answer::created(resource(world, &verification));
            world.memory().twilio.verifications.insert(verification.sid.clone(), verification);
            answer
        })
        .await
}

/// The pending verification of a recipient. A start while it is pending sends the same code again.
fn find_pending(world: &World, to: &str) -> Option<TwilioVerification> {
    let memory = world.memory();
    let open = |v: &&TwilioVerification| v.to == to && v.status == "pending" && now() < v.created_at + TTL;
    memory.twilio.verifications.values().find(open).cloned()
}

fn deliver(world: &World, verification: &TwilioVerification, locale: &str) {
    let code = &verification.code;
    let body = match locale.split('-').next().unwrap_or_default() {
        "es" => format!("Tu código de verificación de Ventanilla es: {code}. No lo compartas con nadie."),
        "pt" => format!("Seu código de verificação da Ventanilla é: {code}. Não compartilhe com ninguém."),
        _ => format!("Your Ventanilla verification code is: {code}. Don't share it with anybody."),
    };
    let (channel, to) = match verification.channel.as_str() {
        "whatsapp" => ("whatsapp", format!("whatsapp:{}", verification.to)),
        "call" => ("call", verification.to.clone()),
        "email" => ("email", verification.to.clone()),
        _ => ("sms", verification.to.clone()),
    };
    world.memory().deliver(Delivered {
        channel: channel.into(),
        provider: "twilio".into(),
        from: "Twilio Verify".into(),
        to,
        body,
        ..Delivered::default()
    });
}

pub(crate) async fn check(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "verify.check".into() }
        .answer(|world, form| {
            let Some(code) = form.get("Code").filter(|code| !code.is_empty()) else {
                return error(400, 60200, "Missing required parameter Code");
            };
            let mut memory = world.memory();
            let named = |v: &TwilioVerification| match (form.get("VerificationSid"), form.get("To")) {
                (Some(sid), _) => v.sid == *sid,
                (None, Some(to)) => v.to == *to && v.status == "pending",
                (None, None) => false,
            };
            let found =
                memory.twilio.verifications.values_mut().find(|v| named(v) && now() < v.created_at + TTL);
            let Some(verification) = found.filter(|v| v.status == "pending") else {
                return error(404, 20404, "The requested resource VerificationCheck was not found");
            };
            verification.checks = verification.checks.saturating_add(1);
            if verification.checks > CHECKS_MAX {
                verification.status = "max_attempts_reached".into();
                return error(429, 60202, "Max check attempts reached");
            }
            if verification.code == *code {
                verification.status = "approved".into();
            }
            let verification = verification.clone();
            drop(memory);
            Answer::ok(check_resource(world, &verification))
        })
        .await
}

pub(crate) async fn fetch(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "verify.fetch".into() }
        .answer(move |world, _| match world.memory().twilio.verifications.get(&sid) {
            Some(verification) => Answer::ok(resource(world, verification)),
            None => error(404, 20404, "The requested resource was not found"),
        })
        .await
}

pub(crate) async fn update(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "verify.update".into() }
        .answer(move |world, form| {
            let status = form.get("Status").map(String::as_str).unwrap_or_default();
            if !["canceled", "approved"].contains(&status) {
                return error(400, 60200, "Invalid parameter `Status`");
            }
            let mut memory = world.memory();
            let Some(verification) =
                memory.twilio.verifications.get_mut(&sid).filter(|v| v.status == "pending")
            else {
                return error(404, 20404, "The requested resource was not found");
            };
            status.clone_into(&mut verification.status);
            let verification = verification.clone();
            drop(memory);
            Answer::ok(resource(world, &verification))
        })
        .await
}

fn resource(world: &World, v: &TwilioVerification) -> Value {
    let iso = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let service = &world.config.verify_service_sid;
    let attempts: Vec<Value> = v
        .sends
        .iter()
        .map(|(at, channel, sid)| json!({"time": iso(*at), "channel": channel, "attempt_sid": sid}))
        .collect();
    json!({
        "sid": v.sid, "service_sid": service, "account_sid": world.config.account_sid, "to": v.to,
        "channel": v.channel, "status": v.status, "valid": v.status == "approved", "lookup": {}, "amount": null,
        "payee": null, "send_code_attempts": attempts, "sna": null, "date_created": iso(v.created_at),
        "date_updated": iso(now()),
        "url": format!("https://verify.twilio.com/v2/Services/{service}/Verifications/{}", v.sid),
    })
}

fn check_resource(world: &World, v: &TwilioVerification) -> Value {
    let iso = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "sid": v.sid, "service_sid": world.config.verify_service_sid, "account_sid": world.config.account_sid,
        "to": v.to, "channel": v.channel, "status": v.status, "valid": v.status == "approved", "amount": null,
        "payee": null, "date_created": iso(v.created_at), "date_updated": iso(now()), "sna_attempts_error_codes": [],
    })
}
