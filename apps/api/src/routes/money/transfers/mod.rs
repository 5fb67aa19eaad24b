//! Transfers: submit, list, confirm, cancel, reject, reverse.

pub(crate) mod bank;
pub(crate) mod confirm;
mod reason;
pub(crate) mod reverse;
pub(crate) mod submit;

use self::reason::ReasonJson;
use crate::{
    composition,
    http::{
        caller::{AccessScope, Caller},
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
        signed::money,
        words::TransferStatusWord,
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::money::cancel_transfer::CancelTransferError;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    ids::TransferId,
    money::{
        Money,
        bank::BankReference,
        ledger::Refusal,
        limits::{LimitExceeded, LimitFigures},
        outbound::OutboundPayment,
        transfer::{Transfer, TransferStatus},
    },
};
use ports::money::TransferFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which transfers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferQuery {
    /// Only those in this status.
    #[param(value_type = Option<TransferStatusWord>)]
    status: Option<String>,
}

impl TransferQuery {
    fn status(&self) -> Result<Option<TransferStatus>, ApiError> {
        let parse = |name: &str| {
            TransferStatus::parse(name)
                .ok_or_else(|| ApiError::field("/status", "must be a transfer's status"))
        };
        self.status.as_deref().map(parse).transpose()
    }
}

/// A transfer of money.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferJson {
    id: String,
    /// Its name on the receipt, to read out: 8 characters of Crockford's base 32. Each transfer has its own.
    #[schema(example = "7H2KQ0ZM", min_length = 8, max_length = 8, pattern = "^[0-9A-HJKMNP-TV-Z]{8}$")]
    folio: String,
    /// The caller's own id of the transfer.
    client_tx_id: Option<String>,
    /// The status, such as `completed` or `pending_verification`.
    #[schema(value_type = TransferStatusWord)]
    status: &'static str,
    /// Where the money goes: out of the platform, in from outside, or from one wallet here to another.
    #[schema(value_type = DirectionJson)]
    direction: &'static str,
    /// True if the transfer needs a step-up code.
    requires_2fa: bool,
    /// True while the transfer waits for a code or an approval.
    confirmation_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The verification of the step-up code.
    verification_id: Option<String>,
    /// The amount as a decimal string.
    amount: String,
    currency: &'static str,
    /// The destination, masked; `****` when its payer was erased.
    destination: String,
    /// How much of the amount was reversed.
    reversed_amount: String,
    concept: Option<String>,
    /// Why it failed, or is in doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson>,
    /// Its name at the outside bank that carries it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "8587TC5FXMWG3NYTT1X2", min_length = 20, max_length = 20, pattern = "^[A-Z0-9]{20}$")]
    bank_reference: Option<String>,
    /// The bank's day that it was sent with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    operating_date: Option<String>,
    created_at: String,
}

/// Where the money of a transfer goes.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it only describes the field in the documentation")]
pub(crate) enum DirectionJson {
    /// Out of the platform.
    Out,
    /// In from outside.
    In,
    /// From one wallet here to another.
    Internal,
}

/// A status of the transfer, and when it began.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryJson {
    #[schema(value_type = TransferStatusWord)]
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
        Self::of(transfer, None)
    }
}

