//! Confirming a transfer with its step-up code.

use super::{TransferJson, id_of, key_reused, of_refusal, unknown};
use crate::{
    composition::Money,
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::money::confirm_transfer::{Confirmation, Confirmed};
use domain::verification::otp::OtpCode;
use ports::money::ConfirmOutcome;
use serde::Deserialize;
use utoipa::ToSchema;

/// The step-up code of a transfer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// The code that the person entered.
    #[schema(example = "246135")]
    code: Option<String>,
}

/// Confirms a transfer with its step-up code.
///
/// A wrong code that is sent again under the same key is the same check attempt. The wrong code that uses up the
/// last attempt, or locks the number, cancels the transfer. Needs the scope `transfers`,
/// or a person's token. Errors: `code_invalid_or_expired` (400), `insufficient_funds` (402), `not_found`
/// (404), `conflict` (409) if the transfer waits for no code, `limit_exceeded`,
/// `recipient_not_found` (422), `otp_locked`, `frozen` (423).
#[utoipa::path(post, path = "/api/v1/transfers/{id}/confirm", operation_id = "confirm_transfer",
    tag = "money",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key gets the first answer.")),
    request_body = ConfirmBody,
    responses((status = 200, body = TransferJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn confirm(
    app: web::Data<Money>,
    caller: Caller,
    header: IdempotencyHeader,
    id: web::Path<String>,
    body: JsonBody<ConfirmBody>,
) -> Result<HttpResponse, ApiError> {
    caller.reach(Scope::Transfers)?;
    let code = match body.0.code {
        Some(code) => {
            Some(OtpCode::parse(&code).map_err(|fault| ApiError::field("/code", fault.to_string()))?)
        }
        None => None,
    };
    let mut confirmation = Confirmation::of(id_of(&id)?, caller.principal(), caller.actor());
    confirmation.code = code;
    confirmation.effect_key =
        header.key(&caller, "confirm").map(|key| format!("key:{}", hex::encode(key.digest())));
    let use_case = app.confirm.clone();
    match detached(async move { use_case.run(confirmation).await }).await?? {
        Confirmed::Judged(outcome) => answer(&app, outcome),
        Confirmed::CodeNeeded => Err(ApiError::field("/code", "must be given")),
    }
}

fn answer(app: &Money, outcome: ConfirmOutcome) -> Result<HttpResponse, ApiError> {
    match outcome {
        ConfirmOutcome::Decided { transfer, .. } => match transfer.refusal {
            Some(refusal) => Err(of_refusal(refusal)),
            None => Ok(HttpResponse::Ok().json(TransferJson::from(transfer.as_ref()))),
        },
        ConfirmOutcome::AlreadyDone(transfer) => {
            Ok(HttpResponse::Ok().json(TransferJson::from(transfer.as_ref())))
        }
        ConfirmOutcome::WrongCode { .. } | ConfirmOutcome::CodeGone => Err(
            ApiError::code_invalid_or_expired("The code is wrong or expired; the transfer is not confirmed."),
        ),
        ConfirmOutcome::Locked(until) => {
            let seconds = until.signed_duration_since(app.kernel.now()).num_seconds();
            Err(ApiError::otp_locked("The number is locked after too many wrong codes.").retry_after(seconds))
        }
        ConfirmOutcome::KeyReused => Err(key_reused()),
        ConfirmOutcome::NotWaiting(_) => Err(ApiError::conflict("The transfer is not waiting for a code.")),
        ConfirmOutcome::NotFound => Err(unknown()),
    }
}
