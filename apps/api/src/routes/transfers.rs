//! Transfers: ask, look, confirm, cancel.

use crate::{
    http::{
        caller::{Caller, IdempotencyHeader, Scope},
        json::{ExactNumber, JsonBody},
        once::detached,
        page::{PageQuery, cut},
        problem::{ApiError, Problem},
    },
    wiring::App,
    workers::Bells,
};
use actix_web::{HttpResponse, web};
use application::{
    cancel_transfer::CancelTransferError,
    confirm_transfer::Confirmation,
    submit_transfer::{RequestedDestination, SubmitTransferError, Submitted, TransferRequest},
};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    account_number::AccountNumber,
    idempotency::{Fingerprint, is_key},
    ids::{TransferId, UserId, WalletId},
    ledger::{Outcome, Refusal},
    money::{Currency, Money},
    otp::OtpCode,
    transfer::{CONCEPT_LENGTH_MAX, Transfer, TransferStatus},
};
use ports::stores::ConfirmOutcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request to move money.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferBody {
    /// Whose money: his first wallet in the currency. Or `from_wallet_id`.
    user_id: Option<String>,
    /// The wallet it leaves.
    from_wallet_id: Option<String>,
    /// A decimal string or a number, read exactly.
    #[schema(value_type = String, example = "150.50")]
    amount: Option<ExactNumber>,
    /// ISO 4217; the default currency where it is absent.
    currency: Option<String>,
    /// A CLABE, IBAN, phone number, alias or account number. Or `to_wallet_id`.
    destination_account: Option<String>,
    /// A wallet of ours.
    to_wallet_id: Option<String>,
    /// What for.
    concept: Option<String>,
    /// The caller's own name for it: the idempotency key, unless the header gives one.
    client_tx_id: Option<String>,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// What was typed.
    code: Option<String>,
}

/// A transfer.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferJson {
    id: String,
    client_tx_id: Option<String>,
    status: &'static str,
    requires_2fa: bool,
    confirmation_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_id: Option<String>,
    amount: String,
    currency: &'static str,
    /// Masked.
    destination: String,
    reversed_amount: String,
    concept: Option<String>,
    created_at: String,
}

/// A state it passed through.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryJson {
    status: &'static str,
    at: String,
}

/// A transfer with its history.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferDetail {
    #[serde(flatten)]
    transfer: TransferJson,
    history: Vec<HistoryJson>,
}

/// A page of transfers, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferPage {
    items: Vec<TransferJson>,
    next_cursor: Option<String>,
}

