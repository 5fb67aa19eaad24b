//! Legacy phone verification: a signed-in person proves a number. Also the page's legacy address.

use super::response::{Address, Body, LegacyError, Person, Refusal};
use crate::{
    composition,
    http::{caller::VisitorOf, idempotency::detached, problem::ApiError, rate_limit::Limit},
    wakeups::WorkerWakeups,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use application::{
    accounts::{
        pending_number::{NumberRequester, Pending},
        profile::UpdateError,
    },
    verification::{
        verification_page::{NewPage, WayBack},
        verification_service::SendCodeOutcome,
    },
};
use chrono::{DateTime, Utc};
use domain::{
    phone::PhoneNumber,
    principal::Principal,
    text::truncate,
    verification::{
        otp::{OtpCode, Purpose, SendLimit},
        return_to::ReturnTo,
    },
};
use ports::verification::{Verification, code_provider::CodeProviderError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

/// Longest `source` that is kept, in characters.
const SOURCE_LENGTH_MAX: usize = 100;

/// A number to prove. Callers also send a purpose, which is ignored.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LegacyNumber)]
pub(crate) struct SendBody {
    #[schema(example = "+525512345678")]
    phone_number: String,
}

/// The code that was sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyCode)]
pub(crate) struct CheckBody {
    #[schema(example = "246135")]
    code: String,
}

/// No fields are read.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyNothing)]
pub(crate) struct ResendBody {}

/// A code was sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LegacyCodeSent)]
pub(crate) struct SentJson {
    message: &'static str,
    /// The verification's id.
    message_id: String,
    /// The provider that sent the code.
    #[schema(example = "twilio")]
    provider: String,
    /// Minutes until the code expires; left out when it was sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_minutes: Option<i64>,
}

/// The number is proved.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyVerified)]
pub(crate) struct VerifiedJson {
    message: &'static str,
    verified: bool,
}

/// Who sends the person, and where they go afterwards.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Comes back as `state`.
    source: Option<String>,
    /// An address of an allowed origin, or a path on the first one.
    return_to: Option<String>,
}

const SEND: &str = "/api/auth/send-verification-code";
const CHECK: &str = "/api/auth/verify-code";
const RESEND: &str = "/api/auth/resend-verification-code";

/// The paths of the calls among these routes.
pub(super) const PATHS: [&str; 3] = [SEND, CHECK, RESEND];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource(SEND).route(web::post().to(send)))
        .service(web::resource(CHECK).route(web::post().to(check)))
        .service(web::resource(RESEND).route(web::post().to(resend)))
        .service(web::resource("/verificar-telefono").route(web::get().to(page)));
}

fn requester(person: &Person, visitor: VisitorOf) -> Result<NumberRequester, Refusal> {
    Ok(NumberRequester { user: person.0.person()?.user, visitor: visitor.0, actor: person.0.actor() })
}

fn bad(text: &str) -> Refusal {
    Refusal::error(StatusCode::BAD_REQUEST, text)
}

/// Sends a code to a number that the signed-in person wants to prove.
#[utoipa::path(post, path = "/api/auth/send-verification-code", operation_id = "legacy_send_verification_code",
    tag = "legacy", request_body = SendBody, responses((status = 200, body = SentJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)),
    security(("bearer" = [])))]
pub(crate) async fn send(
    accounts: web::Data<composition::Accounts>,
    app: web::Data<composition::Verification>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    person: Person,
    visitor: VisitorOf,
    body: Body<SendBody>,
) -> Result<HttpResponse, Refusal> {
    // Each number is looked up, which costs money, before the limits on codes are checked.
    limit.count(&format!("send:{}", person.0.key()), app.kernel.now())?;
    let requester = requester(&person, visitor)?;
    let number = PhoneNumber::parse(&body.0.phone_number, app.settings.default_region)
        .map_err(|_impossible| bad("Ese número no es válido."))?;
    let use_case = accounts.pending_number.clone();
    let started = detached(async move { use_case.send(&requester, &number).await }).await?;
    let sent = sent(&app, started.map_err(refused)?, as_limit)?;
    wakeups.outbox.notify_one();
    Ok(HttpResponse::Ok().json(SentJson {
        message: "Te enviamos un código.",
        message_id: sent.id.to_string(),
        provider: provider(&app, &sent).to_owned(),
        expires_in_minutes: Some(minutes_left(&app, &sent)),
    }))
}

