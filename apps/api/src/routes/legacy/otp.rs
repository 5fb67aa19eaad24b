//! Legacy codes for sign-up and lost passwords. Callers are anonymous: what they send and get wrong is
//! counted for their IP address, and they see only what was started from it.

use super::response::{Address, Body, LegacyError, Refusal};
use crate::{
    composition::{Accounts, Verification},
    http::{caller::VisitorOf, idempotency::detached, problem::ApiError, rate_limit::Limit},
    routes::accounts::password::reset_by_code,
    wakeups::WorkerWakeups,
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use application::{
    accounts::{
        prove_phone::NumberProof,
        register::{RegisterError, Registration},
        reset_password::ResetError,
    },
    error_chain::describe,
    verification::verification_service::{CheckResult, SendCodeOutcome, StartRequest},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::Password,
    email::EmailAddress,
    message::Channel,
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::{OtpCode, Purpose, Recipient},
};
use ports::verification::code_provider::CodeProviderError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A number or address that a code is to be sent to.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacySendBody)]
pub(crate) struct SendBody {
    #[schema(example = "+525512345678")]
    to: String,
    /// `sms`, `email` or `whatsapp`.
    #[serde(default = "sms")]
    #[schema(example = "sms")]
    channel: String,
}

/// A code was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacySent)]
pub(crate) struct SentJson {
    message: String,
    /// The status `pending`.
    #[schema(example = "pending")]
    status: &'static str,
    /// The number or address, as it was written.
    to: String,
    channel: &'static str,
}

/// The code is right.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyChecked)]
pub(crate) struct CheckedJson {
    message: &'static str,
    /// The status `approved`.
    #[schema(example = "approved")]
    status: &'static str,
    valid: bool,
}

/// The account was created.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyRegistered)]
pub(crate) struct RegisteredJson {
    message: &'static str,
    /// An access token.
    token: String,
    refresh_token: String,
    user: RegisteredUserJson,
}

/// The person whose account was created.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyUser)]
pub(crate) struct RegisteredUserJson {
    id: String,
    email: String,
    phone_verified: bool,
}

/// A code was sent, or the password was set.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyForgot)]
pub(crate) struct ForgotJson {
    message: &'static str,
    /// `pending` while the code is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "pending")]
    status: Option<&'static str>,
}

fn sms() -> String {
    Channel::Sms.name().into()
}

/// A code that was sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyCheckBody)]
pub(crate) struct CheckBody {
    to: String,
    #[schema(example = "246135")]
    code: String,
}

/// The account to create.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyRegisterBody)]
pub(crate) struct RegisterBody {
    email: String,
    password: String,
    phone: String,
    otp_code: String,
}

/// The person who forgot their password; with both other fields, their code and new password.
#[derive(Deserialize, ToSchema)]
#[schema(as = LegacyForgotBody)]
pub(crate) struct ForgotBody {
    #[schema(example = "maria@example.com")]
    email: String,
    otp_code: Option<String>,
    new_password: Option<String>,
}

const SEND: &str = "/send-otp";
const CHECK: &str = "/verify-otp";
const REGISTER: &str = "/register-with-otp";
const FORGOT: &str = "/forgot-password-otp";

/// The paths of these routes.
pub(super) const PATHS: [&str; 4] = [SEND, CHECK, REGISTER, FORGOT];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource(SEND).route(web::post().to(send)))
        .service(web::resource(CHECK).route(web::post().to(check)))
        .service(web::resource(REGISTER).route(web::post().to(register)))
        .service(web::resource(FORGOT).route(web::post().to(forgot)));
}

fn bad(text: &str) -> Refusal {
    Refusal::error(StatusCode::BAD_REQUEST, text)
}

/// One answer for a code that is wrong, expired, used, or was never sent.
fn no_code() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, json!({"error": "Invalid or expired code", "valid": false}))
}

/// Sends a code to a number or an e-mail address.
#[utoipa::path(post, path = "/send-otp", operation_id = "legacy_send_otp", tag = "legacy", request_body = SendBody,
    responses((status = 200, body = SentJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)))]
