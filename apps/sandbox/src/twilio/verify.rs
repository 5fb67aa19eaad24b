//! Twilio Verify v2 with real codes, which arrive on the phone.

use super::{answer::error, calls::Call};
use crate::{
    answer::Answer,
    clock::now,
    memory::{Delivered, SendAttempt, TwilioVerification},
    world::World,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Duration, SecondsFormat};
use domain::phone::PhoneNumber;
use serde_json::{Map, Value, json};

const TTL: Duration = Duration::minutes(10);
const SENDS_MAX: usize = 5;
const CHECKS_MAX: u32 = 5;
/// When the service was made.
const MADE: &str = "2026-01-01T00:00:00Z";

/// The service itself, by its id.
pub(crate) async fn service(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("service").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "verify.service".into() }
        .answer(move |world, _| {
            let url = format!("https://verify.twilio.com/v2/Services/{sid}");
            let links = ["verifications", "verification_checks", "messaging_configurations", "rate_limits"];
            let paths = ["Verifications", "VerificationCheck", "MessagingConfigurations", "RateLimits"];
            let links: Map<_, _> = links
                .into_iter()
                .zip(paths)
                .map(|(name, path)| (name.to_owned(), json!(format!("{url}/{path}"))))
                .collect();
            Answer::ok(json!({
                "sid": sid, "account_sid": world.config.account_sid, "friendly_name": "Ventanilla", "code_length": 6,
                "lookup_enabled": false, "psd2_enabled": true, "skip_sms_to_landlines": false,
                "dtmf_input_required": true, "tts_name": null, "do_not_share_warning_enabled": true,
                "custom_code_enabled": true, "push": null, "totp": null, "default_template_sid": null,
                "whatsapp": null, "passkeys": null, "verify_event_subscription_enabled": false,
                "date_created": MADE, "date_updated": MADE, "url": url, "links": links,
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
            let own_code = given("CustomCode").map(str::to_owned);
            if own_code.as_ref().is_some_and(|code| !is_code(code)) {
                return error(400, 60200, "Invalid parameter `CustomCode`");
            }
            let pending = find_pending(world, to);
            let mut verification = pending.unwrap_or_else(|| new_verification(world, to, channel, own_code));
            if verification.attempts.len() >= SENDS_MAX {
                return error(429, 60203, "Max send attempts reached");
            }
            channel.clone_into(&mut verification.channel);
            verification.amount = given("Amount").map(str::to_owned).or(verification.amount);
            verification.payee = given("Payee").map(str::to_owned).or(verification.payee);
            verification.updated_at = now();
            verification.attempts.push(SendAttempt {
                sid: world.new_sid("VL"),
                order: world.memory().next_seq(),
                channel: channel.to_owned(),
                at: now(),
                is_converted: false,
            });
            deliver(world, &verification, given("Locale").unwrap_or("en"));
            let answer = Answer::created(resource(world, &verification));
            world.memory().twilio.verifications.insert(verification.sid.clone(), verification);
            answer
        })
        .await
}

fn new_verification(world: &World, to: &str, channel: &str, code: Option<String>) -> TwilioVerification {
    TwilioVerification {
        sid: world.new_sid("VE"),
        to: to.to_owned(),
        channel: channel.to_owned(),
        code: code.unwrap_or_else(|| world.new_code()),
        status: "pending".into(),
        amount: None,
        payee: None,
        attempts: Vec::new(),
        checks: 0,
        created_at: now(),
        updated_at: now(),
    }
}

/// True for a code that a caller may choose: 4 to 10 digits.
fn is_code(text: &str) -> bool {
    (4..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
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
                verification.approve(now());
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
            if status == "approved" {
                verification.approve(now());
            } else {
                status.clone_into(&mut verification.status);
                verification.updated_at = now();
            }
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
        .attempts
        .iter()
        .map(|sent| json!({"time": iso(sent.at), "channel": sent.channel, "attempt_sid": sent.sid}))
        .collect();
    json!({
        "sid": v.sid, "service_sid": service, "account_sid": world.config.account_sid, "to": v.to,
        "channel": v.channel, "status": v.status, "valid": v.status == "approved", "lookup": {"carrier": null},
        "amount": v.amount, "payee": v.payee, "send_code_attempts": attempts, "sna": null, "date_created": iso(v.created_at),
        "date_updated": iso(v.updated_at),
        "url": format!("https://verify.twilio.com/v2/Services/{service}/Verifications/{}", v.sid),
    })
}

fn check_resource(world: &World, v: &TwilioVerification) -> Value {
    let iso = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "sid": v.sid, "service_sid": world.config.verify_service_sid, "account_sid": world.config.account_sid,
        "to": v.to, "channel": v.channel, "status": v.status, "valid": v.status == "approved", "amount": v.amount,
        "payee": v.payee, "date_created": iso(v.created_at), "date_updated": iso(v.updated_at), "sna_attempts_error_codes": [],
    })
}