/// Sends the code again.
#[utoipa::path(post, path = "/api/auth/resend-verification-code", operation_id = "legacy_resend_verification_code",
    tag = "legacy", request_body = Option<ResendBody>, responses((status = 200, body = SentJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)),
    security(("bearer" = [])))]
pub(crate) async fn resend(
    accounts: web::Data<composition::Accounts>,
    app: web::Data<composition::Verification>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    person: Person,
    visitor: VisitorOf,
    _body: Body<ResendBody>,
) -> Result<HttpResponse, Refusal> {
    limit.count(&format!("send:{}", person.0.key()), app.kernel.now())?;
    let requester = requester(&person, visitor)?;
    let use_case = accounts.pending_number.clone();
    let started = match detached(async move { use_case.resend(&requester).await }).await?.map_err(refused)? {
        Pending::SendCodeOutcome(started) => started,
        Pending::NoNumber => return Err(bad("Primero pide un código para tu número.")),
    };
    let sent = sent(&app, started, as_wait)?;
    wakeups.outbox.notify_one();
    Ok(HttpResponse::Ok().json(SentJson {
        message: "Te enviamos otro código.",
        message_id: sent.id.to_string(),
        provider: provider(&app, &sent).to_owned(),
        expires_in_minutes: None,
    }))
}

/// Checks the code, and makes the number the person's own.
#[utoipa::path(post, path = "/api/auth/verify-code", operation_id = "legacy_verify_code", tag = "legacy",
    request_body = CheckBody, responses((status = 200, body = VerifiedJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)),
    security(("bearer" = [])))]
pub(crate) async fn check(
    accounts: web::Data<composition::Accounts>,
    app: web::Data<composition::Verification>,
    limit: Limit,
    person: Person,
    visitor: VisitorOf,
    body: Body<CheckBody>,
) -> Result<HttpResponse, Refusal> {
    limit.count(&person.0.key(), app.kernel.now())?;
    let requester = requester(&person, visitor)?;
    let code = OtpCode::parse(&body.0.code).map_err(|_malformed| bad("El código son seis dígitos."))?;
    let use_case = accounts.pending_number.clone();
    detached(async move { use_case.check(&requester, code).await }).await?.map_err(refused)?;
    Ok(HttpResponse::Ok().json(VerifiedJson { message: "Tu número quedó verificado.", verified: true }))
}

/// Opens a page on which a person proves a number, and redirects to it.
///
/// Nothing is sent. With a person's token the proved number becomes theirs; without a token it is only proved.
#[utoipa::path(get, path = "/verificar-telefono", operation_id = "legacy_open_page", tag = "legacy", params(PageQuery),
    responses((status = 302, description = "To the page."),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)))]
pub(crate) async fn page(
    accounts: web::Data<composition::Accounts>,
    app: web::Data<composition::Verification>,
    limit: Limit,
    address: Address,
    request: HttpRequest,
    person: Result<Person, Refusal>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Refusal> {
    limit.count(&format!("page:{}", address.0), app.kernel.now())?;
    let source = query.source.as_deref().map(|source| source.replace(char::is_control, ""));
    let back = WayBack {
        return_to: query.return_to.as_deref().and_then(|to| way_back(&app, to)),
        state: source.map(|source| truncate(&source, SOURCE_LENGTH_MAX)),
    };
    let url = if request.headers().contains_key(header::AUTHORIZATION) {
        let user = person?.0.person()?.user;
        let profile = accounts.profiles.show(user).await.map_err(ApiError::from)?;
        let profile = profile.ok_or_else(|| refused(UpdateError::NotFound))?;
        app.pages.open_for(&profile, back).await.map_err(ApiError::from)?
    } else {
        let opened = app.pages.open(NewPage {
            phone: None,
            user: None,
            purpose: Purpose::Registration,
            return_to: back.return_to,
            state: back.state,
            locale: None,
            owner: Principal::Anonymous(Some(address.0)),
        });
        opened.await.map_err(ApiError::from)?.url
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, url))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}

/// Where the person goes afterwards: an address of an allowed origin, or a path on the first one. None for
/// anything else.
fn way_back(app: &composition::Verification, text: &str) -> Option<ReturnTo> {
    let origins = &app.settings.return_to_origins;
    ReturnTo::try_new(text, origins).or_else(|_no_address| ReturnTo::path_of(text, origins)).ok()
}