pub(crate) async fn send(
    app: web::Data<Verification>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    address: Address,
    body: Body<SendBody>,
) -> Result<HttpResponse, Refusal> {
    // Each number is looked up, which costs money, before the limits on codes are checked.
    limit.count(&format!("send:{}", address.0), app.kernel.now())?;
    let SendBody { to, channel } = body.0;
    let recipient = Recipient::parse(&to, app.settings.default_region).map_err(|_neither| {
        Refusal::coded(
            StatusCode::BAD_REQUEST,
            "invalid_recipient",
            "Not a phone number or an e-mail address",
        )
    })?;
    let known = [Channel::Sms, Channel::Email, Channel::Whatsapp];
    let able =
        |one: &Channel| known.contains(one) && app.verify.sends_by(*one) && recipient.is_reached_by(*one);
    let channel = Channel::parse(&channel).filter(able).ok_or_else(|| {
        Refusal::coded(
            StatusCode::BAD_REQUEST,
            "invalid_channel",
            "Codes can't be sent to this recipient on this channel",
        )
    })?;
    let (purpose, locale) = (Purpose::Registration, app.settings.default_locale);
    let requester = Principal::Anonymous(Some(address.0.clone()));
    let mut request = StartRequest::to(recipient, requester, channel, purpose, locale);
    request.client_ip = Some(address.0.clone());
    request.origin = Some(address.0);
    let verify = app.verify.clone();
    let started = detached(async move { verify.start(request).await }).await?.map_err(ApiError::from)?;
    let sent = sent(&app, started, channel)?;
    wakeups.outbox.notify_one();
    Ok(HttpResponse::Ok().json(SentJson {
        message: format!("OTP sent successfully via {}", sent.name()),
        status: "pending",
        to,
        channel: sent.name(),
    }))
}

/// The channel that the code was sent on, or why it was not sent.
fn sent(app: &Verification, started: SendCodeOutcome, wanted: Channel) -> Result<Channel, Refusal> {
    let wait = |refusal: Refusal, until: DateTime<Utc>| {
        refusal.retry_after(until.signed_duration_since(app.kernel.now()).num_seconds())
    };
    let later = |until| {
        let refusal = Refusal::coded(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_exceeded",
            "Too many codes were sent; try again later",
        );
        Err(wait(refusal, until))
    };
    match started {
        SendCodeOutcome::Sent(sent) | SendCodeOutcome::StillGood(sent) => Ok(sent.channel),
        SendCodeOutcome::TooSoon { at: until, .. }
        | SendCodeOutcome::TooMany(_, until)
        | SendCodeOutcome::Locked(until) => later(until),
        SendCodeOutcome::NumberRefused | SendCodeOutcome::Failed(CodeProviderError::NumberRefused(_)) => {
            Err(Refusal::coded(
                StatusCode::BAD_REQUEST,
                "invalid_phone_number",
                "Codes are not sent to this number",
            ))
        }
        // An opt-out is not told: the caller may be a stranger.
        SendCodeOutcome::OptedOut => Ok(wanted),
        SendCodeOutcome::Suspended(until) => Err(wait(
            Refusal::coded(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "No codes are sent at the moment"),
            until,
        )),
        SendCodeOutcome::Failed(_) | SendCodeOutcome::NotFound => {
            Err(Refusal::coded(StatusCode::BAD_GATEWAY, "verification_send_failed", "The code was not sent"))
        }
    }
}

/// Checks a code that was sent from the same IP address.
#[utoipa::path(post, path = "/verify-otp", operation_id = "legacy_verify_otp", tag = "legacy",
    request_body = CheckBody, responses((status = 200, body = CheckedJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)))]
pub(crate) async fn check(
    app: web::Data<Verification>,
    limit: Limit,
    address: Address,
    body: Body<CheckBody>,
) -> Result<HttpResponse, Refusal> {
    limit.count(&format!("address:{}", address.0), app.kernel.now())?;
    let code = OtpCode::parse(&body.0.code).map_err(|_malformed| no_code())?;
    let to = Recipient::parse(&body.0.to, app.settings.default_region).map_err(|_neither| no_code())?;
    let (verify, address) = (app.verify.clone(), address.0);
    let judged =
        detached(async move { verify.check_from(&address, &to, Purpose::Registration, &code).await });
    match judged.await?.map_err(ApiError::from)? {
        Some((_, CheckResult::Judged(checked))) if checked.approved => Ok(HttpResponse::Ok()
            .json(CheckedJson { message: "OTP verified successfully", status: "approved", valid: true })),
        Some((_, CheckResult::Failed(_))) => Err(check_failed()),
        _ => Err(no_code()),
    }
}

fn check_failed() -> Refusal {
    Refusal::error(StatusCode::SERVICE_UNAVAILABLE, "The code could not be checked; try again").retry_after(5)
}

/// Creates an account with a proved number.
#[utoipa::path(post, path = "/register-with-otp", operation_id = "legacy_register_with_otp", tag = "legacy",
    request_body = RegisterBody, responses((status = 201, body = RegisteredJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)))]
