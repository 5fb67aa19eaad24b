//! The second part of a sign-in with MFA.

use super::{SignedInJson, check_failed, code_of, let_in, no_code};
use crate::{
    composition::Accounts,
    http::{
        caller::VisitorOf,
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
        rate_limit::Limit,
    },
};
use actix_web::{HttpResponse, web};
use application::accounts::pass_mfa::{MfaPassed, ShownFactor};
use serde::Deserialize;
use utoipa::ToSchema;

/// The MFA code, or a backup code, of a sign-in that waits for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MfaBody {
    /// The `challenge_id` in the answer to the sign-in.
    #[schema(example = "9_gc2S5Tc2xxAjPe8nWfhg2aVt3BrkwgZPzFE4IuceE")]
    challenge_id: String,
    /// The code that was sent.
    #[schema(example = "246135")]
    code: Option<String>,
    /// Or a backup code.
    backup_code: Option<String>,
}

/// Completes a sign-in with an MFA code or a backup code.
///
/// A sign-in is completed once, and a backup code works once. Errors: `code_invalid_or_expired` (400),
/// `unauthorized` (401) if no sign-in waits for this `challenge_id`, `otp_locked` (423),
/// `rate_limit_exceeded` (429), `unavailable` (503) if the code could not be checked.
#[utoipa::path(post, path = "/api/v1/auth/mfa", operation_id = "pass_mfa",
    tag = "accounts", request_body = MfaBody,
    responses((status = 200, body = SignedInJson), (status = 400, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn pass(
    app: web::Data<Accounts>,
    limit: Limit,
    visitor: VisitorOf,
    body: JsonBody<MfaBody>,
) -> Result<HttpResponse, ApiError> {
    let MfaBody { challenge_id, code, backup_code } = body.0;
    let shown = match (code, backup_code) {
        (Some(code), None) => ShownFactor::Code(code_of("/code", &code)?),
        (None, Some(code)) => ShownFactor::Backup(code),
        _ => return Err(ApiError::field("/code", "either code or backup_code must be given")),
    };
    limit.count(&format!("address:{}", visitor.0.address), app.kernel.now())?;
    let (use_case, visitor) = (app.pass_mfa.clone(), visitor.0);
    match detached(async move { use_case.run(&challenge_id, &shown, &visitor).await }).await?? {
        MfaPassed::In(signed_in) => Ok(let_in(HttpResponse::Ok(), *signed_in)),
        MfaPassed::WrongFactor => Err(no_code()),
        MfaPassed::NoChallenge => {
            Err(ApiError::unauthorized("No sign-in waits for this challenge_id. Sign in again."))
        }
        MfaPassed::Locked(until) => {
            let seconds = until.signed_duration_since(app.kernel.now()).num_seconds();
            Err(ApiError::otp_locked("The number is locked after too many wrong codes.").retry_after(seconds))
        }
        MfaPassed::CheckFailed => Err(check_failed()),
    }
}
