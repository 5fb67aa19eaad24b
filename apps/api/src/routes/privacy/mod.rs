//! A person's data: erasure and export.

pub(crate) mod erasure;
pub(crate) mod export;

use crate::{
    composition::Privacy,
    http::{caller::Caller, json::MaybeJson, problem::ApiError},
};
use actix_web::web;
use application::accounts::{
    mfa::{MfaError, MfaRequest, ShownProof},
    session_issuer::Visitor,
};
use domain::{accounts::Password, verification::otp::OtpCode};
use ports::accounts::MfaProof;
use serde::Deserialize;
use utoipa::ToSchema;

/// What proves that it is the person: exactly one of the fields. Staff send `{}`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepUpBody {
    /// The person's password.
    password: Option<String>,
    /// The newest code that went to the person's proved number: at a sign-in with MFA, or by
    /// `POST /api/auth/send-verification-code` with their own token.
    #[schema(example = "123456")]
    code: Option<String>,
}

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(erasure::ask, erasure::take_back, export::ask, export::download))]
pub(super) struct Api;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/people/{user_id}/erasure")
                .route(web::post().to(erasure::ask))
                .route(web::delete().to(erasure::take_back)),
        )
        .service(web::resource("/api/v1/people/{user_id}/export").route(web::post().to(export::ask)))
        .service(
            web::resource("/api/v1/people/{user_id}/export/{id}").route(web::get().to(export::download)),
        );
}

/// The proof of a person who calls for themselves, checked. `None` for staff, who need none.
async fn proof_of(
    app: &Privacy,
    caller: &Caller,
    visitor: Visitor,
    body: MaybeJson<StepUpBody>,
) -> Result<Option<MfaProof>, ApiError> {
    let Some(person) = caller.as_person() else {
        return match body.0 {
            StepUpBody { password: None, code: None } => Ok(None),
            _ => Err(ApiError::field("", "a service token asks without password and code")),
        };
    };
    let proof = match body.0 {
        StepUpBody { password: Some(password), code: None } => ShownProof::Password(
            Password::typed(&password).map_err(|_too_long| ApiError::unauthorized("Password wrong."))?,
        ),
        StepUpBody { password: None, code: Some(code) } => ShownProof::Code(
            OtpCode::parse(&code).map_err(|fault| ApiError::field("/code", fault.to_string()))?,
        ),
        StepUpBody { password: None, code: None } => {
            return Err(ApiError::step_up_required(
                "Send your password, or a code that POST /api/auth/send-verification-code sent to your number.",
            ));
        }
        StepUpBody { .. } => return Err(ApiError::field("", "only one proof may be given")),
    };
    let request = MfaRequest { user: person.user, proof, visitor, actor: caller.actor() };
    app.mfa.prove(&request).await.map(Some).map_err(|fault| problem_of(app, fault))
}

fn problem_of(app: &Privacy, fault: MfaError) -> ApiError {
    let seconds =
        |until: chrono::DateTime<chrono::Utc>| until.signed_duration_since(app.kernel.now()).num_seconds();
    match fault {
        MfaError::NoNumber => ApiError::conflict("The account has no proved number to send codes to."),
        MfaError::WrongPassword => ApiError::unauthorized("Password wrong."),
        MfaError::WrongCode => no_proof(),
        MfaError::TooMany(next) => {
            ApiError::rate_limit_exceeded("Too many wrong passwords. Try again later.")
                .retry_after(seconds(next))
        }
        MfaError::Locked(until) => ApiError::otp_locked("The number is locked after too many wrong codes.")
            .retry_after(seconds(until)),
        MfaError::CheckFailed => {
            ApiError::unavailable("The code could not be checked. Try again in a few seconds.").retry_after(5)
        }
        MfaError::AuthServiceError(fault) => fault.into(),
    }
}

fn no_proof() -> ApiError {
    ApiError::code_invalid_or_expired("Code wrong, used or expired. Request a new one.")
}
