//! Verification for teams: send a code, check it, send it again, show its state.

mod fields;

use self::fields::{channel_of, client_ip, locale_of, recipient_of};
use crate::{
    composition,
    http::{
        caller::{Caller, IdempotencyHeader},
        client_ip::ClientAddress,
        idempotency::{answer_once, detached},
        json::JsonBody,
        price::PriceJson,
        problem::{ApiError, Problem},
        rate_limit::Limit,
        words::{ChannelWord, PurposeWord, words},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use application::operations::idempotent_requests::IdempotentRequests;
use application::verification::verification_service::{CheckResult, SendCodeOutcome, StartRequest};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    ids::VerificationId,
    message::{Channel, DeliveryStatus},
    operations::idempotency::Fingerprint,
    principal::Principal,
    verification::otp::{OtpCode, Purpose, Recipient},
};
use ports::verification::{Verification, code_provider::CodeProviderError};
use serde::{Deserialize, Serialize};
use std::iter;
use utoipa::ToSchema;

words! {
    PendingWord "Pending" "A code was sent." ["pending"];
    CheckWord "CheckStatus" "The status of a verification after a check attempt." ["approved", "pending"];
    SendWord "SendStatus" "The status of one send of a code." iter::once("sending").chain(DeliveryStatus::ALL.map(DeliveryStatus::name));
    ChallengeWord "VerificationStatus" "The status of a verification." ["pending", "approved", "expired", "canceled"];
}

/// A request to verify a number or an e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendRequest {
    /// The number, in any usual spelling, or an e-mail address. The field `to` is accepted as well.
    #[serde(alias = "to")]
    #[schema(example = "+525512345678", max_length = 254)]
    phone: String,
    /// `whatsapp` (default for a number), `sms`, `email` (for an address), `call` if a provider makes the
    /// codes, or `telegram` for a number whose owner has bound a chat to their account; for any other number
    /// the next channel in `fallback` is used. Codes by `email` and `telegram` are always ours.
    #[schema(value_type = Option<ChannelWord>)]
    channel: Option<String>,
    /// `registration` (default), `login`, `password_reset` or `transfer`.
    #[schema(value_type = Option<PurposeWord>)]
    purpose: Option<String>,
    /// `es`, `en` or `pt`; the default is `DEFAULT_LOCALE`.
    locale: Option<String>,
    /// Channels to try, in order, if one can't reach the number or, for our own codes, if the code is not
    /// delivered within half a minute. After a channel whose codes a provider makes, `telegram` is left out.
    #[serde(default)]
    #[schema(value_type = Vec<ChannelWord>)]
    fallback: Vec<String>,
    /// The end user's IP address. Without it only the team's own quota counts.
    #[schema(example = "203.0.113.9")]
    client_ip: Option<String>,
}

/// A code that was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct SendAnswer {
    id: String,
    /// The status `pending`.
    #[schema(value_type = PendingWord)]
    status: &'static str,
    channel: &'static str,
    /// The provider's id of the verification; `null` for a code of our own.
    #[schema(example = "VE00000000000000000000000000000000")]
    sid: Option<String>,
    expires_at: String,
    /// Seconds until the code may be sent again.
    resend_after: i64,
}

/// A code to check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRequest {
    /// The verification's id.
    #[schema(format = Uuid, example = "01a22c9e-971a-73e7-8f55-99ed33b329f1")]
    id: Option<String>,
    /// Or the number or e-mail address, for its newest open verification of this team.
    phone: Option<String>,
    /// The code that the person entered.
    #[schema(example = "246135")]
    code: String,
}

/// The result of a check attempt.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckAnswer {
    id: String,
    /// The status, `approved` or `pending`.
    #[schema(value_type = CheckWord)]
    status: &'static str,
    approved: bool,
    attempts_remaining: u32,
}

/// A verification whose code is sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendRequest {
    id: String,
}

/// One send of a code.
#[derive(Serialize, ToSchema)]
pub(crate) struct SendView {
    channel: &'static str,
    /// `sending`, `sent` or `failed`; of our own codes `queued`, `unknown`, `sent`, `delivered`, `read` or
    /// `failed`.
    #[schema(value_type = SendWord)]
    status: String,
    at: String,
    /// What it cost, once the provider told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<PriceJson>,
}