/// Minutes until the code expires, rounded up.
fn minutes_left(app: &composition::Verification, sent: &Verification) -> i64 {
    let left = sent.challenge.expires_at.signed_duration_since(app.kernel.now());
    left.num_milliseconds().max(0).saturating_add(59_999) / 60_000
}

/// The provider that sent the code: the code sender's, or `twilio` for a code of Twilio Verify.
fn provider<'a>(app: &'a composition::Verification, sent: &Verification) -> &'a str {
    app.verify.provider_of(sent).unwrap_or("twilio")
}

/// The verification whose code was sent, or why it was not sent. `limit` writes the JSON for a reached limit.
fn sent(
    app: &composition::Verification,
    started: SendCodeOutcome,
    limit: fn(SendLimit, i64, i64) -> Value,
) -> Result<Box<Verification>, Refusal> {
    let seconds = |until: DateTime<Utc>| until.signed_duration_since(app.kernel.now()).num_seconds().max(1);
    let too_many = |kind: SendLimit, until| {
        let wait = seconds(until);
        let body = limit(kind, kind.number(&app.settings.otp), wait);
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, body).retry_after(wait)
    };
    match started {
        SendCodeOutcome::Sent(sent) | SendCodeOutcome::StillGood(sent) => Ok(sent),
        SendCodeOutcome::TooSoon { at, .. } => Err(too_many(SendLimit::Cooldown, at)),
        SendCodeOutcome::TooMany(kind, until) => Err(too_many(kind, until)),
        SendCodeOutcome::Locked(until) => {
            let wait = seconds(until);
            let body = json!({"error": "Demasiados intentos. Espera un poco.", "limitType": "locked",
                "limit": app.settings.otp.lock_after_failures, "remainingSeconds": wait});
            Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, body).retry_after(wait))
        }
        // An opt-out is not told: the caller may be a stranger, and gets the same text.
        SendCodeOutcome::NumberRefused
        | SendCodeOutcome::OptedOut
        | SendCodeOutcome::Failed(CodeProviderError::NumberRefused(_)) => {
            Err(bad("A ese número no enviamos códigos."))
        }
        SendCodeOutcome::NotFound => Err(bad("Primero pide un código para tu número.")),
        SendCodeOutcome::Suspended(until) => {
            let refusal = Refusal::error(StatusCode::SERVICE_UNAVAILABLE, "Ahora no enviamos códigos.");
            Err(refusal.retry_after(seconds(until)))
        }
        SendCodeOutcome::Failed(_) => {
            Err(Refusal::error(StatusCode::BAD_GATEWAY, "No pudimos enviar el código."))
        }
    }
}

const TOO_MANY: &str = "Ya enviamos muchos códigos. Espera un poco.";

fn as_limit(kind: SendLimit, number: i64, _wait: i64) -> Value {
    let name = match kind {
        SendLimit::Cooldown => "cooldown",
        SendLimit::Destination => "phone",
        SendLimit::Address => "ip",
        SendLimit::Prefix => "prefix",
        SendLimit::Country => "country",
        SendLimit::Service => "service",
    };
    json!({"error": TOO_MANY, "limitType": name, "limit": number})
}

fn as_wait(_kind: SendLimit, _number: i64, wait: i64) -> Value {
    json!({"error": TOO_MANY, "remainingSeconds": wait})
}

fn refused(fault: UpdateError) -> Refusal {
    match fault {
        UpdateError::NoProof | UpdateError::WrongCode => bad("Ese código no es, o ya venció."),
        UpdateError::PhoneTaken => bad("Ese número pertenece a otra cuenta."),
        UpdateError::StepUpNeeded | UpdateError::ProofNeeded | UpdateError::WrongPassword => {
            bad("Ya tienes un número verificado. Cámbialo desde tu cuenta.")
        }
        UpdateError::Moved => bad("Tu número cambió mientras tanto. Pide otro código."),
        UpdateError::NotFound => bad("Esta cuenta ya no existe."),
        // Not expected: no password is checked here.
        UpdateError::TooMany(_) => Refusal::error(StatusCode::TOO_MANY_REQUESTS, TOO_MANY).retry_after(60),
        UpdateError::CheckFailed => {
            Refusal::error(StatusCode::SERVICE_UNAVAILABLE, "No pudimos revisar el código ahora.")
                .retry_after(5)
        }
        UpdateError::AuthServiceError(fault) => ApiError::from(fault).into(),
    }
}