impl From<&Transfer> for TransferJson {
    fn from(transfer: &Transfer) -> Self {
        let waits =
            matches!(transfer.status, TransferStatus::PendingVerification | TransferStatus::PendingApproval);
        Self {
            id: transfer.id.to_string(),
            client_tx_id: transfer.client_tx_id.clone(),
            status: transfer.status.name(),
            requires_2fa: transfer.requires_2fa(),
            confirmation_required: waits,
            verification_id: transfer.verification.map(|id| id.to_string()),
            amount: transfer.amount.decimal(),
            currency: transfer.amount.currency.code(),
            destination: transfer.destination.masked(),
            reversed_amount: Money::new(0, transfer.amount.currency).decimal(),
            concept: transfer.concept.clone(),
            created_at: transfer.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/transfers").route(web::get().to(list)).route(web::post().to(submit)))
        .service(web::resource("/api/v1/transfers/{id}").route(web::get().to(show)))
        .service(web::resource("/api/v1/transfers/{id}/confirm").route(web::post().to(confirm)))
        .service(web::resource("/api/v1/transfers/{id}/cancel").route(web::post().to(cancel)));
}

fn unknown() -> ApiError {
    ApiError::not_found("There is no such transfer.")
}

fn not_waiting() -> ApiError {
    ApiError::conflict("The transfer is not waiting for a code any more.")
}

/// Moves money, once for each key.
#[utoipa::path(post, path = "/api/v1/transfers", tag = "money", request_body = TransferBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "recommended; else client_tx_id is the key")),
    responses((status = 201, body = TransferJson), (status = 402, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn submit(
    app: web::Data<App>,
    bells: web::Data<Bells>,
    caller: Caller,
    header: IdempotencyHeader,
    body: JsonBody<TransferBody>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Transfers)?;
    let request = read_request(&app, &caller, header, body.0)?;
    let use_case = app.submit.clone();
    let submitted = detached(async move { use_case.run(request).await }).await?;
    let answer = answer_submitted(submitted, app.clock.now());
    bells.outbox.notify_one();
    answer
}

/// Checks every field and makes the request of it.
fn read_request(
    app: &App,
    caller: &Caller,
    header: IdempotencyHeader,
    body: TransferBody,
) -> Result<TransferRequest, ApiError> {
    let id_of = |pointer: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => uuid::Uuid::parse_str(text)
            .map(Some)
            .map_err(|_malformed| ApiError::field(pointer, "must be an id")),
    };
    let currency = match body.currency.as_deref() {
        None => app.settings.default_currency,
        Some(code) => {
            Currency::parse(code).map_err(|fault| ApiError::field("/currency", fault.to_string()))?
        }
    };
    let written = body.amount.ok_or_else(|| ApiError::field("/amount", "must be given"))?;
    let amount = Money::parse_positive(&written.0, currency)
        .map_err(|fault| ApiError::field("/amount", fault.to_string()))?;
    let owner = id_of("/user_id", &body.user_id)?.map(UserId);
    let from = id_of("/from_wallet_id", &body.from_wallet_id)?.map(WalletId);
    if owner.is_none() && from.is_none() {
        return Err(ApiError::field("/user_id", "either user_id or from_wallet_id must be given"));
    }
    let to = id_of("/to_wallet_id", &body.to_wallet_id)?.map(WalletId);
    let destination = match (&body.destination_account, to) {
        (Some(text), None) => RequestedDestination::Account(
            AccountNumber::parse(text, app.settings.default_region)
                .map_err(|fault| ApiError::field("/destination_account", fault.to_string()))?,
        ),
        (None, Some(to)) => RequestedDestination::Wallet(to),
        _ => {
            return Err(ApiError::field(
                "/destination_account",
                "either destination_account or to_wallet_id must be given",
            ));
        }
    };
    if body.concept.as_ref().is_some_and(|concept| concept.chars().count() > CONCEPT_LENGTH_MAX) {
        return Err(ApiError::field("/concept", "must be at most 140 characters"));
    }
    if body.concept.as_ref().is_some_and(|concept| concept.chars().any(char::is_control)) {
        return Err(ApiError::field("/concept", "must not have control characters"));
    }
    if body.client_tx_id.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(ApiError::field(
            "/client_tx_id",
            "must be 1 to 255 characters, none of them control characters",
        ));
    }
    let target = match &destination {
        RequestedDestination::Account(account) => account.canonical().to_owned(),
        RequestedDestination::Wallet(id) => id.to_string(),
    };
    let decimal = amount.decimal();
    let fingerprint = Fingerprint::of(&[
        ("user_id", body.user_id.as_deref()),
        ("from_wallet_id", body.from_wallet_id.as_deref()),
        ("amount", Some(&decimal)),
        ("currency", Some(amount.currency.code())),
        ("destination", Some(&target)),
        ("concept", body.concept.as_deref()),
        ("client_tx_id", body.client_tx_id.as_deref()),
    ]);
    let key = header.or(body.client_tx_id.as_ref()).key(caller, "transfer");
    Ok(TransferRequest {
        caller: caller.key(),
        actor: caller.actor(),
        owner,
        from,
        amount,
        destination,
        concept: body.concept.filter(|concept| !concept.trim().is_empty()),
        client_tx_id: body.client_tx_id,
        key,
        fingerprint,
        payee: None,
    })
}

fn answer_submitted(
    submitted: Result<Submitted, SubmitTransferError>,
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
        Ok(Submitted { outcome: Outcome::Refused(refusal), replayed, .. }) => {
            Err(of_refusal(refusal).replayed(replayed))
        }
        Err(SubmitTransferError::NoSuchWallet) => Err(ApiError::not_found("There is no such wallet.")),
        Err(SubmitTransferError::KeyReused) => {
            Err(ApiError::idempotency_key_reused("This key was used for another request."))
        }
        Err(SubmitTransferError::NoSecondStep) => Err(ApiError::conflict(
            "This amount takes a code, and the person has no verified number to send it to.",
        )),
        Err(SubmitTransferError::TooManyCodes(at)) => {
            let seconds = at.signed_duration_since(now).num_seconds();
            Err(ApiError::rate_limit_exceeded("Too many codes were sent to the person's number.")
                .retry_after(seconds))
        }
        Err(SubmitTransferError::Store(fault)) => Err(fault.into()),
    }
}