impl TransferJson {
    /// A transfer with its payment at an outside bank, if there is one.
    pub(crate) fn of(transfer: &Transfer, payment: Option<&OutboundPayment>) -> Self {
        let waits =
            matches!(transfer.status, TransferStatus::PendingVerification | TransferStatus::PendingApproval);
        Self {
            id: transfer.id.to_string(),
            folio: transfer.folio.to_string(),
            client_tx_id: transfer.client_tx_id.clone(),
            status: transfer.status.name(),
            direction: transfer.direction().name(),
            requires_2fa: transfer.requires_step_up(),
            confirmation_required: waits,
            verification_id: transfer.verification.map(|id| id.to_string()),
            amount: transfer.amount.decimal(),
            currency: transfer.amount.currency.code(),
            destination: transfer.destination.masked(),
            reversed_amount: Money::new(transfer.reversed_minor, transfer.amount.currency).decimal(),
            concept: transfer.concept.clone(),
            reason: ReasonJson::of(transfer, payment),
            bank_reference: payment
                .map(|payment| payment.reference)
                .or_else(|| transfer.is_for_outside_bank().then(|| BankReference::of(transfer.id)))
                .map(|reference| reference.to_string()),
            operating_date: payment.and_then(|payment| payment.operating_date).map(|date| date.to_string()),
            created_at: transfer.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(money("/api/v1/transfers").route(web::get().to(list)).route(web::post().to(submit::submit)))
        .service(money("/api/v1/transfers/{id}").route(web::get().to(show)))
        .service(money("/api/v1/transfers/{id}/confirm").route(web::post().to(confirm::confirm)))
        .service(money("/api/v1/transfers/{id}/cancel").route(web::post().to(cancel)))
        .service(money("/api/v1/transfers/{id}/attempts").route(web::get().to(bank::attempts)))
        .service(money("/api/v1/transfers/{id}/ask-bank").route(web::post().to(bank::ask)))
        .service(
            money("/api/v1/transfers/{id}/resolution")
                .route(web::post().to(bank::resolve))
                .route(web::delete().to(bank::withdraw)),
        )
        .service(money("/api/v1/transfers/{id}/reject").route(web::post().to(reject)))
        .service(money("/api/v1/transfers/{id}/reverse").route(web::post().to(reverse::reverse)));
}

/// Operators see the transfers of all teams, to find those in doubt.
fn is_operator(caller: &Caller) -> bool {
    caller.require(Scope::Operate).is_ok()
}

fn unknown() -> ApiError {
    ApiError::not_found("Transfer not found.")
}

fn key_reused() -> ApiError {
    ApiError::idempotency_key_reused("This key was used for another request. Use a new key.")
}

fn id_of(id: &str) -> Result<TransferId, ApiError> {
    id.parse().map_err(|_malformed| unknown())
}

pub(super) fn of_refusal(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::InsufficientFunds => {
            ApiError::insufficient_funds("The wallet's available balance is too low.")
        }
        Refusal::LimitExceeded { limit } => ApiError::limit_exceeded(limit_detail(limit)),
        Refusal::CurrencyMismatch => {
            ApiError::currency_mismatch("Source and destination have different currencies.")
        }
        Refusal::AmountNotPositive => ApiError::field("/amount", "must be more than zero"),
        Refusal::SameAccount => ApiError::field("/to_wallet_id", "must not be the wallet that pays"),
        Refusal::Frozen => {
            ApiError::frozen("The owner of the wallet is frozen: no money leaves their wallets.")
        }
        Refusal::RecipientNotFound => ApiError::recipient_not_found(
            "Nobody here has this number. Use another destination, such as a CLABE.",
        ),
        Refusal::NoSuchAccount => ApiError::not_found("Account not found."),
        Refusal::NotReversible => ApiError::conflict(
            "This transfer can't be reversed: it is not completed, it was reversed in whole before, or its money left \
             the platform.",
        ),
    }
}

/// The limit that is exceeded, with its figures: the caller may move the money, so they may know them.
fn limit_detail(limit: LimitExceeded) -> String {
    let figures = |of: &str, figures: Option<LimitFigures>| match figures {
        Some(LimitFigures { limit, left }) => format!("The limit {of} is {limit}; {left} is left."),
        None => format!("The transfer would exceed the limit {of}."),
    };
    let from = |payable_at: DateTime<Utc>| payable_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    match limit {
        LimitExceeded::PerTransfer { figures: Some(LimitFigures { limit, .. }) } => {
            format!("The limit per transfer is {limit}.")
        }
        LimitExceeded::PerTransfer { figures: None } => {
            "The amount is above the limit per transfer.".to_owned()
        }
        LimitExceeded::PerDeposit { figures: known } => match known {
            Some(LimitFigures { limit, .. }) => format!("The limit per deposit is {limit}."),
            None => "The amount is above the limit per deposit.".to_owned(),
        },
        LimitExceeded::PerDay { figures: known } => figures("per day", known),
        LimitExceeded::PerMonth { figures: known } => figures("per month", known),
        LimitExceeded::LeftToReverse => "The amount is more than is left to reverse.".to_owned(),
        LimitExceeded::NumberReplaced { payable_at } => {
            format!(
                "The person's number was replaced recently; payments can be made from {} on.",
                from(payable_at)
            )
        }
        LimitExceeded::Unfrozen { payable_at } => {
            format!("The person lifted a freeze; payments can be made from {} on.", from(payable_at))
        }
        LimitExceeded::NewPayee { payable_at } => {
            format!("The payee is new and can be paid from {} on.", from(payable_at))
        }
    }
}

/// Lists transfers, newest first.
///
/// A team (scope `transfers`) sees the transfers that it made, with the scope `operate` all; a person those of their own
/// wallets.
#[utoipa::path(get, path = "/api/v1/transfers", operation_id = "list_transfers",
    tag = "money", params(TransferQuery, PageQuery),
    responses((status = 200, body = TransferPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<composition::Money>,
    caller: Caller,
    query: web::Query<TransferQuery>,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let status = query.status()?;
    let filter = match caller.reach(Scope::Transfers)? {
        AccessScope::Everyone => {
            let own = Some(caller.principal()).filter(|_| !is_operator(&caller));
            TransferFilter { caller: own, owner: None, status }
        }
        AccessScope::Only(owner) => TransferFilter { caller: None, owner: Some(owner), status },
    };
    let (request, limit) = page.behind_id()?;
    let found = app.wallets.transfers(&filter, &request).await?;
    let (transfers, next_cursor) = cut(found, limit, |transfer| transfer.id.to_string());
    let payments = app.inquiries.of_transfers(&transfers).await?;
    let items = transfers.iter().map(|one| TransferJson::of(one, payments.get(&one.id))).collect();
    Ok(HttpResponse::Ok().json(TransferPage { items, next_cursor }))
}

/// Returns a transfer with its history.
///
/// Needs the scope `transfers`, or a person's token; with the scope `deposits` alone, a team sees the deposits that it
/// made. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/transfers/{id}", operation_id = "get_transfer",
    tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = TransferDetail), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn show(
    app: web::Data<composition::Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let only_deposits = match caller.reach(Scope::Transfers) {
        Ok(_reach) => false,
        Err(_missing) if caller.require(Scope::Deposits).is_ok() => true,
        Err(missing) => return Err(missing),
    };
    let id = id_of(&id)?;
    let transfer = if is_operator(&caller) {
        app.wallets.any_transfer(id).await?
    } else {
        app.wallets.transfer(&caller.principal(), id).await?
    };
    let transfer = transfer.filter(|transfer| !only_deposits || transfer.deposit_source().is_some());
    let transfer = transfer.ok_or_else(unknown)?;
    let states = app.wallets.history(id).await?;
    let history = states.into_iter().map(|(status, at)| HistoryJson {
        status: status.name(),
        at: at.to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    let payment = app.inquiries.of_transfer(&transfer).await?;
    let transfer = TransferJson::of(&transfer, payment.as_ref());
    Ok(HttpResponse::Ok().json(TransferDetail { transfer, history: history.collect() }))
}

/// Cancels a transfer that waits for confirmation.
///
/// Needs the scope `transfers`, or a person's token. Errors: `not_found` (404), `conflict` (409) if it can't
/// be canceled any more.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/cancel", operation_id = "cancel_transfer",
    tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = TransferJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn cancel(
    app: web::Data<composition::Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.reach(Scope::Transfers)?;
    let id = id_of(&id)?;
    match app.cancel.run(&caller.principal(), id, &caller.actor()).await {
        Ok(transfer) => Ok(HttpResponse::Ok().json(TransferJson::from(&transfer))),
        Err(CancelTransferError::NotFound) => Err(unknown()),
        Err(CancelTransferError::TooLate(_)) => {
            Err(ApiError::conflict("The transfer can't be canceled any more."))
        }
        Err(CancelTransferError::Store(fault)) => Err(fault.into()),
    }
}

/// Rejects a transfer that waits for another member's approval.
///
/// Needs the scope `transfers`, or a person's token. Errors: `not_found` (404), `conflict` (409) if it does
/// not wait for an approval.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/reject", operation_id = "reject_transfer",
    tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = TransferJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn reject(
    app: web::Data<composition::Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.reach(Scope::Transfers)?;
    let transfer = app.wallets.transfer(&caller.principal(), id_of(&id)?).await?.ok_or_else(unknown)?;
    if transfer.status == TransferStatus::Rejected {
        return Ok(HttpResponse::Ok().json(TransferJson::from(&transfer)));
    }
    // Everybody who can see the transfer made it or pays it, and nobody approves their own.
    Err(ApiError::conflict("The transfer is not waiting for another member's approval."))
}