/// The state of a verification.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationView {
    id: String,
    /// `pending`, `approved`, `expired` or `canceled` (its check attempts are used up, it was withdrawn, or
    /// its code could not be sent).
    #[schema(value_type = ChallengeWord)]
    status: &'static str,
    channel: &'static str,
    #[schema(value_type = PurposeWord)]
    purpose: &'static str,
    /// The number or e-mail address, masked.
    #[schema(example = "****5678")]
    phone: String,
    attempts_remaining: u32,
    expires_at: String,
    sends: Vec<SendView>,
}

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(send, check, resend, show))]
pub(super) struct Api;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/verify/send").route(web::post().to(send)))
        .service(web::resource("/api/v1/verify/check").route(web::post().to(check)))
        .service(web::resource("/api/v1/verify/resend").route(web::post().to(resend)))
        .service(web::resource("/api/v1/verify/{id}").route(web::get().to(show)));
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The team that calls; other callers get a 403.
fn requester(caller: &Caller) -> Result<Principal, ApiError> {
    Ok(Principal::Client(caller.require(Scope::Verify)?.to_owned()))
}

/// Sends a one-time code.
///
/// While a verification of this team for this recipient is open, its code is sent again, under the same id.
/// Needs the scope `verify`. Errors: `invalid_phone_number` (400), `recipient_opted_out` (409), `otp_locked`
/// (423), `rate_limit_exceeded` (429), `verification_send_failed` (502), `unavailable` (503).
#[utoipa::path(post, path = "/api/v1/verify/send", operation_id = "send_code",
    tag = "verification", request_body = SendRequest,
    params(("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key sends no second code.")),
    responses((status = 200, body = SendAnswer), (status = "4XX", body = Problem), (status = 502, body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn send(
    app: web::Data<composition::Verification>,
    requests: web::Data<IdempotentRequests>,
    caller: Caller,
    peer: ClientAddress,
    header: IdempotencyHeader,
    body: JsonBody<SendRequest>,
) -> Result<HttpResponse, ApiError> {
    let requester = requester(&caller)?;
    let body = body.0;
    let to = recipient_of(&app, &body.phone)?;
    let named = body.fallback.iter().enumerate();
    let fallback = named.map(|(at, name)| channel_of(&app, &format!("/fallback/{at}"), name, &to));
    let fallback = fallback.collect::<Result<Vec<_>, _>>()?;
    let usual = if to.phone().is_some() { Channel::Whatsapp } else { Channel::Email };
    let client_ip = match body.client_ip {
        None => None,
        Some(ip) => Some(client_ip(&ip)?),
    };
    let purpose = body.purpose.as_deref().unwrap_or("registration");
    let channel = channel_of(&app, "/channel", body.channel.as_deref().unwrap_or(usual.name()), &to)?;
    let purpose = Purpose::parse_for_teams(purpose).ok_or_else(|| {
        ApiError::field("/purpose", "must be registration, login, password_reset or transfer")
    })?;
    let locale = locale_of(&app, body.locale.as_deref())?;
    let mut request = StartRequest::to(to, requester, channel, purpose, locale);
    request.fallback = fallback;
    // The address whose anonymous callers may check the code: the end user's, if the team names it.
    request.origin = Some(client_ip.clone().unwrap_or(peer.0));
    request.client_ip = client_ip;
    let fingerprint = fingerprint_of(&request);
    let key = header.key(&caller, "verify.send");
    let shared = app.clone().into_inner();
    answer_once(&requests, StatusCode::OK, key, fingerprint, async move {
        let started = shared.verify.start(request).await?;
        let is_refused = matches!(started, SendCodeOutcome::Failed(CodeProviderError::ChannelRefused(_)));
        if is_refused && channel == Channel::Telegram {
            return Err(ApiError::field("/channel", "this number has no Telegram chat; use another channel"));
        }
        answer_started(&shared, started)
    })
    .await
}

/// Fingerprint over the request, as it was understood.
fn fingerprint_of(request: &StartRequest) -> Fingerprint {
    let fallback = request.fallback.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(",");
    Fingerprint::of(&[
        ("phone", Some(request.to.canonical())),
        ("channel", Some(request.channel.name())),
        ("purpose", Some(request.purpose.name())),
        ("locale", Some(request.locale.tag())),
        ("fallback", Some(&fallback)),
        ("client_ip", request.client_ip.as_deref()),
    ])
}

fn answer_started(app: &composition::Verification, started: SendCodeOutcome) -> Result<SendAnswer, ApiError> {
    let now = app.kernel.now();
    let seconds = |until: DateTime<Utc>| until.signed_duration_since(now).num_seconds();
    match started {
        SendCodeOutcome::Sent(verification) | SendCodeOutcome::StillGood(verification) => Ok(SendAnswer {
            id: verification.id.to_string(),
            status: "pending",
            channel: verification.channel.name(),
            sid: verification.provider_ref.clone(),
            expires_at: time(verification.challenge.expires_at),
            resend_after: app.settings.otp.resend_cooldown.num_seconds(),
        }),
        SendCodeOutcome::TooSoon { at, .. } => {
            Err(ApiError::rate_limit_exceeded("A code was sent a moment ago. Wait before the next one.")
                .retry_after(seconds(at)))
        }
        SendCodeOutcome::TooMany(_, at) => {
            Err(ApiError::rate_limit_exceeded("Too many codes were sent. Try again later.")
                .retry_after(seconds(at)))
        }
        SendCodeOutcome::Locked(until) => Err(locked(app, until)),
        SendCodeOutcome::OptedOut => {
            Err(ApiError::recipient_opted_out("The recipient has opted out of messages on this channel."))
        }
        SendCodeOutcome::Suspended(at) => {
            Err(ApiError::unavailable("No codes are sent at the moment. Try again later.")
                .retry_after(seconds(at)))
        }
        SendCodeOutcome::NumberRefused | SendCodeOutcome::Failed(CodeProviderError::NumberRefused(_)) => {
            Err(ApiError::invalid_phone_number("Codes are not sent to this number."))
        }
        SendCodeOutcome::Failed(CodeProviderError::TooMany(_)) => Err(ApiError::rate_limit_exceeded(
            "The provider accepts no more codes for this number now. Try again later.",
        )
        .retry_after(60)),
        SendCodeOutcome::Failed(_) => Err(ApiError::verification_send_failed(
            "The provider did not accept the code. Try again, or on another channel.",
        )),
        SendCodeOutcome::NotFound => Err(ApiError::not_found("Verification not found.")),
    }
}

/// Checks a code.
///
/// A wrong code with check attempts left is a 200 with `approved` false. Needs the scope `verify`. Errors:
/// `code_invalid_or_expired` (400) if the verification has ended, `invalid_phone_number` (400), `otp_locked` (423),
/// `rate_limit_exceeded` (429), `unavailable` (503) if the code could not be checked.
#[utoipa::path(post, path = "/api/v1/verify/check", operation_id = "check_code",
    tag = "verification", request_body = CheckRequest,
    responses((status = 200, body = CheckAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn check(
    app: web::Data<composition::Verification>,
    limit: Limit,
    caller: Caller,
    address: ClientAddress,
    body: JsonBody<CheckRequest>,
) -> Result<HttpResponse, ApiError> {
    let requester = requester(&caller)?;
    limit.count(&format!("{} at {}", caller.key(), address.0), app.kernel.now())?;
    let CheckRequest { id, phone, code } = body.0;
    let code = OtpCode::parse(&code).map_err(|fault| ApiError::field("/code", fault.to_string()))?;
    let gone = || {
        ApiError::code_invalid_or_expired("The verification has ended, or there is none. Send a new code.")
    };
    let id = match (id, phone) {
        (Some(id), None) => id.parse::<VerificationId>().map_err(|_malformed| gone())?,
        (None, Some(phone)) => {
            let to = recipient_of(&app, &phone)?;
            match app.verify.find_open(&requester, &to, None).await? {
                Some(open) => open.id,
                None => {
                    refuse_locked(&app, &requester, &to).await?;
                    return Err(gone());
                }
            }
        }
        _ => return Err(ApiError::field("/id", "either id or phone must be given")),
    };
    let verify = app.verify.clone();
    let checked = detached(async move { verify.check(id, &requester, &code, None).await }).await??;
    match checked {
        CheckResult::Judged(checked) => Ok(HttpResponse::Ok().json(CheckAnswer {
            id: id.to_string(),
            status: if checked.approved { "approved" } else { "pending" },
            approved: checked.approved,
            attempts_remaining: checked.attempts_remaining,
        })),
        CheckResult::Gone => Err(gone()),
        CheckResult::Locked(until) => Err(locked(&app, until)),
        CheckResult::Failed(_) => {
            Err(ApiError::unavailable("The code could not be checked. Try again in a few seconds.")
                .retry_after(5))
        }
    }
}

fn locked(app: &composition::Verification, until: DateTime<Utc>) -> ApiError {
    let seconds = until.signed_duration_since(app.kernel.now()).num_seconds();
    ApiError::otp_locked("The number is locked after too many wrong codes.").retry_after(seconds)
}

/// The check attempt that locks a number ends its challenge. Later calls are told of the lock, not of the
/// end.
async fn refuse_locked(
    app: &composition::Verification,
    requester: &Principal,
    to: &Recipient,
) -> Result<(), ApiError> {
    match app.verify.lock_of(requester, to).await? {
        Some(until) => Err(locked(app, until)),
        None => Ok(()),
    }
}

/// Sends the code of an open verification again.
///
/// Id and check attempts stay the same. Needs the scope `verify`. Errors: `code_invalid_or_expired` (400) if
/// the verification has ended, `invalid_phone_number` (400), `not_found` (404), `recipient_opted_out` (409),
/// `otp_locked` (423), `rate_limit_exceeded` (429), `verification_send_failed` (502).
#[utoipa::path(post, path = "/api/v1/verify/resend", operation_id = "resend_code",
    tag = "verification", request_body = ResendRequest,
    params(("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key sends no second code.")),
    responses((status = 200, body = SendAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn resend(
    app: web::Data<composition::Verification>,
    requests: web::Data<IdempotentRequests>,
    caller: Caller,
    header: IdempotencyHeader,
    body: JsonBody<ResendRequest>,
) -> Result<HttpResponse, ApiError> {
    let requester = requester(&caller)?;
    let unknown = || ApiError::not_found("Verification not found.");
    let id = body.0.id.parse::<VerificationId>().map_err(|_malformed| unknown())?;
    let fingerprint = Fingerprint::of(&[("id", Some(&id.to_string()))]);
    let key = header.key(&caller, "verify.resend");
    let shared = app.clone().into_inner();
    answer_once(&requests, StatusCode::OK, key, fingerprint, async move {
        let found = shared.verify.find(id, &requester).await?.ok_or_else(unknown)?;
        if !found.challenge.is_open(shared.kernel.now()) {
            refuse_locked(&shared, &requester, &found.to).await?;
            return Err(ApiError::code_invalid_or_expired("The verification has ended. Send a new code."));
        }
        let locale = found.locale.unwrap_or(shared.settings.default_locale);
        // On the heap, because the future is large.
        let started = Box::pin(shared.verify.resend(id, &requester, locale, None)).await?;
        answer_started(&shared, started)
    })
    .await
}

/// Returns the state of a verification.
///
/// A team sees only its own. Needs the scope `verify`. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/verify/{id}", operation_id = "get_verification",
    tag = "verification", params(("id" = String, Path)),
    responses((status = 200, body = VerificationView), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn show(
    app: web::Data<composition::Verification>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let requester = requester(&caller)?;
    let unknown = || ApiError::not_found("Verification not found.");
    let id = id.parse::<VerificationId>().map_err(|_malformed| unknown())?;
    let found: Verification = app.verify.find(id, &requester).await?.ok_or_else(unknown)?;
    let now = app.kernel.now();
    let sends = found.sends.iter().map(|send| SendView {
        channel: send.channel.name(),
        status: send.status.name().to_owned(),
        at: time(send.at),
        price: PriceJson::told(send.price.as_ref(), send.price_category.as_ref()),
    });
    Ok(HttpResponse::Ok().json(VerificationView {
        id: found.id.to_string(),
        status: if found.challenge.has_expired(now) { "expired" } else { found.challenge.status.name() },
        channel: found.channel.name(),
        purpose: found.purpose.name(),
        phone: found.to.masked(),
        attempts_remaining: found.challenge.attempts_left(now),
        expires_at: time(found.challenge.expires_at),
        sends: sends.collect(),
    }))
}
