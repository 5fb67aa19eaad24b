//! Reversing a completed transfer.

use super::{id_of, key_reused, of_refusal, unknown};
use crate::{
    composition::Money,
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::detached,
        json::{ExactNumber, JsonBody},
        problem::{ApiError, Problem},
        words::amount,
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::money::reverse_transfer::{Reversal, ReverseTransferError};
use chrono::SecondsFormat;
use domain::{
    ids::TransferId,
    money::{
        ledger::Outcome,
        transfer::{Transfer, read_concept},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request to reverse a transfer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReverseBody {
    /// Why it is reversed; required.
    #[schema(required = true, max_length = 140)]
    reason: Option<String>,
    /// The amount to give back; the default is all that is left.
    #[schema(schema_with = amount, required = false)]
    amount: Option<ExactNumber>,
}

/// A reversal of a transfer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReversalJson {
    original_transaction_id: String,
    reversal_transaction_id: String,
    reversed_at: String,
}

impl From<&Transfer> for ReversalJson {
    fn from(reversal: &Transfer) -> Self {
        Self {
            original_transaction_id: reversal.reverses.map(|id| id.to_string()).unwrap_or_default(),
            reversal_transaction_id: reversal.id.to_string(),
            reversed_at: reversal.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

/// Reverses a completed transfer, in whole or in part.
///
/// All reversals of a transfer together never exceed its amount. Needs the scope `transfers`. Errors:
/// `insufficient_funds` (402), `not_found` (404), `conflict` (409) if it can't be reversed, `limit_exceeded`
/// (422) if less is left, `idempotency_key_reused` (422), `frozen` (423) while the payee is frozen: a reversal takes
/// money from them.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/reverse", operation_id = "reverse_transfer",
    tag = "money",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key gets the first answer.")),
    request_body = ReverseBody,
    responses((status = 201, body = ReversalJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn reverse(
    app: web::Data<Money>,
    caller: Caller,
    header: IdempotencyHeader,
    id: web::Path<String>,
    body: JsonBody<ReverseBody>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Transfers)?;
    let reversal = read_request(&caller, header, id_of(&id)?, body.0)?;
    let use_case = app.reverse.clone();
    let done = detached(async move { use_case.run(reversal).await }).await?.map_err(|fault| match fault {
        ReverseTransferError::NotFound => unknown(),
        ReverseTransferError::BadAmount(fault) => ApiError::field("/amount", fault.to_string()),
        ReverseTransferError::KeyReused => key_reused(),
        ReverseTransferError::Store(fault) => fault.into(),
    })?;
    match done.outcome {
        Outcome::Accepted(reversal) => {
            let mut response = HttpResponse::Created();
            if done.replayed {
                response.insert_header(("Idempotent-Replayed", "true"));
            }
            Ok(response.json(ReversalJson::from(reversal.as_ref())))
        }
        Outcome::Refused(refusal) => Err(of_refusal(refusal).replayed(done.replayed)),
    }
}

fn read_request(
    caller: &Caller,
    header: IdempotencyHeader,
    original: TransferId,
    body: ReverseBody,
) -> Result<Reversal, ApiError> {
    let reason = read_concept(body.reason)
        .map_err(|fault| ApiError::field("/reason", fault.to_string()))?
        .ok_or_else(|| ApiError::field("/reason", "must be given"))?;
    let mut reversal = Reversal::of(original, caller.principal(), reason, caller.actor());
    reversal.amount = body.amount.map(|written| written.0);
    reversal.key = header.key(caller, "reverse");
    Ok(reversal)
}