fn of_refusal(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::InsufficientFunds => ApiError::insufficient_funds("The wallet holds less than that."),
        Refusal::LimitExceeded { .. } => ApiError::limit_exceeded("A limit of the person stands in the way."),
        Refusal::CurrencyMismatch => {
            ApiError::currency_mismatch("The two ends are kept in different currencies.")
        }
        Refusal::SameAccount => {
            ApiError::field("/to_wallet_id", "must be another wallet than the one it leaves")
        }
        Refusal::NoSuchAccount => ApiError::not_found("There is no such account."),
    }
}

/// The transfers this caller made, newest first.
#[utoipa::path(get, path = "/api/v1/transfers", tag = "money", params(PageQuery),
    responses((status = 200, body = TransferPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<App>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Transfers)?;
    let (request, limit) = page.request()?;
    let found = app.accounts.transfers(&caller.key(), &request).await?;
    let (transfers, next_cursor) = cut(found, limit, |transfer| transfer.id.to_string());
    let items = transfers.iter().map(TransferJson::from).collect();
    Ok(HttpResponse::Ok().json(TransferPage { items, next_cursor }))
}

/// One transfer, with its history.
#[utoipa::path(get, path = "/api/v1/transfers/{id}", tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = TransferDetail), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn show(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Transfers)?;
    let id = id.parse::<TransferId>().map_err(|_malformed| unknown())?;
    let transfer = app.accounts.transfer(&caller.key(), id).await?.ok_or_else(unknown)?;
    let states = app.accounts.history(id).await?;
    let history = states.into_iter().map(|(status, at)| HistoryJson {
        status: status.name(),
        at: at.to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    Ok(HttpResponse::Ok().json(TransferDetail { transfer: (&transfer).into(), history: history.collect() }))
}

/// Passes the second step with its code.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/confirm", tag = "money", params(("id" = String, Path)),
    request_body = ConfirmBody,
    responses((status = 200, body = TransferJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn confirm(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: JsonBody<ConfirmBody>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Transfers)?;
    let id = id.parse::<TransferId>().map_err(|_malformed| unknown())?;
    let transfer = app.accounts.transfer(&caller.key(), id).await?.ok_or_else(unknown)?;
    if transfer.status == TransferStatus::Completed {
        return Ok(HttpResponse::Ok().json(TransferJson::from(&transfer)));
    }
    if transfer.status != TransferStatus::PendingVerification {
        return Err(not_waiting());
    }
    let code = body.0.code.ok_or_else(|| ApiError::field("/code", "must be given"))?;
    let code = OtpCode::parse(&code).map_err(|fault| ApiError::field("/code", fault.to_string()))?;
    let confirmation = Confirmation {
        caller: caller.key(),
        transfer: id,
        code,
        effect_key: None,
        payee: None,
        actor: caller.actor(),
    };
    let use_case = app.confirm.clone();
    let outcome = detached(async move { use_case.run(confirmation).await }).await??;
    let not_any_more = || ApiError::code_invalid_or_expired("This code does not confirm the transfer.");
    match outcome {
        ConfirmOutcome::Decided { transfer, .. } => match transfer.refusal {
            Some(refusal) => Err(of_refusal(refusal)),
            None => Ok(HttpResponse::Ok().json(TransferJson::from(transfer.as_ref()))),
        },
        ConfirmOutcome::AlreadyDone(transfer) => {
            Ok(HttpResponse::Ok().json(TransferJson::from(transfer.as_ref())))
        }
        ConfirmOutcome::WrongCode { .. } | ConfirmOutcome::CodeGone => Err(not_any_more()),
        ConfirmOutcome::Locked(until) => {
            let seconds = until.signed_duration_since(app.clock.now()).num_seconds();
            Err(ApiError::otp_locked("The number is locked after wrong guesses.").retry_after(seconds))
        }
        ConfirmOutcome::NotWaiting(_) => Err(not_waiting()),
        ConfirmOutcome::NotFound => Err(unknown()),
    }
}

/// Withdraws a transfer that waits.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/cancel", tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = TransferJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn cancel(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Transfers)?;
    let id = id.parse::<TransferId>().map_err(|_malformed| unknown())?;
    match app.cancel.run(&caller.key(), id, &caller.actor()).await {
        Ok(transfer) => Ok(HttpResponse::Ok().json(TransferJson::from(&transfer))),
        Err(CancelTransferError::NotFound) => Err(unknown()),
        Err(CancelTransferError::TooLate(_)) => {
            Err(ApiError::conflict("The transfer can't be canceled any more."))
        }
        Err(CancelTransferError::Store(fault)) => Err(fault.into()),
    }
}
