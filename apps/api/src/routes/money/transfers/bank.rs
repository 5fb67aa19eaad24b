//! What operators ask and decide about transfers that an outside bank carries out.

use super::{TransferJson, id_of, unknown};
use crate::{
    composition,
    http::{
        caller::Caller,
        json::JsonBody,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use chrono::SecondsFormat;
use domain::{money::outbound::Resolution, operations::operators::OperatorRole};
use ports::money::{BankCall, ResolveOutcome, ResolvePayment, WithdrawOutcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest evidence, in characters.
const EVIDENCE_LENGTH_MAX: usize = 500;

/// A call to the bank about a transfer, or a word of the bank.
#[derive(Serialize, ToSchema)]
pub(crate) struct BankCallJson {
    at: String,
    /// What was asked: `submit`, `status`; or what the bank told by itself: `notice`, `entry`.
    #[schema(example = "submit")]
    operation: &'static str,
    /// The payment's name at the bank.
    #[schema(example = "8587TC5FXMWG3NYTT1X2", min_length = 20, max_length = 20)]
    reference: String,
    /// The bank's day that the payment was sent with; null before it was sent.
    #[schema(format = Date)]
    operating_date: Option<String>,
    /// What it was taken for, such as `accepted`, `settled`, `refused`, `not_found` or `no_usable_answer`.
    #[schema(example = "accepted")]
    outcome: String,
    /// The HTTP status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// The bank's status (ISO 20022).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ACSC")]
    bank_status: Option<&'static str>,
    /// The bank's reason (ISO 20022).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AC04")]
    reason: Option<String>,
}

/// A page of calls to the bank, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct BankCallPage {
    items: Vec<BankCallJson>,
    next_cursor: Option<String>,
}

/// The bank is asked now.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskedJson {
    /// The word `accepted`.
    #[schema(example = "accepted")]
    status: &'static str,
}

/// What an operator says has become of the money.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolutionBody {
    /// `settled`: the money has left; `not_paid`: it has not.
    #[serde(rename = "as")]
    #[schema(required = true, example = "not_paid")]
    verdict: Option<String>,
    /// What the operator knows it by, such as the bank's own reference.
    #[schema(required = true, min_length = 1, max_length = 500, example = "call with the bank, case 123")]
    evidence: Option<String>,
}

/// The first operator was heard.
#[derive(Serialize, ToSchema)]
pub(crate) struct NeedsSecondJson {
    /// Another operator must say the same.
    #[schema(example = true)]
    needs_second: bool,
}

impl From<&BankCall> for BankCallJson {
    fn from(call: &BankCall) -> Self {
        Self {
            at: call.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            operation: call.operation.name(),
            reference: call.reference.to_string(),
            operating_date: call.operating_date.map(|date| date.to_string()),
            outcome: call.outcome.clone(),
            http_status: call.http_status,
            bank_status: call.bank_status.map(domain::money::bank::BankStatus::code),
            reason: call.reason.as_ref().map(|reason| reason.code().to_owned()),
        }
    }
}

/// Lists the calls to the bank about a transfer, oldest first.
///
/// Needs the scope `operate`, or an operator. Error: `not_found` (404), also for a transfer that no outside bank carries
/// out.
#[utoipa::path(get, path = "/api/v1/transfers/{id}/attempts", operation_id = "list_bank_calls",
    tag = "money", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = BankCallPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn attempts(
    app: web::Data<composition::Money>,
    caller: Caller,
    id: web::Path<String>,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require_operator(OperatorRole::Look, Scope::Operate)?;
    let (request, limit) = page.behind_id()?;
    let found = app.inquiries.calls(id_of(&id)?, &request).await?.ok_or_else(unknown)?;
    let (calls, next_cursor) = cut(found, limit, |call| call.id.to_string());
    let items = calls.iter().map(BankCallJson::from).collect();
    Ok(HttpResponse::Ok().json(BankCallPage { items, next_cursor }))
}

