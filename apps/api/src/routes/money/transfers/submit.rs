//! Submitting a transfer of money.

use super::{TransferJson, key_reused, of_refusal};
use crate::{
    composition,
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::detached,
        json::{ExactNumber, JsonBody},
        problem::{ApiError, Problem},
        words::amount,
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::money::submit_transfer::{
    RequestedDestination, SubmitTransferError, Submitted, TransferRequest,
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::{Outcome, Refusal},
        transfer::read_concept,
    },
    operations::idempotency::{Fingerprint, is_key},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// The transfer to submit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferBody {
    /// The person who pays, from their first wallet in the currency. Or `from_wallet_id`. With a person's
    /// token it is that person.
    #[schema(example = "01a22c9e-971a-73e7-8f55-99ed33b329f1", format = Uuid)]
    user_id: Option<String>,
    /// The wallet that pays.
    from_wallet_id: Option<String>,
    /// A decimal string or a number. It is read exactly.
    #[schema(schema_with = amount, required = true)]
    amount: Option<ExactNumber>,
    /// ISO 4217 code; the default is `DEFAULT_CURRENCY`.
    currency: Option<String>,
    /// A CLABE, IBAN, phone number, alias or account number. Or `to_wallet_id`. A phone number is written with `+`,
    /// and means the wallet of the person who proved it.
    #[schema(example = "646180000112345675")]
    destination_account: Option<String>,
    /// A wallet of the platform.
    to_wallet_id: Option<String>,
    /// What the payment is for.
    #[schema(max_length = 140, example = "renta de noviembre")]
    concept: Option<String>,
    /// The caller's own id of the transfer, and an idempotency key: the same id never pays twice.
    #[schema(min_length = 1, max_length = 255)]
    client_tx_id: Option<String>,
}

