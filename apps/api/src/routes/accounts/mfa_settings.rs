//! MFA on and off, and backup codes.

use super::{check_failed, code_of, no_code, secret, too_many};
use crate::{
    composition::Accounts,
    http::{
        caller::{Caller, VisitorOf},
        idempotency::detached,
        json::MaybeJson,
        problem::{ApiError, Problem},
    },
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::accounts::{
    mfa::{MfaError, MfaRequest, ShownProof},
    session_issuer::Visitor,
};
use domain::accounts::Password;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What proves that it is the person: exactly one of the fields.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MfaProofBody {
    /// The person's password.
    password: Option<String>,
    /// The newest code that went to the person's proved number: at a sign-in with MFA, or by
    /// `POST /api/auth/send-verification-code` with their own token.
    #[schema(example = "123456")]
    code: Option<String>,
}

/// What proves that it is the person: exactly one of the fields.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MfaDisableBody {
    /// The person's password.
    password: Option<String>,
    /// The newest code that went to the person's proved number: at a sign-in with MFA, or by
    /// `POST /api/auth/send-verification-code` with their own token.
    #[schema(example = "123456")]
    code: Option<String>,
    /// One of the backup codes. It is used up.
    backup_code: Option<String>,
}

/// Backup codes for a lost phone. Each works once, and they are shown only in this answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct BackupCodesJson {
    codes: Vec<String>,
}

/// Turns MFA on for the signed-in person.
///
/// Each sign-in then needs a code, which is sent to the proved number. Takes the password or a code, and tells the
/// person by e-mail or SMS. Errors: `code_invalid_or_expired` (400), `unauthorized` (401) for a wrong password,
/// `step_up_required` (403) without a proof, `conflict` (409) if no number is proved, `otp_locked` (423),
/// `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/auth/mfa/enable", operation_id = "enable_mfa",
    tag = "accounts", request_body = MfaProofBody,
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn enable(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    visitor: VisitorOf,
    body: MaybeJson<MfaProofBody>,
) -> Result<HttpResponse, ApiError> {
    let MfaProofBody { password, code } = body.0;
    let request = read_request(&caller, visitor.0, (password, code, None))?;
    set(&app, &wakeups, request, true).await
}

/// Turns MFA off for the signed-in person.
///
/// A sign-in then needs only the password. Takes the password, a code or a backup code, and tells the person by
/// e-mail or SMS. Errors: `code_invalid_or_expired` (400), `unauthorized` (401) for a wrong password,
/// `step_up_required` (403) without a proof, `otp_locked` (423), `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/auth/mfa/disable", operation_id = "disable_mfa",
    tag = "accounts", request_body = MfaDisableBody,
    responses((status = 204), (status = 403, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn disable(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    visitor: VisitorOf,
    body: MaybeJson<MfaDisableBody>,
) -> Result<HttpResponse, ApiError> {
    let MfaDisableBody { password, code, backup_code } = body.0;
    let request = read_request(&caller, visitor.0, (password, code, backup_code))?;
    set(&app, &wakeups, request, false).await
}

async fn set(
    app: &Accounts,
    wakeups: &WorkerWakeups,
    request: MfaRequest,
    enabled: bool,
) -> Result<HttpResponse, ApiError> {
    let use_case = app.mfa.clone();
    let done = detached(async move { use_case.set(request, enabled).await }).await?;
    wakeups.alerts.notify_one();
    done.map_err(|fault| problem_of(app, fault))?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes ten new backup codes for the signed-in person.
///
/// Earlier backup codes no longer work. Takes the password or a code, and tells the person by e-mail or SMS. Errors:
/// `code_invalid_or_expired` (400), `unauthorized` (401) for a wrong password, `step_up_required` (403) without a
/// proof, `otp_locked` (423), `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/auth/mfa/backup-codes", operation_id = "make_backup_codes",
    tag = "accounts", request_body = MfaProofBody,
    responses((status = 201, body = BackupCodesJson), (status = 403, body = Problem),
        (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn backup_codes(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    visitor: VisitorOf,
    body: MaybeJson<MfaProofBody>,
) -> Result<HttpResponse, ApiError> {
    let MfaProofBody { password, code } = body.0;
    let request = read_request(&caller, visitor.0, (password, code, None))?;
    let use_case = app.mfa.clone();
    let made = detached(async move { use_case.new_backup_codes(request).await }).await?;
    wakeups.alerts.notify_one();
    let codes = made.map_err(|fault| problem_of(&app, fault))?;
    Ok(secret(HttpResponse::Created()).json(BackupCodesJson { codes }))
}

fn read_request(
    caller: &Caller,
    visitor: Visitor,
    shown: (Option<String>, Option<String>, Option<String>),
) -> Result<MfaRequest, ApiError> {
    let user = caller.person()?.user;
    let proof = match shown {
        (Some(password), None, None) => ShownProof::Password(
            Password::typed(&password).map_err(|_too_long| ApiError::unauthorized("Password wrong."))?,
        ),
        (None, Some(code), None) => ShownProof::Code(code_of("/code", &code)?),
        (None, None, Some(code)) => ShownProof::Backup(code),
        (None, None, None) => {
            return Err(ApiError::step_up_required(
                "Send your password, or a code that POST /api/auth/send-verification-code sent to your number.",
            ));
        }
        _ => return Err(ApiError::field("", "only one proof may be given")),
    };
    Ok(MfaRequest { user, proof, visitor, actor: caller.actor() })
}

fn problem_of(app: &Accounts, fault: MfaError) -> ApiError {
    match fault {
        MfaError::NoNumber => ApiError::conflict("The account has no proved number to send codes to."),
        MfaError::WrongPassword => ApiError::unauthorized("Password wrong."),
        MfaError::WrongCode => no_code(),
        MfaError::TooMany(next) => too_many(app, next),
        MfaError::Locked(until) => {
            let seconds = until.signed_duration_since(app.kernel.now()).num_seconds();
            ApiError::otp_locked("The number is locked after too many wrong codes.").retry_after(seconds)
        }
        MfaError::CheckFailed => check_failed(),
        MfaError::AuthServiceError(fault) => fault.into(),
    }
}
