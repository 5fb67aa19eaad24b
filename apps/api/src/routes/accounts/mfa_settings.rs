//! MFA on and off, and backup codes.

use super::{NoFields, secret};
use crate::{
    composition::Accounts,
    http::{
        caller::Caller,
        problem::{ApiError, Problem},
    },
};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Backup codes for a lost phone. Each works once, and they are shown only in this answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct BackupCodesJson {
    codes: Vec<String>,
}

/// Turns MFA on for the signed-in person.
///
/// Each sign-in then needs a code, which is sent to the proved number. Error: `conflict` (409) if no number
/// is proved.
#[utoipa::path(post, path = "/api/v1/auth/mfa/enable", operation_id = "enable_mfa",
    tag = "accounts",
    responses((status = 204), (status = 409, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn enable(
    app: web::Data<Accounts>,
    caller: Caller,
    _body: NoFields,
) -> Result<HttpResponse, ApiError> {
    set(&app, &caller, true).await
}

/// Turns MFA off for the signed-in person.
///
/// A sign-in then needs only the password.
#[utoipa::path(post, path = "/api/v1/auth/mfa/disable", operation_id = "disable_mfa",
    tag = "accounts",
    responses((status = 204), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn disable(
    app: web::Data<Accounts>,
    caller: Caller,
    _body: NoFields,
) -> Result<HttpResponse, ApiError> {
    set(&app, &caller, false).await
}

async fn set(app: &Accounts, caller: &Caller, enabled: bool) -> Result<HttpResponse, ApiError> {
    let person = caller.person()?;
    if app.mfa.set(person.user, enabled, &caller.actor()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ApiError::conflict("The account has no proved number to send codes to."))
    }
}

/// Makes ten new backup codes for the signed-in person.
///
/// Earlier backup codes no longer work.
#[utoipa::path(post, path = "/api/v1/auth/mfa/backup-codes", operation_id = "make_backup_codes",
    tag = "accounts",
    responses((status = 201, body = BackupCodesJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn backup_codes(
    app: web::Data<Accounts>,
    caller: Caller,
    _body: NoFields,
) -> Result<HttpResponse, ApiError> {
    let person = caller.person()?;
    let codes = app.mfa.new_backup_codes(person.user, &caller.actor()).await?;
    Ok(secret(HttpResponse::Created()).json(BackupCodesJson { codes }))
}
