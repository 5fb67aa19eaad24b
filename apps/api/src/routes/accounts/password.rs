//! New passwords for people who forgot theirs.

use super::{code_of, email_of, no_code};
use crate::{
    composition::Accounts,
    http::{
        caller::VisitorOf,
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
        rate_limit::Limit,
        words::{AcceptedWord, words},
    },
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::{
    accounts::{reset_password::ResetError, session_issuer::Visitor},
    error_chain::describe,
};
use domain::{email::EmailAddress, verification::otp::OtpCode};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

words! {
    ViaWord "Via" "How the person is reached." ["email", "otp"];
}

/// Time after which a refused code is answered: longer than hashing a password and asking a provider take, so
/// that the time does not tell whether there was a code to check.
const REFUSED_AFTER: Duration = Duration::from_millis(750);

/// The person who forgot their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotBody {
    email: String,
    /// `email` (default) sends a link, `otp` a code to the proved number.
    #[schema(value_type = Option<ViaWord>)]
    via: Option<String>,
}

/// The same answer for everybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct ForgotJson {
    /// The status `accepted`.
    #[schema(value_type = AcceptedWord)]
    status: &'static str,
}

/// A new password, with the token of a link, or with address and code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetBody {
    /// The token in the link.
    #[schema(example = "9_gc2S5Tc2xxAjPe8nWfhg2aVt3BrkwgZPzFE4IuceE")]
    token: Option<String>,
    /// Or the e-mail address, with `otp_code`.
    email: Option<String>,
    /// The code that was sent. It must have been requested from the same IP address.
    otp_code: Option<String>,
    /// At least twelve characters. If it is refused as weak, the token or code stays valid.
    #[schema(min_length = 12, max_length = 256)]
    new_password: String,
}

/// Sends a link or a code for a new password.
///
/// The answer is the same whether the address has an account or not. Error: `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/auth/password/forgot", operation_id = "request_new_password",
    tag = "accounts", request_body = ForgotBody,
    responses((status = 202, body = ForgotJson), (status = "4XX", body = Problem)))]
pub(crate) async fn forgot(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    visitor: VisitorOf,
    body: JsonBody<ForgotBody>,
) -> Result<HttpResponse, ApiError> {
    limit.count(&format!("forgot:{}", visitor.0.address), app.kernel.now())?;
    let email = email_of(&body.0.email)?;
    let (use_case, visitor) = (app.forgot.clone(), visitor.0);
    let is_by_mail = match body.0.via.as_deref() {
        None | Some("email") => true,
        Some("otp") => false,
        Some(_) => return Err(ApiError::field("/via", "must be email or otp")),
    };
    // It takes longer for known addresses, so the answer does not wait for it.
    tokio::spawn(async move {
        let done = if is_by_mail {
            use_case.by_mail(email, &visitor).await
        } else {
            use_case.by_code(email, &visitor).await
        };
        match done {
            Ok(()) => wakeups.outbox.notify_one(),
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "no link or code for a new password was sent");
            }
        }
    });
    Ok(HttpResponse::Accepted().json(ForgotJson { status: "accepted" }))
}

/// Sets a new password with a link's token or with a code.
///
/// A link or code works once. All sessions of the person end. Errors: `code_invalid_or_expired` (400),
/// `validation_failed` (422) for a weak password, `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/auth/password/reset", operation_id = "set_new_password",
    tag = "accounts", request_body = ResetBody,
    responses((status = 204), (status = 400, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn reset(
    app: web::Data<Accounts>,
    limit: Limit,
    visitor: VisitorOf,
    body: JsonBody<ResetBody>,
) -> Result<HttpResponse, ApiError> {
    let ResetBody { token, email, otp_code, new_password } = body.0;
    let (use_case, visitor) = (app.reset.clone(), visitor.0);
    let done = match (token, email, otp_code) {
        (Some(token), None, None) => {
            detached(async move { use_case.by_token(&token, &new_password, &visitor).await }).await?
        }
        (None, Some(email), Some(code)) => {
            let (email, code) = (email_of(&email)?, code_of("/otp_code", &code)?);
            limit.count(&format!("address:{}", visitor.address), app.kernel.now())?;
            reset_by_code(&app, email, code, new_password, visitor).await?
        }
        _ => return Err(ApiError::field("/token", "either token, or email and otp_code must be given")),
    };
    match done {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(ResetError::Weak(fault)) => Err(ApiError::field("/new_password", fault.to_string())),
        // Another answer would tell that the person has a code.
        Err(ResetError::NoProof | ResetError::CheckFailed) => Err(no_code()),
        Err(ResetError::AuthServiceError(fault)) => Err(fault.into()),
    }
}

/// Sets a new password with a code. A refusal takes the same time for every address.
pub(crate) async fn reset_by_code(
    app: &Accounts,
    email: EmailAddress,
    code: OtpCode,
    new_password: String,
    visitor: Visitor,
) -> Result<Result<(), ResetError>, ApiError> {
    let begun = Instant::now();
    let use_case = app.reset.clone();
    let done =
        detached(async move { use_case.by_code(&email, &code, &new_password, &visitor).await }).await?;
    if matches!(done, Err(ResetError::NoProof | ResetError::CheckFailed)) {
        sleep_until(begun + REFUSED_AFTER).await;
    }
    Ok(done)
}