pub(crate) async fn register(
    app: web::Data<Accounts>,
    limit: Limit,
    visitor: VisitorOf,
    body: Body<RegisterBody>,
) -> Result<HttpResponse, Refusal> {
    limit.count(&format!("address:{}", visitor.0.address), app.kernel.now())?;
    let RegisterBody { email, password, phone, otp_code } = body.0;
    let email = EmailAddress::parse(&email).map_err(|fault| bad(&format!("email {fault}")))?;
    let password = Password::try_new(&password, &email).map_err(|fault| bad(&format!("password {fault}")))?;
    let phone = PhoneNumber::parse(&phone, app.settings.default_region)
        .map_err(|_impossible| bad("phone must be a phone number"))?;
    let code = OtpCode::parse(&otp_code).map_err(|_malformed| no_code())?;
    let mut registration = Registration::of(email.clone(), password, visitor.0);
    registration.phone = Some(phone);
    registration.proof = Some(NumberProof::Code(code));
    let use_case = app.register.clone();
    let signed_in = match detached(async move { use_case.run(registration).await }).await? {
        Ok(signed_in) => signed_in,
        Err(RegisterError::EmailTaken) => {
            return Err(Refusal::error(StatusCode::CONFLICT, "This e-mail address already has an account"));
        }
        Err(RegisterError::PhoneTaken) => {
            return Err(Refusal::error(StatusCode::CONFLICT, "This number already has an account"));
        }
        Err(RegisterError::NoProof) => return Err(no_code()),
        Err(RegisterError::TooMany(next)) => {
            let seconds = next.signed_duration_since(app.kernel.now()).num_seconds();
            return Err(Refusal::error(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many accounts were created from this address; try again later",
            )
            .retry_after(seconds.max(1)));
        }
        Err(RegisterError::CheckFailed) => return Err(check_failed()),
        Err(RegisterError::AuthServiceError(fault)) => return Err(ApiError::from(fault).into()),
    };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(RegisteredJson {
        message: "User registered successfully",
        token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        user: RegisteredUserJson {
            id: signed_in.user.to_string(),
            email: email.as_str().to_owned(),
            phone_verified: signed_in.phone_verified,
        },
    }))
}

/// Sends a code for a new password, or sets it.
///
/// With an e-mail address alone, sends a code to its owner's number; with the code, sets the new password.
/// The answer does not tell whether the address has an account.
#[utoipa::path(post, path = "/forgot-password-otp", operation_id = "legacy_forgot_password_otp", tag = "legacy",
    request_body = ForgotBody, responses((status = 200, body = ForgotJson),
        (status = "4XX", description = "Refused, in the older systems' JSON.", body = LegacyError),
        (status = "5XX", description = "Failed, in the older systems' JSON.", body = LegacyError)))]
pub(crate) async fn forgot(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    visitor: VisitorOf,
    body: Body<ForgotBody>,
) -> Result<HttpResponse, Refusal> {
    let ForgotBody { email, otp_code, new_password } = body.0;
    let email = EmailAddress::parse(&email).map_err(|fault| bad(&format!("email {fault}")))?;
    limit.count(&format!("forgot:{}", visitor.0.address), app.kernel.now())?;
    let (code, password) = match (otp_code, new_password) {
        (None, None) => {
            let use_case = app.forgot.clone();
            // It takes longer for known addresses, so the answer does not wait for it.
            tokio::spawn(async move {
                match use_case.by_code(email, &visitor.0).await {
                    Ok(()) => wakeups.outbox.notify_one(),
                    Err(fault) => {
                        tracing::error!(error = %describe(&fault), "no code for a new password was sent");
                    }
                }
            });
            let message = "If the address has an account, a code was sent to its phone";
            return Ok(HttpResponse::Ok().json(ForgotJson { message, status: Some("pending") }));
        }
        (Some(code), Some(password)) => (code, password),
        _ => return Err(bad("otp_code and new_password must be given together")),
    };
    limit.count(&format!("address:{}", visitor.0.address), app.kernel.now())?;
    let code = OtpCode::parse(&code).map_err(|_malformed| no_code())?;
    match reset_by_code(&app, email, code, password, visitor.0).await? {
        Ok(()) => {
            Ok(HttpResponse::Ok().json(ForgotJson { message: "Password updated successfully", status: None }))
        }
        Err(ResetError::Weak(fault)) => Err(bad(&format!("new_password {fault}"))),
        Err(ResetError::NoProof | ResetError::CheckFailed) => Err(no_code()),
        Err(ResetError::AuthServiceError(fault)) => Err(ApiError::from(fault).into()),
    }
}
