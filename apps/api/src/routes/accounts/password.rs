//! New passwords for those who lost theirs.

use super::{code_of, email_of, no_code};
use crate::{
    composition::App,
    error_chain::describe,
    http::{
        caller::VisitorOf,
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
        rate_limit::Limit,
    },
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::accounts::{reset_password::ResetError, session_issuer::Visitor};
use domain::{accounts::EmailAddress, verification::otp::OtpCode};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

/// When a refusal of a code is answered: longer than it takes to hash a password and to have a provider judge a
/// code, so that nobody learns whether there was one to be judged.
const REFUSED_AFTER: Duration = Duration::from_millis(750);

/// Who forgot his password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotBody {
    email: String,
    /// `email` (default): a link; `otp`: a code to the proved number.
    via: Option<String>,
}

/// The same for everybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct ForgotJson {
    /// `accepted`
    status: &'static str,
}

/// What allows a new password, and the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetBody {
    /// From the link.
    token: Option<String>,
    /// Or the address, with the code.
    email: Option<String>,
    /// The code that was sent, asked for from the same address.
    otp_code: Option<String>,
    /// At least twelve characters. Where it is refused, what allows it stays good.
    new_password: String,
}

/// Has a link or a code sent, if the address is somebody's. The answer is the same whether it is or not.
#[utoipa::path(post, path = "/api/v1/auth/password/forgot", tag = "accounts", request_body = ForgotBody,
    responses((status = 202, body = ForgotJson), (status = "4XX", body = Problem)))]
pub(crate) async fn forgot(
    app: web::Data<App>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    visitor: VisitorOf,
    body: JsonBody<ForgotBody>,
) -> Result<HttpResponse, ApiError> {
    limit.count(&format!("forgot:{}", visitor.0.address), app.clock.now())?;
    let email = email_of(&body.0.email)?;
    let (use_case, visitor) = (app.people.forgot.clone(), visitor.0);
    let is_by_mail = match body.0.via.as_deref() {
        None | Some("email") => true,
        Some("otp") => false,
        Some(_) => return Err(ApiError::field("/via", "must be email or otp")),
    };
    // It takes longer for people who exist: the answer does not wait for it.
    tokio::spawn(async move {
        let done = if is_by_mail {
            use_case.by_mail(email, &visitor).await
        } else {
            use_case.by_code(email, &visitor).await
        };
        match done {
            Ok(()) => wakeups.outbox.notify_one(),
            Err(fault) => {
                tracing::error!(fault = %describe(&fault), "nothing was sent for a new password");
            }
        }
    });
    Ok(HttpResponse::Accepted().json(ForgotJson { status: "accepted" }))
}

/// Sets a new password, once for each link or code, and ends all sessions.
#[utoipa::path(post, path = "/api/v1/auth/password/reset", tag = "accounts", request_body = ResetBody,
    responses((status = 204), (status = 400, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn reset(
    app: web::Data<App>,
    limit: Limit,
    visitor: VisitorOf,
    body: JsonBody<ResetBody>,
) -> Result<HttpResponse, ApiError> {
    let ResetBody { token, email, otp_code, new_password } = body.0;
    let (use_case, visitor) = (app.people.reset.clone(), visitor.0);
    let done = match (token, email, otp_code) {
        (Some(token), None, None) => {
            detached(async move { use_case.by_token(&token, &new_password, &visitor).await }).await?
        }
        (None, Some(email), Some(code)) => {
            let (email, code) = (email_of(&email)?, code_of("/otp_code", &code)?);
            limit.count(&format!("address:{}", visitor.address), app.clock.now())?;
            reset_by_code(&app, email, code, new_password, visitor).await?
        }
        _ => return Err(ApiError::field("/token", "either token, or email and otp_code must be given")),
    };
    match done {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(ResetError::Weak(fault)) => Err(ApiError::field("/new_password", fault.to_string())),
        // Whether a provider was asked would tell that somebody has a code.
        Err(ResetError::NoProof | ResetError::CheckFailed) => Err(no_code()),
        Err(ResetError::AuthServiceError(fault)) => Err(fault.into()),
    }
}

/// Sets a new password by a code. A refusal takes as long whoever it is about.
pub(crate) async fn reset_by_code(
    app: &App,
    email: EmailAddress,
    code: OtpCode,
    new_password: String,
    visitor: Visitor,
) -> Result<Result<(), ResetError>, ApiError> {
    let begun = Instant::now();
    let use_case = app.people.reset.clone();
    let done =
        detached(async move { use_case.by_code(&email, &code, &new_password, &visitor).await }).await?;
    if matches!(done, Err(ResetError::NoProof | ResetError::CheckFailed)) {
        sleep_until(begun + REFUSED_AFTER).await;
    }
    Ok(done)
}