/// Submits a transfer.
///
/// The money moves once for each key. If the amount needs a step-up code, the status is
/// `pending_verification`: continue with `POST /api/v1/transfers/{id}/confirm`. Needs the scope `transfers`,
/// or a person's token. Errors: `insufficient_funds` (402), `not_found` (404), `conflict` (409) if a code is
/// needed and the person has no proved number, `limit_exceeded`, `currency_mismatch`, `recipient_not_found` for a
/// phone number or a CLABE of ours that nobody here has, `idempotency_key_reused` (422), `frozen` (423) while the
/// payer is frozen, `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/transfers", operation_id = "submit_transfer",
    tag = "money", request_body = TransferBody,
    params(("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended, unless the body has a `client_tx_id`. If both are given, both bind: one of them \
            with another body, or without the other one, is `idempotency_key_reused`; `client_tx_id` alone gets \
            the first answer again.")),
    responses((status = 201, body = TransferJson), (status = 402, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn submit(
    app: web::Data<composition::Money>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    header: IdempotencyHeader,
    body: JsonBody<TransferBody>,
) -> Result<HttpResponse, ApiError> {
    // The field that names the destination, for a destination that is refused.
    let pointer = if body.0.destination_account.is_some() { "/destination_account" } else { "/to_wallet_id" };
    let request = read_request(&app, &caller, header, body.0)?;
    let use_case = app.submit.clone();
    let submitted = detached(async move { use_case.run(request).await }).await?;
    let answer = answer_submitted(submitted, pointer, app.kernel.now());
    wakeups.payments.notify_one();
    wakeups.alerts.notify_one();
    wakeups.outbox.notify_one();
    answer
}

/// Checks every field and builds the request.
fn read_request(
    app: &composition::Money,
    caller: &Caller,
    header: IdempotencyHeader,
    body: TransferBody,
) -> Result<TransferRequest, ApiError> {
    let reach = caller.reach(Scope::Transfers)?;
    let amount = read_amount(app, &body)?;
    let owner = id_of("/user_id", body.user_id.as_deref())?.map(UserId);
    if owner.is_some_and(|owner| !reach.covers(owner)) {
        return Err(ApiError::not_found("Wallet not found."));
    }
    let owner = owner.or(reach.person());
    let from = id_of("/from_wallet_id", body.from_wallet_id.as_deref())?.map(WalletId);
    if owner.is_none() && from.is_none() {
        return Err(ApiError::field("/user_id", "either user_id or from_wallet_id must be given"));
    }
    let destination = read_destination(app, &body)?;
    if body.client_tx_id.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(ApiError::field(
            "/client_tx_id",
            "must be 1 to 255 characters without control characters",
        ));
    }
    let fingerprint = fingerprint(&body, amount, &destination);
    let concept =
        read_concept(body.concept).map_err(|fault| ApiError::field("/concept", fault.to_string()))?;
    let mut request =
        TransferRequest::requested(caller.principal(), caller.actor(), amount, destination, fingerprint);
    (request.owner, request.from) = (owner, from);
    request.concept = concept;
    // Both keys bind. The caller's own id comes first, because it names the payment and not the attempt.
    let by_header = header.key(caller, "transfer");
    let by_id = IdempotencyHeader(body.client_tx_id.clone()).key(caller, "transfer");
    (request.key, request.second_key) = if by_id.is_some() { (by_id, by_header) } else { (by_header, None) };
    request.client_tx_id = body.client_tx_id;
    Ok(request)
}

fn id_of(pointer: &str, text: Option<&str>) -> Result<Option<uuid::Uuid>, ApiError> {
    text.map(uuid::Uuid::parse_str)
        .transpose()
        .map_err(|_malformed| ApiError::field(pointer, "must be a UUID"))
}

fn read_amount(app: &composition::Money, body: &TransferBody) -> Result<Money, ApiError> {
    let currency = match body.currency.as_deref() {
        None => app.settings.default_currency,
        Some(code) => {
            Currency::parse(code).map_err(|fault| ApiError::field("/currency", fault.to_string()))?
        }
    };
    let written = body.amount.as_ref().ok_or_else(|| ApiError::field("/amount", "must be given"))?;
    Money::parse_positive(&written.0, currency).map_err(|fault| ApiError::field("/amount", fault.to_string()))
}

fn read_destination(app: &composition::Money, body: &TransferBody) -> Result<RequestedDestination, ApiError> {
    let to = id_of("/to_wallet_id", body.to_wallet_id.as_deref())?.map(WalletId);
    match (&body.destination_account, to) {
        (Some(text), None) => AccountNumber::parse(text, app.settings.default_region)
            .map(RequestedDestination::Account)
            .map_err(|fault| ApiError::field("/destination_account", fault.to_string())),
        (None, Some(to)) => Ok(RequestedDestination::Wallet(to)),
        _ => Err(ApiError::field(
            "/destination_account",
            "either destination_account or to_wallet_id must be given",
        )),
    }
}

/// Fingerprint over the fields that the caller sent, in canonical form.
fn fingerprint(body: &TransferBody, amount: Money, destination: &RequestedDestination) -> Fingerprint {
    let target = match destination {
        RequestedDestination::Account(account) => account.canonical().to_owned(),
        RequestedDestination::Wallet(id) => id.to_string(),
    };
    let decimal = amount.decimal();
    Fingerprint::of(&[
        ("user_id", body.user_id.as_deref()),
        ("from_wallet_id", body.from_wallet_id.as_deref()),
        ("amount", Some(&decimal)),
        ("currency", Some(amount.currency.code())),
        ("destination", Some(&target)),
        ("concept", body.concept.as_deref()),
        ("client_tx_id", body.client_tx_id.as_deref()),
    ])
}

fn answer_submitted(
    submitted: Result<Submitted, SubmitTransferError>,
    pointer: &str,
    now: DateTime<Utc>,
) -> Result<HttpResponse, ApiError> {
    match submitted {
        Ok(Submitted { outcome: Outcome::Accepted(transfer), replayed, .. }) => {
            let mut response = HttpResponse::Created();
            response.insert_header(("Location", format!("/api/v1/transfers/{}", transfer.id)));
            if replayed {
                response.insert_header(("Idempotent-Replayed", "true"));
            }
            Ok(response.json(TransferJson::from(transfer.as_ref())))
        }
        Ok(Submitted { outcome: Outcome::Refused(Refusal::SameAccount), .. }) => {
            Err(ApiError::field(pointer, "must not be the wallet that pays"))
        }
        Ok(Submitted { outcome: Outcome::Refused(refusal), replayed, .. }) => {
            Err(of_refusal(refusal).replayed(replayed))
        }
        Err(SubmitTransferError::NoSuchWallet) => Err(ApiError::not_found("Wallet not found.")),
        Err(SubmitTransferError::KeyReused) => Err(key_reused()),
        Err(SubmitTransferError::NoStepUp) => {
            Err(ApiError::conflict("This amount needs a step-up code, and the person has no proved number."))
        }
        Err(SubmitTransferError::TooManyCodes(at)) => {
            let seconds = at.signed_duration_since(now).num_seconds();
            Err(ApiError::rate_limit_exceeded(
                "Too many codes were sent to the person's number. Try again later.",
            )
            .retry_after(seconds))
        }
        Err(SubmitTransferError::Store(fault)) => Err(fault.into()),
    }
}
