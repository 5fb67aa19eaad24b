//! Verify's attempts: each code that was sent, its price, and whether it was entered.

use super::{
    answer::error,
    calls::{Call, Form},
    pages::PageRequest,
};
use crate::{
    answer::Answer,
    memory::{Memory, SendAttempt, TwilioVerification},
    world::World,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::phone::PhoneNumber;
use serde_json::{Value, json};

const ADDRESS: &str = "https://verify.twilio.com/v2/Attempts";
/// The price of a code, in dollars.
const PRICE: &str = "0.05";

/// An attempt with its verification.
type Sent<'a> = (&'a TwilioVerification, &'a SendAttempt);

pub(super) async fn list(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "verify.attempts".into() }
        .answer(|world, form| {
            let Some(page) = PageRequest::read(form) else {
                return error(400, 20006, "Invalid page token");
            };
            let memory = world.memory();
            let page = page.of(found(world, &memory, form), |(_, attempt)| attempt.order, form);
            let items: Vec<_> = page.items.iter().map(|sent| resource(world, *sent)).collect();
            Answer::ok(page.with_meta("attempts", ADDRESS, &items))
        })
        .await
}

pub(super) async fn fetch(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "verify.attempts".into() }
        .answer(move |world, _| {
            let memory = world.memory();
            let attempt =
                found(world, &memory, &Form::new()).into_iter().find(|(_, attempt)| attempt.sid == sid);
            match attempt {
                Some(sent) => Answer::ok(resource(world, sent)),
                None => error(404, 20404, "The requested resource was not found"),
            }
        })
        .await
}

pub(super) async fn summary(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "verify.attempts".into() }
        .answer(|world, form| {
            let memory = world.memory();
            let attempts = found(world, &memory, form);
            let total = attempts.len();
            let converted = attempts.iter().filter(|(_, attempt)| attempt.is_converted).count();
            let rate = converted.saturating_mul(10_000).checked_div(total).unwrap_or_default();
            let percent = rate.checked_div(100).unwrap_or_default();
            let rest = rate.checked_rem(100).unwrap_or_default();
            Answer::ok(json!({
                "total_attempts": total, "total_converted": converted,
                "total_unconverted": total.saturating_sub(converted),
                "conversion_rate_percentage": format!("{percent}.{rest:02}"), "url": format!("{ADDRESS}/Summary"),
            }))
        })
        .await
}

/// The attempts that pass the filters, newest first.
fn found<'a>(world: &World, memory: &'a Memory, form: &Form) -> Vec<Sent<'a>> {
    let attempts =
        memory.twilio.verifications.values().flat_map(|verification| {
            verification.attempts.iter().map(move |attempt| (verification, attempt))
        });
    let mut found: Vec<Sent<'_>> = attempts.filter(|sent| is_wanted(world, *sent, form)).collect();
    found.sort_by_key(|(_, attempt)| std::cmp::Reverse(attempt.order));
    found
}

fn is_wanted(world: &World, (verification, attempt): Sent<'_>, form: &Form) -> bool {
    let is = |name: &str, value: &str| form.get(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
    let time = |name: &str| form.get(name).and_then(|text| text.parse::<DateTime<Utc>>().ok());
    is("ChannelData.To", &verification.to)
        && is("Country", &country(&verification.to).unwrap_or_default())
        && is("Channel", &attempt.channel)
        && is("VerifyServiceSid", &world.config.verify_service_sid)
        && is("VerificationSid", &verification.sid)
        && is("Status", conversion(attempt))
        && time("DateCreatedAfter").is_none_or(|since| attempt.at >= since)
        && time("DateCreatedBefore").is_none_or(|until| attempt.at <= until)
}

fn country(to: &str) -> Option<String> {
    PhoneNumber::parse_international(to).ok()?.country()
}

fn conversion(attempt: &SendAttempt) -> &'static str {
    if attempt.is_converted { "converted" } else { "unconverted" }
}

fn resource(world: &World, (verification, attempt): Sent<'_>) -> Value {
    let at = attempt.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let updated = verification.updated_at.max(attempt.at).to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "sid": attempt.sid, "account_sid": world.config.account_sid,
        "service_sid": world.config.verify_service_sid, "verification_sid": verification.sid,
        "date_created": at, "date_updated": updated, "conversion_status": conversion(attempt),
        "channel": attempt.channel, "price": {"value": PRICE, "currency": "USD"},
        "channel_data": {"to": verification.to, "country": country(&verification.to)},
        "url": format!("{ADDRESS}/{}", attempt.sid),
    })
}
