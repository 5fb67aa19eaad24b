//! Accounts of people: sign-up, sign-in, sessions, MFA, new passwords, chats.

pub(crate) mod freezes;
pub(crate) mod log_in;
pub(crate) mod me;
pub(crate) mod mfa;
pub(crate) mod mfa_settings;
pub(crate) mod password;
pub(crate) mod register;
pub(crate) mod sessions;
pub(crate) mod telegram;

use crate::{
    composition::Accounts,
    http::{problem::ApiError, words::words},
};
use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{CACHE_CONTROL, HeaderValue},
    web,
};
use application::{
    accounts::session_issuer::{AuthServiceError, SignedIn},
    error_chain::describe,
    verification::verification_service::SendCodeOutcome,
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{ACCESS_TTL, PersonName},
    email::EmailAddress,
    phone::PhoneNumber,
    verification::otp::OtpCode,
};
use ports::crypto::HashRefused;
use serde::Serialize;
use utoipa::ToSchema;

words! {
    TokenTypeWord "TokenType" "The scheme of the Authorization header." ["Bearer"];
}

/// The tokens of a signed-in person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedInJson {
    access_token: String,
    refresh_token: String,
    /// The type, `Bearer`.
    #[schema(value_type = TokenTypeWord)]
    token_type: &'static str,
    /// Lifetime of the access token in seconds.
    #[schema(example = 900)]
    expires_in: i64,
    user_id: String,
    phone_verified: bool,
    /// Address of a page to prove a number, if none is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    verification_url: Option<String>,
}

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    register::register,
    log_in::log_in,
    mfa::pass,
    mfa_settings::enable,
    mfa_settings::disable,
    mfa_settings::backup_codes,
    sessions::refresh,
    sessions::log_out,
    sessions::list,
    sessions::end,
    password::forgot,
    password::reset,
    telegram::start,
    telegram::confirm,
    me::show,
    me::update,
    freezes::freeze,
    freezes::unfreeze
))]
pub(super) struct Api;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/auth/register").route(web::post().to(register::register)))
        .service(web::resource("/api/v1/auth/login").route(web::post().to(log_in::log_in)))
        .service(web::resource("/api/v1/auth/mfa").route(web::post().to(mfa::pass)))
        .service(web::resource("/api/v1/auth/mfa/enable").route(web::post().to(mfa_settings::enable)))
        .service(web::resource("/api/v1/auth/mfa/disable").route(web::post().to(mfa_settings::disable)))
        .service(
            web::resource("/api/v1/auth/mfa/backup-codes").route(web::post().to(mfa_settings::backup_codes)),
        )
        .service(web::resource("/api/v1/auth/refresh").route(web::post().to(sessions::refresh)))
        .service(web::resource("/api/v1/auth/logout").route(web::post().to(sessions::log_out)))
        .service(web::resource("/api/v1/auth/sessions").route(web::get().to(sessions::list)))
        .service(web::resource("/api/v1/auth/sessions/{id}").route(web::delete().to(sessions::end)))
        .service(web::resource("/api/v1/auth/password/forgot").route(web::post().to(password::forgot)))
        .service(web::resource("/api/v1/auth/password/reset").route(web::post().to(password::reset)))
        .service(web::resource("/api/v1/auth/telegram/start").route(web::post().to(telegram::start)))
        .service(web::resource("/api/v1/auth/telegram/confirm").route(web::post().to(telegram::confirm)))
        .service(web::resource("/api/v1/people/{user_id}/freeze").route(web::post().to(freezes::freeze)))
        .service(web::resource("/api/v1/people/{user_id}/unfreeze").route(web::post().to(freezes::unfreeze)))
        .service(
            web::resource("/api/v1/me").route(web::get().to(me::show)).route(web::patch().to(me::update)),
        );
}

/// A response with tokens or codes: no cache may keep it.
fn secret(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    response
}

fn let_in(response: HttpResponseBuilder, signed_in: SignedIn) -> HttpResponse {
    secret(response).json(SignedInJson {
        access_token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        token_type: "Bearer",
        expires_in: ACCESS_TTL.num_seconds(),
        user_id: signed_in.user.to_string(),
        phone_verified: signed_in.phone_verified,
        verification_url: signed_in.verification_url,
    })
}

impl From<AuthServiceError> for ApiError {
    fn from(fault: AuthServiceError) -> Self {
        match fault {
            AuthServiceError::Store(fault) => fault.into(),
            AuthServiceError::Hash(HashRefused::Busy) => {
                Self::rate_limit_exceeded("Too many sign-ins at once. Try again in two seconds.")
                    .retry_after(2)
            }
            AuthServiceError::Hash(HashRefused::Failed) | AuthServiceError::Sign(_) => {
                tracing::error!(error = %describe(&fault), "a request about an account failed");
                Self::unavailable("The request can't be served now. Try again later.")
            }
        }
    }
}

fn too_many(app: &Accounts, next: DateTime<Utc>) -> ApiError {
    let seconds = next.signed_duration_since(app.kernel.now()).num_seconds();
    ApiError::rate_limit_exceeded("Too many wrong passwords. Try again later.").retry_after(seconds)
}

/// The answer when a code that the person needs was not sent.
fn not_sent(app: &Accounts, outcome: &SendCodeOutcome) -> ApiError {
    let seconds = |until: DateTime<Utc>| until.signed_duration_since(app.kernel.now()).num_seconds();
    match *outcome {
        SendCodeOutcome::TooSoon { at, .. } => {
            ApiError::rate_limit_exceeded("A code was sent a moment ago. Wait before the next one.")
                .retry_after(seconds(at))
        }
        SendCodeOutcome::TooMany(_, at) | SendCodeOutcome::Suspended(at) => {
            ApiError::rate_limit_exceeded("Too many codes were sent. Try again later.")
                .retry_after(seconds(at))
        }
        SendCodeOutcome::Locked(until) => {
            ApiError::otp_locked("Too many wrong codes. Try again later.").retry_after(seconds(until))
        }
        SendCodeOutcome::OptedOut => {
            ApiError::recipient_opted_out("The recipient has opted out of messages on this channel.")
        }
        _ => ApiError::verification_send_failed("No code could be sent. Try again later."),
    }
}

fn no_code() -> ApiError {
    ApiError::code_invalid_or_expired("Code, link or verification wrong, used or expired. Request a new one.")
}

fn check_failed() -> ApiError {
    ApiError::unavailable("The code could not be checked. Try again in a few seconds.").retry_after(5)
}

fn email_of(text: &str) -> Result<EmailAddress, ApiError> {
    EmailAddress::parse(text).map_err(|fault| ApiError::field("/email", fault.to_string()))
}

fn code_of(pointer: &str, text: &str) -> Result<OtpCode, ApiError> {
    OtpCode::parse(text).map_err(|fault| ApiError::field(pointer, fault.to_string()))
}

fn name_of(pointer: &str, text: Option<&str>) -> Result<Option<PersonName>, ApiError> {
    text.map(PersonName::parse).transpose().map_err(|fault| ApiError::field(pointer, fault.to_string()))
}

fn phone_of(app: &Accounts, text: &str) -> Result<PhoneNumber, ApiError> {
    PhoneNumber::parse(text, app.settings.default_region).map_err(|_invalid| {
        ApiError::invalid_phone_number("This is not a possible phone number.").and_field(
            "/phone",
            "invalid",
            "must be a phone number",
        )
    })
}