/// Has the bank asked about a transfer now.
///
/// A transfer that waits to be sent is sent now. Needs the scope `operate`, or an operator who investigates. Error:
/// `not_found` (404), also for a transfer that no outside bank carries out.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/ask-bank", operation_id = "ask_bank",
    tag = "money", params(("id" = String, Path)),
    responses((status = 202, body = AskedJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn ask(
    app: web::Data<composition::Money>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require_operator(OperatorRole::Investigate, Scope::Operate)?;
    if !app.inquiries.ask_now(id_of(&id)?).await? {
        return Err(unknown());
    }
    wakeups.payments.notify_one();
    Ok(HttpResponse::Accepted().json(AskedJson { status: "accepted" }))
}

/// Says what has become of the money of a transfer in doubt.
///
/// Two operators must say the same. The word of the first stands until they take it back, or until the bank says
/// something definite. Needs an operator who decides; in development a team with the scope `operate` is one. Errors:
/// `forbidden` (403), `not_found` (404), `conflict` (409) by the same operator again, with another answer, or if the
/// transfer is not in doubt, `insufficient_funds` (402) if money would be posted that the payer doesn't have any more.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/resolution", operation_id = "resolve_transfer",
    tag = "money", params(("id" = String, Path)), request_body = ResolutionBody,
    responses((status = 200, body = TransferJson), (status = 202, body = NeedsSecondJson),
        (status = 402, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn resolve(
    app: web::Data<composition::Money>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
    body: JsonBody<ResolutionBody>,
) -> Result<HttpResponse, ApiError> {
    let by = caller.require_decider(app.settings.env)?;
    let (verdict, evidence) = read(body.0)?;
    let word = ResolvePayment { transfer: id_of(&id)?, by, verdict, evidence, actor: caller.actor() };
    let conflict = |detail| Err(ApiError::conflict(detail));
    match app.inquiries.resolve(&word).await? {
        ResolveOutcome::NeedsSecond => {
            Ok(HttpResponse::Accepted().json(NeedsSecondJson { needs_second: true }))
        }
        ResolveOutcome::Decided(transfer) => {
            wakeups.alerts.notify_one();
            let payment = app.inquiries.of_transfer(&transfer).await?;
            Ok(HttpResponse::Ok().json(TransferJson::of(&transfer, payment.as_ref())))
        }
        ResolveOutcome::SameOperator => {
            conflict("The first word is your own. Another operator must say the same.")
        }
        ResolveOutcome::Differs => {
            conflict("The first operator said something else. Their word stands until they take it back.")
        }
        ResolveOutcome::NotInDoubt => conflict("The transfer is not in doubt."),
        ResolveOutcome::InsufficientFunds => Err(ApiError::insufficient_funds(
            "The payer doesn't have the money any more. Nothing was posted.",
        )),
        ResolveOutcome::NotFound => Err(unknown()),
    }
}

/// Takes the caller's first word on a transfer in doubt back.
///
/// Needs an operator who decides. Errors: `forbidden` (403), `not_found` (404), `conflict` (409) if there is no word of
/// this operator.
#[utoipa::path(delete, path = "/api/v1/transfers/{id}/resolution", operation_id = "withdraw_resolution",
    tag = "money", params(("id" = String, Path)),
    responses((status = 204, description = "It is taken back."), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn withdraw(
    app: web::Data<composition::Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let by = caller.require_decider(app.settings.env)?;
    match app.inquiries.withdraw(id_of(&id)?, &by, &caller.actor()).await? {
        WithdrawOutcome::Withdrawn => Ok(HttpResponse::NoContent().finish()),
        WithdrawOutcome::NotTheirs => Err(ApiError::conflict("There is no word of yours on this transfer.")),
        WithdrawOutcome::NotFound => Err(unknown()),
    }
}

fn read(body: ResolutionBody) -> Result<(Resolution, String), ApiError> {
    let verdict = body.verdict.as_deref().and_then(Resolution::parse);
    let verdict = verdict.ok_or_else(|| ApiError::field("/as", "must be settled or not_paid"))?;
    let evidence = body.evidence.unwrap_or_default().trim().to_owned();
    let length = evidence.chars().count();
    if length == 0 || length > EVIDENCE_LENGTH_MAX || evidence.chars().any(char::is_control) {
        return Err(ApiError::field("/evidence", "must be 1 to 500 characters without control characters"));
    }
    Ok((verdict, evidence))
}
